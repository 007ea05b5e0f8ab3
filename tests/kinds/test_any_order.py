"""Nothing hangs on the order in which outputs are made, or on which of them are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import pytest
from helpers import lines_of, tree
from made import Made, by
from seeds import SEEDS
from test_only_what_changed import written

from augcli.once import Once
from augcli.reports.run_json import read_run
from augcli.requests.spread import Maker, Part, here
from augcli.run import planned
from augcli.store.output import OutputFolder
from augcli.store.sources import read_sources
from augcli.tabular.augment import ProcessedTable
from augcli.task import Lost, Output, Processed
from augcli.text.augment import ProcessedCorpus
from augcli.work.jobs import processor_of
from augcli.work.tasks import Tasks
from augcli.work.unit import SourceWork

ROWS = [name for name in SEEDS if not name.startswith("image")]
OF_MANY = by(*ROWS)


def processed(work: Made, spread: Any = here, **changes: Any) -> Processed:
    """Return what becomes of the first unit of a dataset that has something to be made."""
    recipe = work.recipe(**changes)
    dataset, plan = planned(recipe)
    tasks, worker = Tasks(plan), processor_of(recipe, (), spread)
    every = (
        worker.process(tasks[row], read_sources(dataset.root, tasks[row], recipe.dataset))
        for row in range(len(dataset))
    )
    return next(each for each in every if len(each.outputs) > 1)


def pieces(output: Output) -> bytes:
    """Return the bytes of an output; none where they are its source's."""
    return b"".join(map(bytes, output.make() if output.make else ()))


def files(outputs: Iterable[Output]) -> dict[str, bytes]:
    return {output.record["output"]: pieces(output) for output in outputs}


def told(work: Processed) -> list[Any]:
    return [work.outline, work.prove(), work.remarks(), work.tally, work.outline]


@OF_MANY
def test_outputs_are_the_same_in_any_order(made: Made) -> None:
    ahead, backwards = processed(made), processed(made)
    expected = files(ahead.outputs)
    assert any(expected.values())
    assert files(reversed(backwards.outputs)) == expected
    assert files(backwards.outputs) == expected
    alone = [each.record["output"] for each in ahead.outputs]
    for place, name in enumerate(alone):
        assert pieces(processed(made).outputs[place]) == expected[name]


@OF_MANY
def test_what_is_told_hangs_on_nothing_that_was_made(made: Made) -> None:
    nothing, some, every = processed(made), processed(made), processed(made)
    pieces(some.outputs[-1])
    files(every.outputs)
    assert told(nothing) == told(some) == told(every)


@by("text csv")
def test_what_is_told_by_what_was_made_is_noticed(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProcessedCorpus, "remarks", files_made)
    with pytest.raises(AssertionError):
        test_what_is_told_hangs_on_nothing_that_was_made(made)


def files_made(work: ProcessedCorpus) -> list[str]:
    return [f"{work._written.parts.cache_info().currsize} files were made"]  # type: ignore[attr-defined]


@by("tabular csv")
def test_what_was_planned_is_told_as_planned_once_it_is_decided(made: Made) -> None:
    """Cleaning leaves out rows that no plan knows of."""
    work = processed(made, balance={"method": "smote_enn"})
    planned_, decided = work.outline, work.tally
    assert planned_.counts != decided.counts
    assert (work.outline, work.tally) == (planned_, decided)


@by("tabular csv")
def test_a_plan_that_is_what_was_decided_is_noticed(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProcessedTable, "outline", ProcessedTable.tally)
    with pytest.raises(AssertionError):
        test_what_was_planned_is_told_as_planned_once_it_is_decided(made)


def losing(_key: str, maker: Maker, blocks: Iterable[Sequence[Any]]) -> Iterator[Part]:
    """Make items one by one, and lose every third."""
    for number, item in enumerate(item for block in blocks for item in block):
        if number % 3 == 2:
            yield Part([item], None, "lost")
        else:
            yield from here("", maker, [[item]])


MORE = {"tabular": {"balance": {"method": "random_over"}}}
"""What a recipe says so that items are made one by one."""


@by("text csv", "timeseries wide", "tabular csv", "tabular parquet")
def test_what_is_lost_is_the_same_in_any_order(made: Made) -> None:
    more = MORE.get(made.seed.kind, {})
    ahead, backwards, asked = (processed(made, losing, **more) for _ in range(3))
    expected = files(ahead.outputs)
    lost = losses(asked)
    assert lost
    assert files(reversed(backwards.outputs)) == expected
    assert files(asked.outputs) == expected
    assert losses(ahead) == losses(backwards) == lost


def losses(work: Processed) -> list[Lost]:
    return [*work.lost, *(lost for output in work.outputs for lost in output.lost())]


@by("text csv")
def test_rows_that_are_made_at_each_asking_are_noticed(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Once, "__iter__", lambda once: once._rest)
    with pytest.raises(AssertionError):
        test_outputs_are_the_same_in_any_order(made)
    with pytest.raises(AssertionError):
        test_what_is_lost_is_the_same_in_any_order(made)


@OF_MANY
def test_one_output_that_went_is_made_alone(made: Made, memory: Any) -> None:
    names = [path.name for path in made.output.glob("*.parquet")]
    for name in [*names, lines_of(made.output / "manifest.jsonl")[0]["output"]]:
        work = made.copied(memory / name.replace("/", "-"))
        before = written(work.output)
        (work.output / name).unlink()
        assert work.run().made == 1
        assert tree(work.output) == tree(made.output)
        assert notes(work) == notes(made)
        assert {k: v for k, v in written(work.output).items() if before[k] != v}.keys() <= {name}


@by("text csv")
def test_others_that_are_made_with_it_are_noticed(
    made: Made, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SourceWork, "_kept", lambda *_: None)
    with pytest.raises(AssertionError):
        test_one_output_that_went_is_made_alone(made, memory)


def notes(work: Made) -> Any:
    return read_run(OutputFolder(work.output))["summary"]["notes"]


def keys(work: Made) -> dict[str, Any]:
    """Return output → key, as the journal tells."""
    lines = lines_of(work.output / ".augment/journal.jsonl")[1:]
    return {each["record"]["output"]: each["key"] for line in lines for each in line["outputs"]}


def test_what_passes_through_hangs_on_its_own_source(made: Made, memory: Any) -> None:
    """Another source changes: files of splits that are not augmented are not even written again."""
    work = made.copied(memory / "there")
    passing = [each["output"] for each in lines_of(work.output / "manifest.jsonl")]
    passing = [name for name in passing if "four" in name]
    before, had = written(work.output), keys(work)
    other = next(name for name in work.seed.files if "three" in name)
    (work.source / work.victim).write_bytes(work.seed.files[other])
    assert work.run().made
    assert passing
    for name in passing:
        assert (written(work.output)[name], keys(work)[name]) == (before[name], had[name])


@by("text csv")
def test_what_passes_through_with_others_is_noticed(
    made: Made, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = count()
    monkeypatch.setattr("augcli.text.augment.key_as_it_is", lambda _: f"{next(numbers)}")
    with pytest.raises(AssertionError):
        test_what_passes_through_hangs_on_its_own_source(made, memory)
