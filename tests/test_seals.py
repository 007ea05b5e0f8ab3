"""Seals speak for records where nothing changed; damaged, stale or missing they say nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from helpers import (
    augment,
    failures,
    leftovers,
    lines_of,
    make_photos,
    manifest,
    picture,
    run,
    tree,
    write,
)
from seeds import SEEDS

from augcli.store import seals
from augcli.work import glance

OPENED: list[str] = []
"""The names of files that are opened, while it is known that somebody asks."""
ASKED: list[bool] = []


def note(event: str, told: tuple[Any, ...]) -> None:
    if ASKED and event == "open" and isinstance(told[0], str):
        OPENED.append(Path(told[0]).name)


sys.addaudithook(note)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    OPENED.clear()
    ASKED.append(True)
    yield OPENED
    ASKED.clear()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "in", {"train/cat": 3, "train/dog": 2, "val/cat": 1})


@pytest.fixture
def out(tmp_path: Path, photos: Path) -> Path:
    run(photos, tmp_path / "out")
    return tmp_path / "out"


def own(out: Path, name: str) -> Path:
    return out / ".augment" / name


def test_an_unchanged_run_reads_no_record(photos: Path, out: Path, opened: list[str]) -> None:
    before = tree(out)
    assert run(photos, out).made == 0
    assert "seals.jsonl" in opened
    assert "journal.jsonl" not in opened
    assert tree(out) == before


def test_a_changed_run_ends_with_seals_that_the_next_one_believes(
    photos: Path, out: Path, opened: list[str]
) -> None:
    write(photos / "train/cat/new.png", picture(50))
    assert run(photos, out).made == 3
    opened.clear()
    assert run(photos, out).made == 0
    assert "journal.jsonl" not in opened


def test_an_unchanged_run_tells_what_the_first_one_told(photos: Path, out: Path) -> None:
    write(photos / "train/cat/broken.png", b"no picture")
    first, second = run(photos, out).plain(), run(photos, out).plain()
    assert first.pop("made") == 0
    assert second.pop("made") == 0
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
    assert failures(out).keys() == {"train/cat/broken.png"}


ODD = ["tab\tbed.png", "line\nbreak.png", "back\\slash.png", "é.png", "q?*.png"]


def test_sources_of_any_name_are_sealed(tmp_path: Path, opened: list[str]) -> None:
    for number, name in enumerate([*ODD, os.fsdecode(b"latin\xe9.png")]):
        write(tmp_path / "in/cat" / name, picture(number))
    run(tmp_path / "in", tmp_path / "out")
    opened.clear()
    assert run(tmp_path / "in", tmp_path / "out").made == 0
    assert "journal.jsonl" not in opened
    (tmp_path / "in/cat" / ODD[0]).write_bytes(picture(9))
    assert run(tmp_path / "in", tmp_path / "out").made == 3


def flipped(path: Path) -> Iterator[bytes]:
    """Yield what a file holds with a bit of it turned, at many places."""
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 25)):
        yield whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]


@pytest.mark.parametrize("name", ["seals.jsonl", "seals.json"])
def test_damaged_seals_are_not_believed(photos: Path, out: Path, name: str) -> None:
    """Even where what is damaged would hide that an output is gone."""
    before, path = tree(out), own(out, name)
    lost = out / manifest(out)[0]["output"]
    for damaged in [*flipped(path), b"", path.read_bytes()[:-40]]:
        path.write_bytes(damaged)
        lost.unlink()
        assert run(photos, out).made == 1
        assert tree(out) == before


@pytest.mark.parametrize("name", ["seals.jsonl", "seals.json"])
def test_seals_that_are_gone_are_made_again(
    photos: Path, out: Path, name: str, opened: list[str]
) -> None:
    whole = own(out, name).read_bytes()
    own(out, name).unlink()
    assert run(photos, out).made == 0
    assert "journal.jsonl" in opened
    assert own(out, name).read_bytes() == whole


def test_seals_of_another_journal_are_not_believed(tmp_path: Path, photos: Path, out: Path) -> None:
    """As where an old journal is put back, though the outputs have gone on."""
    old = shutil.copytree(out / ".augment", tmp_path / "old")
    write(photos / "train/cat/00.png", picture(60))
    run(photos, out)
    before = tree(out)
    shutil.copy(old / "journal.jsonl", own(out, "journal.jsonl"))
    assert run(photos, out).made <= 3
    assert tree(out) == before
    assert leftovers(out) == []


def test_a_manifest_that_was_changed_is_written_again(photos: Path, out: Path) -> None:
    before = tree(out)
    (out / "manifest.jsonl").write_text("")
    run(photos, out)
    assert tree(out) == before
    (out / "manifest.jsonl").unlink()
    run(photos, out)
    assert tree(out) == before


def test_seals_of_another_version_are_not_believed(photos: Path, out: Path) -> None:
    """A record that this version would not understand stays one that it does not believe."""
    before, journal, head = tree(out), own(out, "journal.jsonl"), own(out, "seals.json")
    lines = [each | {"colour": "red"} for each in lines_of(journal)[1:]]
    journal.write_text("".join(json.dumps(each) + "\n" for each in [{"journal": 99}, *lines]))
    stat = journal.stat()
    told = json.loads(head.read_text())
    told["journal"] = 99
    told["of"][0] = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    head.write_text(json.dumps(told, separators=(",", ":")) + "\n")
    assert run(photos, out).exit_code == 0
    assert tree(out) == before


def test_a_run_that_died_before_the_seals_were_whole(photos: Path, out: Path) -> None:
    """The shards that it left win over the records that are sealed."""
    before = tree(out)
    sealed = {name: own(out, name).read_bytes() for name in ("seals.jsonl", "seals.json")}
    write(photos / "train/cat/00.png", picture(61))
    run(photos, out)
    changed = tree(out)
    for name, data in sealed.items():
        own(out, name).write_bytes(data)
    assert run(photos, out).made == 0
    assert tree(out) == changed != before


def test_plan_sees_at_a_glance_that_no_work_remains(photos: Path, out: Path) -> None:
    recipe = out.with_name("out.yaml")
    assert augment("plan", recipe, "--exit-code").returncode == 0
    write(photos / "train/cat/00.png", picture(62))
    assert augment("plan", recipe, "--exit-code").returncode == 1


def test_all_outputs_of_a_source_that_is_gone_go_with_it(photos: Path, out: Path) -> None:
    """Its record is found by its seal."""
    (photos / "train/dog/01.png").unlink()
    assert run(photos, out).made == 0
    assert not [name for name in tree(out) if "dog/01" in name]


@pytest.mark.parametrize("format_", ["yolo", "coco", "pairs"])
def test_sources_that_are_told_of_elsewhere_are_sealed(
    tmp_path: Path, format_: str, opened: list[str]
) -> None:
    """Of several files, or with labels in one that tells of many."""
    seed = SEEDS[f"image {format_}"]
    folder = seed.written(tmp_path / "in")
    changes: dict[str, Any] = {"dataset": seed.recipe["dataset"]}
    assert run(folder, tmp_path / "out", **changes).made
    opened.clear()
    assert run(folder, tmp_path / "out", **changes).made == 0
    assert "journal.jsonl" not in opened


def test_mixed_sources_are_sealed_with_their_partners(
    tmp_path: Path, photos: Path, opened: list[str]
) -> None:
    out = tmp_path / "mixed"
    run(photos, out, steps=["mixup"])
    opened.clear()
    assert run(photos, out, steps=["mixup"]).made == 0
    assert "journal.jsonl" not in opened
    write(photos / "train/cat/00.png", picture(64))
    assert run(photos, out, steps=["mixup"]).made > 3


@pytest.mark.parametrize("block", [1, 2, 1024])
def test_one_source_less_leaves_the_seals_of_others(
    photos: Path, out: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In whichever block they are told of, and whatever stands before them there."""
    monkeypatch.setattr(seals, "_BLOCK", block)
    run(photos, out, force=True)
    (photos / "train/cat/00.png").unlink()
    write(photos / "train/dog/00.png", picture(63))
    assert run(photos, out).made == 3
    assert run(photos, out).made == 0
    assert leftovers(out) == []


@pytest.fixture
def in_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each source be looked at in a block of its own, and all but the first in forks."""
    monkeypatch.setattr(seals, "_BLOCK", 1)
    monkeypatch.setattr(glance, "_FEW_BLOCKS", 1)


@pytest.mark.parametrize("steps", [[], ["mixup"]], ids=["alone", "mixed"])
def test_forks_find_what_one_process_finds(
    in_forks: None, tmp_path: Path, photos: Path, opened: list[str], steps: list[str]
) -> None:
    """Inputs that changed, came or went, and outputs that did: in all blocks."""
    places = [tmp_path / "one", tmp_path / "several"]
    for change in (
        lambda: None,
        lambda: write(photos / "train/dog/01.png", picture(90)),
        lambda: write(photos / "train/cat/00.png", picture(91)),
        (photos / "train/cat/01.png").unlink,
        lambda: write(photos / "train/cat/zz.png", picture(92)),
        lambda: [(each / "train/cat/02.aug-000.png").unlink() for each in places],
        lambda: None,
    ):
        change()
        opened.clear()
        made = [run(photos, each, n, steps=steps).made for n, each in enumerate(places, 1)]
        assert made[0] == made[1]
        assert tree(places[0]) == tree(places[1])
    assert made == [0, 0]
    assert "journal.jsonl" not in opened


def test_what_a_lost_fork_looked_at_is_known_by_its_record(
    in_forks: None, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, me, died = tmp_path / "out", os.getpid(), tmp_path / "died"
    run(photos, out, 2)
    looked = glance.Glance._told

    def deadly(self: Any, rows: Sequence[int], *known: Any) -> Any:
        if 3 in rows and os.getpid() != me:
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return looked(self, rows, *known)

    monkeypatch.setattr(glance.Glance, "_told", deadly)
    write(photos / "train/dog/01.png", picture(90))
    assert run(photos, out, 2).made == 3
    assert died.exists()


@pytest.mark.parametrize("inside", [True, False])
def test_sources_are_hashed_as_they_are_written_as_a_listing_of_them_is(inside: bool) -> None:
    """And so is where outputs go: names are not compared where nothing of this is new."""
    ids = [f"cat/{number:04}.png" for number in range(2500)]
    columns = seals.Columns(StringIO(), in_split_folder=inside)
    for begin, each in enumerate(ids):
        columns.add(seals.Sealed(each, begin, each, 1, [each]))
    columns.end({})
    assert columns.sources == seals.hash_of(ids, in_split_folder=inside)
    assert columns.sources != seals.hash_of(ids, in_split_folder=not inside)
