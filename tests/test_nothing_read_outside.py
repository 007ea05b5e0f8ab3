"""No command reads or tells what lies outside of output and dataset."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from helpers import make_photos, manifest, tree, write
from test_outside import Made, made, pictures

from augcli.commands.explain import record_of
from augcli.commands.page import page
from augcli.commands.replay import replay
from augcli.commands.verify import verify
from augcli.errors import StorageError

__all__ = ["made", "pictures"]


def rewritten(made: Made, **changes: str) -> None:
    """Have the first line of the manifest tell something else."""
    records = manifest(made.output)
    records[0] |= changes
    path = made.output / "manifest.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in records))


@pytest.mark.parametrize("name", ["../others/mine.txt", "{others}/mine.txt", "lnk/mine.txt"])
def test_no_command_reads_what_a_manifest_names_elsewhere(made: Made, name: str) -> None:
    (made.output / "lnk").symlink_to(made.others)
    name = name.format(others=made.others)
    rewritten(made, output=name)
    again = made.folder / "again"
    told = {each.path: each.trouble for each in verify(made.output, None)}
    assert told[name] == "missing"
    if not name.startswith("lnk"):
        with pytest.raises(StorageError, match="outside"):
            list(replay(made.output, again, None, None))
        assert not again.exists()


@pytest.mark.parametrize("name", ["../others/mine.txt", "{others}/mine.txt"])
def test_no_command_reads_sources_that_a_manifest_names_elsewhere(made: Made, name: str) -> None:
    sha256 = hashlib.sha256(b"mine").hexdigest()
    rewritten(made, source=name.format(others=made.others), source_sha256=sha256)
    told = dict(replay(made.output, made.folder / "again", None, None))
    assert told[made.names()[0]] == "the path leads outside the dataset"
    found = [each for each in verify(made.output, made.source) if "mine" in each.path]
    assert [each.trouble for each in found] == ["missing"]


def test_the_report_shows_nothing_from_elsewhere(pictures: Made) -> None:
    secret = make_photos(pictures.others, {"secret": 1}) / "secret/00.png"
    name = next(each for each in pictures.names() if ".aug-" in each)
    (pictures.output / name).unlink()
    (pictures.output / name).symlink_to(secret)
    with pytest.raises(StorageError, match="is a link"):
        page(pictures.output)


def test_the_report_shows_no_text_that_a_link_beside_it_leads_to(tmp_path: Path) -> None:
    made = Made(tmp_path, "texts")
    copies = [each for each in manifest(made.output) if each["copy"] == 0]
    for each in copies:
        beside = made.output / Path(each["output"]).parent / Path(each["source"]).name
        beside.unlink()
        beside.symlink_to(made.others / "mine.txt")
    write(made.others / "mine.txt", "secretword")
    for each in manifest(made.output):
        if each["copy"] is None:
            assert each not in copies
    path = made.output / "manifest.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in copies))
    assert "secretword" not in page(made.output)


def test_tables_beside_the_manifest_are_not_read_through_links(tmp_path: Path) -> None:
    made = Made(tmp_path, "series")
    made.replace_by_link("provenance.parquet")
    for look in (lambda: page(made.output), lambda: record_of(made.output / "x.ts", 7)):
        with pytest.raises(StorageError, match=r"provenance.parquet is a link"):
            look()


def test_replay_follows_no_link_below_its_target(made: Made) -> None:
    again = made.folder / "again"
    assert not any(trouble for _, trouble in replay(made.output, again, None, None))
    name = made.names()[0]
    place = again / name.split("/")[0]
    shutil.move(place, made.others / "moved")
    place.symlink_to(made.others / "moved")
    before = tree(made.others)
    if place == again / name:
        told = dict(replay(made.output, again, None, None))
        assert "in the way" in str(told[name])
    else:
        with pytest.raises(StorageError, match="is a link"):
            list(replay(made.output, again, None, None))
    assert tree(made.others) == before
