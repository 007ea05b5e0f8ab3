"""Any key of a recipe, changed alone, is noticed: the output is then that of a fresh run.

What a recipe may say is found in the registries, so a new key, method or control fails here until
it is told how to change it.
"""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import make_photos, manifest, run, tree, write
from msgspec.structs import replace
from other_values import (
    BALANCE,
    BEFORE,
    COMMON,
    CONTROL_FIELDS,
    DATASET,
    DATASET_OF,
    ELSEWHERE,
    GROUPED,
    LABEL_OF,
    NESTED,
    OTHER_NAME,
    OUTPUT_OF,
    OWN_FIELDS,
    STEPS,
    TOP,
    Change,
)

from augcli.kind import load_kind
from augcli.recipe import Recipe
from augcli.transform import COMMON_FIELDS, REGISTRY, Composite, Control

KINDS = ("image", "tabular", "text", "timeseries")
CONTROLS = [name for (kind, name), cls in REGISTRY.items() if issubclass(cls, Control)]


def dataset_of(folder: Path, kind: str) -> dict[str, Any]:
    """Write a tiny dataset that every change fits; return the recipe's `dataset`."""
    told: dict[str, Any] = {"path": str(folder), "kind": kind}
    if kind == "image":
        make_photos(folder, {"train/a": 2, "train/b": 1, "val/a": 1})
        names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.png"))
        digest = hashlib.sha256((folder / names[0]).read_bytes()).hexdigest()
        write(folder / "SHA256SUMS", f"{digest}  {names[0]}\n")
        rows = [f"{name},{name},{name.split('/')[1]},c,train,train" for name in names]
        write(folder / "t.csv", "\n".join(["file,path,label,sort,split,part", *rows]))
        return told
    for name, size, seed in [("train", 24, 0), ("val", 6, 1)]:
        write(folder / f"{name}.csv", "\n".join(_lines(kind, size, seed)) + "\n")
    if kind == "text":
        write(folder / "lex.tsv", "good\tfine\n")
        text = "a really good film it was, long and good"
        write(folder / "train.jsonl", json.dumps({"text": text, "label": "a", "spans": [[2, 13]]}))
        told |= {"text": "text", "include": ["*.csv"], "lexicon": None}
    return told | {"label": "label", "splits": {"fold": "class"}}


def _lines(kind: str, size: int, seed: int) -> Iterator[str]:
    rng = np.random.default_rng(seed)
    heads = {
        "tabular": "number,width,height,often,seldom,",
        "text": "text,other,",
        "timeseries": "t0,t1,t2,t3,",
    }
    yield f"{heads[kind]}fold,label"
    for row in range(size):
        told = f"{'train' if row % 2 else 'val'},{'ab'[row % 3 == 0]}"
        numbers = ",".join(f"{value:.3f}" for value in rng.normal(row % 3, 0.7, 4))
        if kind == "tabular":
            width, height, *_ = numbers.split(",")
            yield f"{seed}{row},{width},{height},{int(row % 4 > 0)},{int(row % 7 == 1)},{told}"
        elif kind == "text":
            words = f"the good film {seed} {row} was long"
            yield f"{words} but really not at all bad,{words} too,{told}"
        else:
            yield f"{numbers},{told}"


def alone(step: dict[str, Any], kind: str, around: str | None) -> list[dict[str, Any]]:
    """Return the recipe's steps: this one and others, inside a control if one is named."""
    steps = [step, *STEPS[kind][1:]]
    return [{around: {"steps": steps}}] if around else steps


def changes(kind: str) -> Iterator[tuple[str, dict[str, Any], Change]]:
    """Yield name, what the recipe has before, and what is changed."""
    for key, value in TOP.items():
        yield key, {}, ((key,), value)
    grouped = GROUPED | {"branches": {"one": [STEPS[kind][0]], "other": []}}
    for key, value in grouped.items() if load_kind(kind).ungrouped is None else ():
        yield key, {"copies": 0} if key == "stages" else {}, ((key,), value)
    for key, value in (DATASET | DATASET_OF[kind]).items():
        yield f"dataset.{key}", BEFORE.get((kind, key), {}), (("dataset", key), value)
    for key, value in OUTPUT_OF[kind].items():
        yield f"output.{key}", {}, (("output", key), value)
    for other, path, value, output in NESTED:
        if other == kind:
            yield f"{'.'.join(path)}-{value}", {"output": output}, (path, value)
    yield from _balances(kind)
    for around in (None, *CONTROLS):
        yield from _steps(kind, around)


def _balances(kind: str) -> Iterator[tuple[str, dict[str, Any], Change]]:
    for method, cls in load_kind(kind).balances.items():
        if getattr(cls, "extra", None):
            continue  # what it trains takes minutes, and is tried where networks are
        told = {"method": method} if "method" in cls.model_fields else {}
        target = {"target": "max"} if "target" in cls.model_fields else {}
        label = LABEL_OF.get(method)
        before = {"dataset": {"label": label}} if label else {}
        yield f"balance.{method}", before, (("balance",), told | target)
        for key in sorted(cls.model_fields.keys() - {"method"}):
            some = before | {"balance": told | target}
            yield f"balance.{method}.{key}", some, (("balance", key), BALANCE[key])


def _steps(kind: str, around: str | None) -> Iterator[tuple[str, dict[str, Any], Change]]:
    first, place = STEPS[kind][0], (0, around, "steps") if around else ()
    name = next(iter(first))
    before = {"steps": alone(first, kind, around)}
    common = COMMON if around in (None, "sequence") else {}
    for key, value in (common | OWN_FIELDS[kind]).items():
        yield f"{around}.{name}.{key}", before, (("steps", *place, 0, name, key), value)
    one, other = OTHER_NAME[kind].items()
    before = {"steps": alone(dict([one]), kind, around)}
    yield f"{around}.name", before, (("steps", *place, 0), dict([other]))
    if around:
        own = sorted(REGISTRY["any", around].model_fields.keys() - COMMON_FIELDS - {"steps"})
        for key, value in (COMMON | {key: CONTROL_FIELDS[key] for key in own}).items():
            yield f"{around}.{key}", before, (("steps", 0, around, key), value)


def changed(recipe: dict[str, Any], change: Change) -> dict[str, Any]:
    """Return a recipe with one thing changed."""
    recipe = copy.deepcopy(recipe)
    (*path, last), value = change
    inside: Any = recipe
    for key in path:
        inside = inside.setdefault(key, {}) if isinstance(inside, dict) else inside[key]
    inside[last] = value
    return recipe


Case = tuple[str, str, dict[str, Any], Change]
EVERY: list[Case] = [(kind, *each) for kind in KINDS for each in changes(kind)]


Begin = Callable[[str, str], tuple[Path, dict[str, Any]]]


@pytest.fixture(scope="module")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Begin:
    """Return what gives the folder of a run that changes begin with, and its recipe."""

    @cache
    def begin(kind: str, before: str) -> tuple[Path, dict[str, Any]]:
        folder, told = tmp_path_factory.mktemp(kind), json.loads(before)
        dataset = dataset_of(folder / "in", kind) | told.get("dataset", {})
        recipe = {"copies": 1, "steps": alone(STEPS[kind][0], kind, None)} | told
        recipe["dataset"] = dataset | {"path": str(folder / dataset["path"])}
        run(folder / "in", folder / "out", **recipe)
        return folder, recipe

    return begin


def cases() -> Iterator[Any]:
    """Yield all; what is inside controls of one kind each, or in a sequence, comes always.

    So does a key in three of balance methods.
    """
    for number, (kind, name, *change) in enumerate(EVERY):
        around, *inside = name.split(".")
        at = CONTROLS.index(around) if around in CONTROLS else KINDS.index(kind)
        always = around == "sequence" or KINDS[at % len(KINDS)] == kind
        if around == "balance" and len(inside) > 1:
            always = number % 3 == 0
        marks = () if always else pytest.mark.faults
        yield pytest.param((kind, name, *change), id=f"{kind}-{name}", marks=marks)


@pytest.mark.parametrize("case", list(cases()))
def test_what_is_changed_alone_is_noticed(tmp_path: Path, begin: Begin, case: Case) -> None:
    kind, _, before, change = case
    folder, recipe = begin(kind, json.dumps(before))
    after = changed(recipe, change)
    out, fresh = tmp_path / "out", tmp_path / "fresh"
    shutil.copytree(folder / "out", out)
    run(folder / "in", fresh, **after)
    run(folder / "in", out, **after)
    assert tree(out) == tree(fresh)
    assert run(folder / "in", out, **after).made == 0


@pytest.mark.parametrize("around", [None, *CONTROLS])
@pytest.mark.parametrize("kind", KINDS)
def test_a_raised_revision_is_noticed(
    tmp_path: Path, kind: str, around: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = dataset_of(tmp_path / "in", kind)
    recipe = {"dataset": dataset, "copies": 8, "steps": alone(STEPS[kind][0], kind, around)}
    run(tmp_path / "in", tmp_path / "out", **recipe)
    assert run(tmp_path / "in", tmp_path / "out", **recipe).made == 0
    step = REGISTRY[kind, next(iter(STEPS[kind][0]))]
    monkeypatch.setattr(step, "revision", step.revision + 1)
    assert run(tmp_path / "in", tmp_path / "out", **recipe).made > 0
    assert run(tmp_path / "in", tmp_path / "out", **recipe).made == 0


@pytest.mark.parametrize("kind", KINDS)
def test_another_way_to_make_the_same_is_noticed(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = dataset_of(tmp_path / "in", kind)
    recipe = {"dataset": dataset, "copies": 1, "steps": alone(STEPS[kind][0], kind, None)}
    run(tmp_path / "in", tmp_path / "out", **recipe)
    module = import_module(f"augcli.{kind}.kind")
    raised = replace(module.KIND, making=module.KIND.making + 1)
    monkeypatch.setattr(module, "KIND", raised)
    made = run(tmp_path / "in", tmp_path / "out", **recipe).made
    new = [each for each in manifest(tmp_path / "out") if each["steps"] or each.get("synthetic")]
    assert made >= len(new) > 0
    assert run(tmp_path / "in", tmp_path / "out", **recipe).made == 0
    monkeypatch.setattr(module, "KIND", replace(raised, revision=raised.revision + 1))
    assert run(tmp_path / "in", tmp_path / "out", **recipe).made == 0


@pytest.mark.parametrize(
    ("kind", "balance"),
    [
        ("tabular", {"method": "smote"}),
        ("tabular", [{"method": "smote"}, {"method": "random_under"}]),
        ("text", {"target": "max"}),
    ],
    ids=["of rows", "of several that follow each other", "by copies"],
)
def test_a_raised_revision_of_a_balance_is_noticed(
    tmp_path: Path, kind: str, balance: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys of pictures and series have what it drew, whatever its revision."""
    recipe = {"dataset": dataset_of(tmp_path / "in", kind), "copies": 0, "balance": balance}
    recipe["steps"] = alone(STEPS[kind][0], kind, None)
    run(tmp_path / "in", tmp_path / "out", **recipe)
    assert run(tmp_path / "in", tmp_path / "out", **recipe).made == 0
    first = next(iter(load_kind(kind).balances.values()))
    monkeypatch.setattr(first, "revision", first.revision + 1)
    assert run(tmp_path / "in", tmp_path / "out", **recipe).made > 0
    assert run(tmp_path / "in", tmp_path / "out", **recipe).made == 0


WITHIN = {"on_bands": {"bands": [0], "steps": ["gaussian_noise"]}}
"""What steps that stand for others need to be told."""
STANDING = [
    name
    for (_, name), cls in REGISTRY.items()
    if issubclass(cls, Composite) and name not in CONTROLS
]


@pytest.mark.parametrize("name", STANDING)
def test_a_raised_revision_of_what_a_step_stands_for_is_noticed(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = dataset_of(tmp_path / "in", "image")
    recipe = {"dataset": dataset, "copies": 2, "steps": [{name: WITHIN.get(name, {})}]}
    run(tmp_path / "in", tmp_path / "out", **recipe)
    for cls in {*REGISTRY.values()} - {REGISTRY["image", name]}:
        monkeypatch.setattr(cls, "revision", cls.revision + 1)
    assert run(tmp_path / "in", tmp_path / "out", **recipe).made > 0
    assert run(tmp_path / "in", tmp_path / "out", **recipe).made == 0


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_is_forgotten(kind: str) -> None:
    of = load_kind(kind)
    known = {path[:2] for _, _, (path, _) in changes(kind)}
    keys = of.dataset_settings.model_fields.keys() - ELSEWHERE.keys()
    keys = {key for key in keys if (kind, key) not in ELSEWHERE}
    assert {("dataset", key) for key in keys} <= known
    output = of.output_settings.model_fields.keys() - ELSEWHERE.keys()
    output = {key for key in output if (kind, key) not in ELSEWHERE}
    assert {("output", key) for key in output} <= known
    top = Recipe.model_fields.keys() - {"version", "dataset", "output", "plugins", "isa"}
    top -= set() if of.ungrouped is None else GROUPED.keys()
    assert top <= {path[0] for (path,) in [(path[:1],) for path in known]}
    step = REGISTRY[kind, next(iter(STEPS[kind][0]))]
    assert OWN_FIELDS[kind].keys() == step.model_fields.keys() - COMMON_FIELDS
