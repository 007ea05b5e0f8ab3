"""An undisturbed run of a small dataset, to hold other runs against, for any kind and format."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from helpers import run, write, write_recipe
from msgspec import Struct
from seeds import SEEDS, Seed

from augcli.recipe import Recipe, read_recipe
from augcli.reports.report import Summary

_NO_LABELS = {
    "text lines": "a line is all text",
    "text conll": "words have tags, and sentences none",
    "timeseries npy": "an array of series has no place for labels",
    "timeseries arrays": "an array that is one series has no place for a label",
}
_OBJECTS = {
    f"image {name}": "its classes are those of objects, and no picture is of one"
    for name in ("yolo", "coco", "voc", "masks", "metadata", "boxes", "pairs")
}
CANNOT: Mapping[str, Mapping[str, str]] = {
    "take a lone file": {
        "image coco": "a picture that no JSON file tells of is left out",
        "image voc": "a picture in no list is of no split",
        "image masks": "a picture without a mask fails",
        "image pairs": "a picture without its others fails",
        "image metadata": "a picture without a row is left out",
        "image boxes": "a row has more cells than a list has",
    },
    "balance": _NO_LABELS | _OBJECTS,
    "be beyond a target": _NO_LABELS
    | _OBJECTS
    | {
        name: "its methods say which classes they leave as they are"
        for name in SEEDS
        if name.startswith("tabular")
    },
    "be one file": {
        name: "a sample is a file, and the dataset a folder"
        for name in SEEDS
        if name.startswith("image") or name == "text folders"
    },
    "be shown": {
        name: "rows of a table have no picture" for name in SEEDS if name.startswith("tabular")
    },
    "tell rows apart": {
        name: "an output is one sample"
        for name in SEEDS
        if name.startswith("image")
        or name in ("text folders", "timeseries wav", "timeseries sound")
    }
    | {"timeseries arrays": "an output is one sample"},
}
"""What some formats cannot do, and why."""


def able(promise: str) -> pytest.MarkDecorator:
    """Return what gives a test the runs of all formats that can keep a promise."""
    return _made(name for name in SEEDS if name not in CANNOT[promise])


def by(*names: str) -> pytest.MarkDecorator:
    """Return what gives a test the runs of some seeds."""
    return _made(names)


def _made(names: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("made", list(names), indirect=True)


class Made(Struct, frozen=True):
    """A seed in `in` and what a run made of it in `out`."""

    name: str
    folder: Path
    summary: Summary | None = None

    @property
    def seed(self) -> Seed:
        return SEEDS[self.name]

    @property
    def source(self) -> Path:
        return self.folder / "in"

    @property
    def dataset(self) -> Path:
        return self.source / (self.seed.listing or "")

    @property
    def output(self) -> Path:
        return self.folder / "out"

    @property
    def victim(self) -> str:
        return self.seed.victim

    def run(self, **changes: Any) -> Summary:
        """Run the seed's recipe, with changes that replace its keys or add to its dataset."""
        return run(self.dataset, self.output, **self._told(changes))

    def recipe(self, **changes: Any) -> Recipe:
        recipe = write_recipe(self.dataset, self.output, **self._told(changes))
        return read_recipe(str(recipe))

    def _told(self, changes: dict[str, Any]) -> dict[str, Any]:
        told = self.seed.recipe
        dataset = told["dataset"] | changes.pop("dataset", {})
        return told | changes | {"dataset": dataset}

    def copied(self, folder: Path) -> Made:
        """Return a copy of all, to play on."""
        shutil.copytree(self.folder, folder)
        return Made(self.name, folder)

    def anew(self, folder: Path) -> Made:
        """Return a copy of the dataset alone."""
        shutil.copytree(self.source, folder / "in")
        return Made(self.name, folder)

    def path_of(self, name: str, split: str = "train") -> str:
        """Return what a further source is called that stands beside the victim."""
        victim = PurePosixPath(self.victim)
        parts = [split if part == "train" else part for part in victim.parent.parts]
        return str(PurePosixPath(*parts, f"{name}{victim.suffix}"))

    def add(self, name: str, data: bytes, split: str = "train") -> None:
        """Add a source; to the listing too, where there is one."""
        write(self.source / name, data)
        if self.seed.listing:
            with self.dataset.open("a") as file:
                file.write(f"{name},a,{split}\n")

    def remove(self, name: str) -> None:
        (self.source / name).unlink()
        if self.seed.listing:
            lines = self.dataset.read_text().splitlines(keepends=True)
            self.dataset.write_text("".join(x for x in lines if not x.startswith(f"{name},")))


def first(name: str, folder: Path) -> Made:
    """Return the undisturbed run of a seed."""
    made = Made(name, folder)
    made.seed.written(made.source)
    return Made(name, folder, made.run())
