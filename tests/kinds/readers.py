"""Labels of what was written, read by other libraries than augment's own readers."""

import csv
import io
import json
import wave
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import polars as pl
import soundfile
from PIL import Image

Labels = Callable[[Path], Iterable[str]]
"""A file → the label of each sample in it."""


def _picture(path: Path) -> list[str]:
    with Image.open(path) as picture:
        picture.load()
    return [path.parent.name]


def _floats(path: Path) -> list[str]:
    assert path.read_bytes()[:2] in {b"PF", b"II"}, "neither PFM nor TIFF"
    return [path.parent.name]


def _sound(path: Path) -> list[str]:
    with wave.open(str(path)) as sound:
        assert sound.getnframes()
    return [path.parent.name]


def _text(path: Path) -> list[str]:
    assert path.read_text("utf-8")
    return [path.parent.name]


def _cells(separator: str) -> Labels:
    def labels(path: Path) -> list[str]:
        text = io.StringIO(path.read_text("utf-8"), newline="")
        return [row["class"] for row in csv.DictReader(text, delimiter=separator)]

    return labels


def _objects(path: Path) -> list[str]:
    return [json.loads(line)["class"] for line in path.read_text("utf-8").splitlines()]


def _parquet(path: Path) -> list[str]:
    return pl.read_parquet(path)["class"].to_list()


def _points(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return list({row["series"]: row["class"] for row in csv.DictReader(file)}.values())


def _points_in_parquet(path: Path) -> list[str]:
    return pl.read_parquet(path).unique("series")["class"].to_list()


def _after_data(separator: str) -> Labels:
    def labels(path: Path) -> list[str]:
        lines = path.read_text().partition("@data\n")[2].splitlines()
        return [line.rpartition(separator)[2] for line in lines]

    return labels


def _first(path: Path) -> list[str]:
    return [line.partition("\t")[0] for line in path.read_text().splitlines()]


def _arrays(path: Path) -> list[str]:
    with np.load(path) as arrays:
        return arrays["y"].tolist()


def _packed_sound(path: Path) -> list[str]:
    assert soundfile.info(path).frames
    return [path.parent.name]


LABELS: dict[str, Labels] = {
    "image pfm": _floats,
    "tabular csv": _cells(","),
    "tabular tsv": _cells("\t"),
    "tabular parquet": _parquet,
    "text csv": _cells(","),
    "text tsv": _cells("\t"),
    "text jsonl": _objects,
    "text parquet": _parquet,
    "text folders": _text,
    "timeseries ts": _after_data(":"),
    "timeseries arff": _after_data(","),
    "timeseries tsv": _first,
    "timeseries wide": _cells(","),
    "timeseries long": _points,
    "timeseries parquet": _points_in_parquet,
    "timeseries npz": _arrays,
    "timeseries wav": _sound,
    "timeseries sound": _packed_sound,
}


def labels_of(name: str, output: Path) -> list[str]:
    """Return the labels of all samples of the train split in an output of a seed."""
    if name == "image list":
        with (output / "list.csv").open(newline="") as file:
            return [row["label"] for row in csv.DictReader(file) if row["split"] == "train"]
    read = LABELS.get(name, _picture)
    files = sorted(path for path in (output / "train").rglob("*") if path.is_file())
    return [label for path in files for label in read(path)]
