"""Any key of a recipe, changed alone, is noticed, whatever the format: a run ends as a first would.

A key that a format has no use for is refused, at once and every time. Which keys there are is found
in the registries, so a new one fails here until it is told how to change it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from helpers import tree
from made import Made, by, first
from seeds import SEEDS
from test_only_what_changed import changed
from test_only_what_changed import test_what_a_source_touches_is_done_again as check_sources

from augcli.errors import FindingsError, RecipeError
from augcli.kind import Kind, load_kind
from augcli.recipe import Recipe
from augcli.records import keys
from augcli.store.output import OutputFolder
from augcli.transform import REGISTRY

DATASET: dict[str, Any] = {
    **{"augment": ["train", "test"], "splits": {"test": "held"}, "leaks": "allow"},
    **{"include": ["train/**", "one.png"], "exclude": ["**/one*"], "max_bytes": 100_000},
    **{"format": "csv", "layout": "wide", "header": False, "delimiter": "|", "quote": "'"},
    **{"encoding": "latin-1", "missing": ["x", "no"], "label": 0, "split": "class", "id": 0},
    **{"group": "town", "ignore": ["count"], "columns": {"count": "category"}},
    **{"together": ["town", "count"], "order": ["count", "height"], "constraints": "told"},
    **{"sum": {"height": ["count"]}},
    **{"text": "class", "spans": "class", "label_separator": "oo", "words": "characters"},
    **{"protect": ["film"], "lexicon": "lex.tsv", "deny": ["film"], "negations": ["film"]},
    **{"roles": ["user"], "tags": 1, "offsets": "bytes"},
    **{
        "time": 0,
        "channels": [0],
        "point_labels": [0],
        "windows": {"length": 4},
        "array": "y",
        "one_per_file": True,
        "decimal": ",",
    },
    **{
        "file": "label",
        "labels": "list.csv",
        "annotations": "ignore",
        "checksums": "SUMS",
        "max_pixels": 100,
    },
    **{"targets": {"min_area": 90, "empty": "drop"}, "masks": ["masks/**"], "captions": "ignore"},
    **{"input": "after", "images": "pictures", "suffix": ".png"},
}
OUTPUT: dict[str, Any] = {
    **{"originals": "omit", "image": {"format": "jpeg"}, "ids": "new", "range": "free"},
    **{"source_column": True, "soft_labels": True, "weights": True, "annotations": "yolo"},
    **{"layout": "parquet", "shards": 3},
}
TOP: dict[str, Any] = {"seed": 8, "copies": 2, "balance": {"target": 61}, "strength": 0.5}
OF_GROUPS = {"stages", "views", "branches"}
"""Of pictures alone; `test_every_key` tries each."""
OTHER_STEPS = {
    "image": "invert",
    "tabular": {"swap": {"share": 0.5}},
    "text": "random_delete",
    "timeseries": "drift",
}
ELSEWHERE = {"path", "kind", "links", "axes"}
"""What is moved, of another kind or of other arrays, or puts nothing else into an output."""
APART = 8
"""How far the changes are apart that one format has: no kind but tables has fewer formats."""
NOTHING_IN_OUTPUTS = {"version", "max_failures", "timeout", "plugins"}
OF_MACHINES = {"isa"}
"""What says whose bytes outputs have: told of earlier ones as of another machine's."""


def named(value: Any) -> dict[str, Any]:
    """Return a step with its parameters."""
    return dict(value) if isinstance(value, dict) else {value: {}}


def changes(name: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield the name of each change of a seed's recipe, and what it says before and after."""
    seed = SEEDS[name]
    kind = load_kind(seed.kind)
    for key, value in TOP.items():
        yield key, {}, {key: value}
    for key in sorted(kind.dataset_settings.model_fields.keys() - ELSEWHERE):
        yield f"dataset.{key}", {}, {"dataset": {key: DATASET[key]}}
    for key in sorted(kind.output_settings.model_fields.keys() - ELSEWHERE):
        yield f"output.{key}", {}, {"output": {key: OUTPUT[key]}}
    first, *others = map(named, seed.recipe["steps"])
    other = named(OTHER_STEPS[seed.kind])
    (step, told), *_ = first.items()
    less = {step: told | {"p": 0.4}}
    yield "steps", {}, {"steps": [first, *others, other]}
    yield "steps.p", {}, {"steps": [less, *others]}
    inside = [{"steps": [{"sequence": {"steps": [each, other]}}]} for each in (first, less)]
    yield "steps.sequence.p", *inside


def outcome(work: Made, **told: Any) -> Any:
    """Return what a run leaves, or why it is refused."""
    try:
        work.run(**told)
    except (RecipeError, FindingsError) as error:
        return str(error).replace(str(work.folder), "")
    return tree(work.output)


def noticed(made: Made, folder: Path, some: slice = slice(None)) -> None:
    """See that each change is noticed."""
    for number, (what, before, after) in enumerate([*changes(made.name)][some]):
        work = made.copied(folder / f"{number}")
        if before:
            work.run(**before)
        fresh = outcome(made.anew(folder / f"{number}-fresh"), **after)
        assert outcome(work, **after) == fresh, what


def test_some_of_what_is_changed_alone_is_noticed(made: Made, memory: Path) -> None:
    """Each format has some of the changes, and the next format the next."""
    noticed(made, memory, slice(list(SEEDS).index(made.name) % APART, None, APART))


@pytest.mark.faults
def test_what_is_changed_alone_is_noticed(made: Made, memory: Path) -> None:
    noticed(made, memory)


class Forgetful:
    """Hashes only some of the three parts that keys are made of: sources, what is made, its form.

    Revisions are in what is made. Forms of series hold records, which tell of the other two again.
    """

    def __init__(self, forgotten: str):
        parts = {"sources": [1], "made": [0], "revisions": [0], "form": [0, 1]}
        self.kept = parts[forgotten]

    def sha256(self, told: bytes) -> Any:
        parts = json.loads(told)
        return hashlib.sha256(json.dumps([parts[each] for each in self.kept]).encode())


OF_EACH_WAY = by(
    *("image png", "tabular csv", "text csv", "text folders", "timeseries wide", "timeseries wav")
)
"""One format of each way to make keys."""


@OF_EACH_WAY
@pytest.mark.parametrize("part", ["made", "revisions", "form"])
def test_all_that_a_key_is_made_of_is_heeded(made: Made, memory: Path, part: str) -> None:
    CHANGED[part](made, memory)


@OF_EACH_WAY
@pytest.mark.parametrize("part", ["sources", "made", "revisions", "form"])
def test_a_key_that_leaves_something_out_is_noticed(
    made: Made, memory: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(keys, "hashlib", Forgetful(part))
    worse = first(made.name, memory / "worse")
    with pytest.raises(AssertionError):
        test_all_that_a_key_is_made_of_is_heeded(worse, memory, part)


def of_sources(made: Made, memory: Path) -> None:
    check_sources(made, memory, changed)


def of_made(made: Made, memory: Path) -> None:
    noticed(made, memory, slice(1))


def of_revisions(made: Made, memory: Path) -> None:
    """Steps that come to make something else make all again."""
    work = made.copied(memory / "there")
    with pytest.MonkeyPatch.context() as patch:
        for name in chain.from_iterable(map(named, made.seed.recipe["steps"])):
            step = REGISTRY[made.seed.kind, name]
            patch.setattr(step, "revision", step.revision + 1)
        assert work.run().made


def of_form(made: Made, memory: Path) -> None:
    """Other versions of libraries make all again."""
    work = made.copied(memory / "there")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Kind, "versions", lambda _: {"numpy": "of another day"})
        assert work.run().made


CHANGED = {
    "sources": of_sources,
    "made": of_made,
    "revisions": of_revisions,
    "form": of_form,
}
"""For each part of keys, what shows that it is one."""


@by("tabular csv", "text csv", "timeseries wide")
def test_blocks_of_another_recipe_are_not_taken(
    made: Made, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is killed leaves its blocks behind."""
    monkeypatch.setattr(OutputFolder, "finish", lambda _: None)
    left = first(made.name, memory / "left")
    assert any((left.output / ".augment/blocks").iterdir())
    noticed(left, memory, slice(4, 7))


@by("timeseries wide")
def test_blocks_named_without_the_recipe_are_noticed(
    made: Made, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("augcli.timeseries.augment.key_of_all", without_settings)
    with pytest.raises(AssertionError):
        test_blocks_of_another_recipe_are_not_taken(made, memory, monkeypatch)


def without_settings(sources: Any, job: Any, _: Any) -> str:
    return keys.key_of_all(sources, job, None)


def test_no_key_is_forgotten() -> None:
    told = {each.partition(".")[0] for each, *_ in changes("tabular csv")}
    assert Recipe.model_fields.keys() == told | NOTHING_IN_OUTPUTS | OF_MACHINES | OF_GROUPS
