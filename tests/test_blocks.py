"""Blocks of new samples: one poisonous sample is the only loss, and damage is made again."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import failures, leftovers, lines_of, manifest, run, tree, write
from seeds import SEEDS

from augcli.commands.replay import replay
from augcli.engines.local import InProcess, LocalEngine
from augcli.errors import StoppedError
from augcli.nearest import in_blocks, search
from augcli.store.output import OutputFolder
from augcli.tabular.writing import output as table_output
from augcli.text.transforms.words import RandomSwap
from augcli.text.words import Document
from augcli.timeseries import writing
from augcli.timeseries.drawing import Drawing
from augcli.work.blocks import Blocks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

KILLED = "killed by signal 9 (SIGKILL); out of memory?"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def exhaust() -> None:
    raise MemoryError


def halt() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    rows = [f"the film number {n} is quite good and long,{'ab'[n % 2]}" for n in range(40)]
    return write(tmp_path / "reviews.csv", "text,label\n" + "\n".join(rows) + "\n")


@pytest.fixture
def curves(tmp_path: Path) -> Path:
    rows = [f"{n},{n + 1},{n * n % 7},3:{n % 2}" for n in range(40)]
    return write(tmp_path / "curves.ts", "@classLabel true 0 1\n@data\n" + "\n".join(rows) + "\n")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    rows = [f"{n}.5,{n * n % 11},{'ab'[n % 5 == 0]}" for n in range(40)]
    return write(tmp_path / "in/rows.csv", "x,y,label\n" + "\n".join(rows) + "\n")


TEXTS: dict[str, Any] = {"dataset": {"kind": "text", "label": "label"}, "steps": ["random_swap"]}
SERIES: dict[str, Any] = {"dataset": {"kind": "timeseries"}, "steps": ["jitter"]}
TABLES: dict[str, Any] = {
    "dataset": {"kind": "tabular", "label": "label"},
    "steps": ["mixup"],
    "copies": 1,
    "balance": {"method": "smote", "target": "max"},
}


@pytest.mark.parametrize(
    ("harm", "reason"), [(die, KILLED), (exhaust, "the worker ran out of memory")]
)
def test_a_text_that_kills_is_the_only_loss(
    tmp_path: Path,
    reviews: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[], None],
    reason: str,
) -> None:
    expected = run(reviews, tmp_path / "expected", **TEXTS)
    real = RandomSwap.apply

    def deadly(document: Document, params: Any) -> Document:
        if "number 3 " in document.text:
            harm()
        return real(document, params)

    monkeypatch.setattr(RandomSwap, "apply", staticmethod(deadly))
    summary = run(reviews, tmp_path / "out", jobs=2, **TEXTS)
    assert failures(tmp_path / "out") == {"reviews.csv#3": reason}
    assert summary.exit_code == 3
    (record,) = manifest(tmp_path / "out")
    assert (record["rows"], record["synthetic"]) == (118, 78)
    assert sum(count.after for count in summary.counts) == 118
    assert len((tmp_path / "out/reviews.csv").read_text().splitlines()) == 119
    monkeypatch.undo()
    assert run(reviews, tmp_path / "out", **TEXTS).counts == expected.counts
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")
    assert leftovers(tmp_path / "out") == []


@pytest.mark.parametrize("where", ["drawing", "making"])
def test_a_series_that_kills_is_the_only_loss(
    tmp_path: Path, curves: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    expected = run(curves, tmp_path / "expected", **SERIES)
    module, name = (Drawing, "_followed") if where == "drawing" else (writing, "_new")
    real = getattr(module, name)

    def deadly(*arguments: Any) -> Any:
        if where == "drawing" and arguments[1].id == "curves.ts#3":
            die()
        if where == "making" and any(each.row == 3 and each.copy == 0 for each in arguments[1]):
            die()
        return real(*arguments)

    monkeypatch.setattr(module, name, deadly)
    summary = run(curves, tmp_path / "out", jobs=2, **SERIES)
    lost = 2 if where == "drawing" else 1
    assert failures(tmp_path / "out") == {"curves.ts#3": KILLED}
    assert summary.exit_code == 3
    (record,) = manifest(tmp_path / "out")
    assert (record["rows"], record["synthetic"]) == (120 - lost, 80 - lost)
    assert sum(count.after for count in summary.counts) == 120 - lost
    assert len((tmp_path / "out/curves.ts").read_text().splitlines()) == 122 - lost
    monkeypatch.undo()
    assert run(curves, tmp_path / "out", **SERIES).counts == expected.counts
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


def test_a_row_that_kills_is_the_only_loss(
    tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = run(rows, tmp_path / "expected", **TABLES)
    real = table_output.made

    def deadly(table: Any, drawn: Any, *, clip: bool) -> Any:
        if np.any((drawn.base == 3) & (drawn.copy == 0)):
            die()
        return real(table, drawn, clip=clip)

    monkeypatch.setattr(table_output, "made", deadly)
    summary = run(rows, tmp_path / "out", jobs=2, **TABLES)
    assert failures(tmp_path / "out") == {"rows.csv#3": KILLED}
    assert summary.exit_code == 3
    (record,) = manifest(tmp_path / "out")
    assert (record["rows"], record["synthetic"]) == (127, 87)
    assert sum(count.after for count in summary.counts) == 127
    assert len((tmp_path / "out/rows.csv").read_text().splitlines()) == 128
    told = pl.read_parquet(tmp_path / "out/provenance.parquet")
    assert told["row"].to_list() == list(range(40, 127))
    again = dict(replay(tmp_path / "out", tmp_path / "again", rows.parent, None))
    assert again == {"rows.csv": None}
    monkeypatch.undo()
    assert run(rows, tmp_path / "out", **TABLES).counts == expected.counts
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")
    assert leftovers(tmp_path / "out") == []


@pytest.mark.parametrize("harm", [die, halt])
def test_a_search_for_neighbours_that_ends_early_is_done_by_others(
    tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[], None]
) -> None:
    monkeypatch.setattr(search, "_FEW", 0)  # by trees, though these are few
    monkeypatch.setattr(in_blocks, "_DISTANCES", 16)  # a lone block is worked on here
    run(rows, tmp_path / "expected", **TABLES)
    real, marker = search._by_tree, tmp_path / "marker"

    def harmed(*arguments: Any) -> Any:
        if not marker.exists():
            marker.touch()
            harm()
        return real(*arguments)

    monkeypatch.setattr(search, "_by_tree", harmed)
    assert run(rows, tmp_path / "out", jobs=2, timeout=2, **TABLES).exit_code == 0
    assert marker.exists()
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


def test_a_new_sound_that_kills_is_the_only_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where new files are made of several sources, one that cannot be made leaves the others."""
    seed = SEEDS["timeseries wav"]
    seed.written(tmp_path / "in")
    steps = [{"mixup": {"partner": "any"}}]
    mixed = {"dataset": {"kind": "timeseries"}, "copies": 1, "steps": steps}
    expected = run(tmp_path / "in", tmp_path / "expected", **mixed)
    real = writing._new

    def deadly(library: Any, drawn: Any, first: int) -> Any:
        return die() if drawn[0].source == seed.victim else real(library, drawn, first)

    monkeypatch.setattr(writing, "_new", deadly)
    summary = run(tmp_path / "in", tmp_path / "out", jobs=2, **mixed)
    assert failures(tmp_path / "out") == {seed.victim: KILLED}
    assert summary.exit_code == 3
    every, there = (
        {each["output"] for each in manifest(tmp_path / name)} for name in ("expected", "out")
    )
    assert [name.partition(".aug")[0] for name in every - there] == [seed.victim.rpartition(".")[0]]
    assert sum(count.after for count in summary.counts) == len(there)
    monkeypatch.undo()
    assert run(tmp_path / "in", tmp_path / "out", **mixed).counts == expected.counts
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


def test_a_stopped_worker_is_given_up_and_its_samples_done_by_others(
    tmp_path: Path, curves: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(curves, tmp_path / "expected", **SERIES)
    real, marker = writing._new, tmp_path / "stopped"

    def stopping(*arguments: Any) -> Any:
        if any(each.row == 3 for each in arguments[1]) and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGSTOP)
        return real(*arguments)

    monkeypatch.setattr(writing, "_new", stopping)
    summary = run(curves, tmp_path / "out", jobs=2, timeout=5, **SERIES)
    assert (marker.exists(), summary.exit_code) == (True, 0)
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


def shouted(items: Any, begin: Any) -> bytes:
    for number, _ in enumerate(items):
        begin(number)
    return " ".join(items).upper().encode()


def blocks_in(folder: Path, engine: Any) -> Blocks:
    output = OutputFolder(folder / "out")
    output.claim()
    return Blocks(engine.spread, output)


BLOCKS = [["a", "b"], ["c"], ["d", "e"]]


@pytest.mark.parametrize("jobs", [1, 2])
def test_blocks_come_in_order_and_are_kept(tmp_path: Path, jobs: int) -> None:
    engine = LocalEngine(2, 60) if jobs > 1 else InProcess()
    made = list(blocks_in(tmp_path, engine)("key", shouted, BLOCKS))
    assert [(list(part.items), part.made()) for part in made] == [
        (["a", "b"], b"A B"),
        (["c"], b"C"),
        (["d", "e"], b"D E"),
    ]
    again = blocks_in(tmp_path, engine)("key", lambda *_: b"made anew", BLOCKS)
    assert [part.made() for part in again] == [part.made() for part in made]
    other = blocks_in(tmp_path, engine)("other key", lambda *_: b"made anew", BLOCKS)
    assert [part.made() for part in other] == [b"made anew"] * 3
    output = OutputFolder(tmp_path / "out")
    for force in (False, True):
        blocks = Blocks.anew(engine.spread, output, force=force)
        made_anew = [part.made() for part in blocks("key", lambda *_: b"made anew", BLOCKS)]
        assert (made_anew == [b"made anew"] * 3) is force


@pytest.mark.parametrize("items", ["abc", "ab", "a", "bc", "ac", "adc", "acb", "abcc"])
def test_a_block_is_kept_for_all_of_its_items_and_no_others(tmp_path: Path, items: str) -> None:
    """As after a loss, whose block is divided: rows would be taken for made that never were."""
    blocks = blocks_in(tmp_path, InProcess())
    list(blocks("key", shouted, [["a", "b", "c"]]))
    (part,) = blocks("key", lambda *_: b"made anew", [[*items]])
    assert part.made() == (b"A B C" if items == "abc" else b"made anew")


@pytest.mark.parametrize("cut", [0, 7, 31, 33])
def test_a_damaged_block_is_made_again(tmp_path: Path, cut: int) -> None:
    blocks = blocks_in(tmp_path, InProcess())
    list(blocks("key", shouted, BLOCKS))
    for path in (tmp_path / "out/.augment/blocks").iterdir():
        path.write_bytes(path.read_bytes()[:cut])
    assert [part.made() for part in blocks("key", shouted, BLOCKS)] == [b"A B", b"C", b"D E"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_stop_is_never_taken_for_the_end(tmp_path: Path, jobs: int) -> None:
    engine = LocalEngine(2, 60) if jobs > 1 else InProcess()
    parts = blocks_in(tmp_path, engine)("key", shouted, ([str(n)] for n in range(1000)))
    assert next(parts).made() == b"0"
    engine.stop()
    with pytest.raises(StoppedError):
        list(parts)


def test_lost_rows_are_no_lines_of_the_story(
    tmp_path: Path, curves: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import polars as pl

    real = writing._new
    monkeypatch.setattr(
        writing,
        "_new",
        lambda library, drawn, first: die() if drawn[0].row == 0 else real(library, drawn, first),
    )
    run(curves, tmp_path / "out", jobs=2, **SERIES)
    story = pl.read_parquet(tmp_path / "out/provenance.parquet")
    assert story["base"].unique().len() == 39
    assert story["row"].to_list() == list(range(40, 118))
    assert [line["source"] for line in lines_of(tmp_path / "out/failures.jsonl")] == ["curves.ts#0"]
