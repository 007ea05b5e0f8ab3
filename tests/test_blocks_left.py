"""Blocks that a stopped run has left are those of its sources and recipe, and of no others."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from helpers import leftovers, run, tree, write

from augcli.store.output import OutputFolder

STEPS: dict[str, Any] = {
    "tabular": {"steps": ["mixup"], "balance": {"method": "smote", "target": "max"}},
    "text": {"steps": ["random_swap"]},
    "timeseries": {"steps": ["smote"]},
}
LABEL = {"label": "label"}
OF = {"tabular": LABEL, "text": LABEL, "timeseries": LABEL | {"layout": "wide", "format": "csv"}}
CHANGES = {"source": (3, {}), "recipe": (0, {"seed": 8}), "neither": (0, {})}


def dataset(folder: Path, kind: str, add: int = 0) -> Path:
    """Write rows of two classes, which have other values where a number is added."""
    rows = []
    for place, number in enumerate(range(add, 24 + add)):
        values = [str(number**2 * factor % 90 + 10) for factor in (7, 31, 53)]
        told = f"the film {' '.join(values)} is long" if kind == "text" else ",".join(values)
        rows.append(f"{told},{'ab'[place % 4 == 0]}")
    names = "text" if kind == "text" else "x,y,z"
    return write(folder / "rows.csv", "\n".join([f"{names},label", *rows, ""])).parent


def made(source: Path, output: Path, kind: str, **changes: Any) -> dict[str, str]:
    """Return what a run makes."""
    told = {"copies": 1, "dataset": {"kind": kind, **OF[kind]}, **STEPS[kind], **changes}
    assert run(source, output, **told).exit_code == 0
    return tree(output)


def check(tmp_path: Path, kind: str, what: str) -> None:
    """Leave all blocks of a run, change something, and run again."""
    add, told = CHANGES[what]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OutputFolder, "finish", lambda _: None)
        made(dataset(tmp_path / "in", kind), tmp_path / "out", kind)
    assert list((tmp_path / "out/.augment/blocks").iterdir())
    source = dataset(tmp_path / "in", kind, add)
    (tmp_path / "out/manifest.jsonl").unlink()
    assert made(source, tmp_path / "out", kind, **told) == made(
        source, tmp_path / "fresh", kind, **told
    )
    assert leftovers(tmp_path / "out") == []


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("kind", STEPS)
def test_blocks_of_what_was_are_not_taken(tmp_path: Path, kind: str, what: str) -> None:
    check(tmp_path, kind, what)


def one(*_: Any) -> str:
    """Return the same for all."""
    return "one"


@pytest.mark.parametrize("kind", STEPS)
def test_a_key_that_tells_nothing_is_noticed(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    key: Callable[..., str] = one
    monkeypatch.setattr(import_module(f"augcli.{kind}.augment"), "key_of_all", key)
    with pytest.raises(AssertionError):
        check(tmp_path, kind, "source")
