"""A small dataset of every kind and format, for the suites that hold all of them to the same."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import soundfile
from helpers import STEPS, write
from labelled_files import (
    Make,
    boxes,
    coco,
    listed_pictures,
    masks,
    metadata,
    pairs,
    saved,
    voc,
    yolo,
)
from msgspec import Struct, field


class Seed(Struct, frozen=True, dict=True):
    """A dataset of a few files in one format, and what a recipe says of it."""

    kind: str
    make: Callable[[], dict[str, bytes]]
    """Gives the files; nothing is made before it is needed, for Polars' threads survive no fork."""
    dataset: Mapping[str, Any] = field(default_factory=dict)
    listing: str | None = None
    """The file that lists the others, which the recipe's path leads to."""

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Return name → bytes."""
        return self.make()

    @property
    def recipe(self) -> dict[str, Any]:
        """Return what `run` of the helpers needs to be told."""
        return _RECIPES[self.kind] | {"dataset": {"kind": self.kind, **self.dataset}}

    @property
    def victim(self) -> str:
        """Return the file that is to be damaged: one of several of the split that is augmented."""
        return next(name for name in self.files if "two" in name)

    def written(self, folder: Path) -> Path:
        """Write the files, and return what a recipe's path leads to."""
        for name, data in self.files.items():
            write(folder / name, data)
        return folder / (self.listing or "")


_RECIPES: dict[str, dict[str, Any]] = {
    "image": {"copies": 1, "steps": STEPS},
    "tabular": {"copies": 1, "steps": ["mixup"], "balance": {"target": "max"}},
    "text": {"copies": 1, "steps": ["random_swap", "aeda"]},
    "timeseries": {"copies": 1, "steps": ["jitter"]},
}


def _pictures(make: Make, suffixes: Sequence[str], **dataset: Any) -> Seed:
    """Return class folders with a picture under every suffix of a container."""

    def files() -> dict[str, bytes]:
        names = [f"{place}{suffixes[0]}" for place in _CLASSED]
        names += [f"train/b/more{suffix}" for suffix in suffixes[1:]]
        return {name: make(number) for number, name in enumerate(names)}

    return Seed("image", files, dataset)


_CLASSED = ("train/a/one", "train/a/two", "train/b/three", "test/a/four")


def _pfm(seed: int) -> bytes:
    values = np.random.default_rng(seed).random((4, 5, 3), np.float32)
    return b"PF\n5 4\n-1.0\n" + values.tobytes()


_CONTAINERS: dict[str, tuple[Make, tuple[str, ...]]] = {
    "jpeg": (saved("JPEG"), (".jpg", ".jpeg", ".jpe", ".jfif")),
    "png": (saved("PNG", "RGBA"), (".png", ".apng")),
    "webp": (saved("WEBP"), (".webp",)),
    "tiff": (saved("TIFF", compression="tiff_lzw"), (".tiff", ".tif")),
    "bmp": (saved("BMP"), (".bmp", ".dib")),
    "gif": (saved("GIF", "P"), (".gif",)),
    "avif": (saved("AVIF"), (".avif",)),
    "jp2": (saved("JPEG2000"), (".jp2", ".jpx", ".jpf")),
    "j2k": (saved("JPEG2000", no_jp2=True), (".j2k", ".j2c", ".jpc")),
    "ppm": (saved("PPM"), (".ppm", ".pgm", ".pbm", ".pnm")),
    "pfm": (_pfm, (".pfm",)),
    "tga": (saved("TGA"), (".tga",)),
    "ico": (saved("ICO", "RGBA", sizes=[(16, 16)]), (".ico",)),
    "mpo": (saved("MPO"), (".mpo",)),
}


_PLACES = ("train/one", "train/two", "train/three", "test/four")


def _files(kind: str, make: Make, suffixes: Sequence[str], **dataset: Any) -> Seed:
    """Return files of many samples: three of the train split, under all suffixes, and a test."""
    places = [*_PLACES, *(f"{_PLACES[0]}_{each[1:]}" for each in suffixes[len(_PLACES) :])]

    def files() -> dict[str, bytes]:
        return {
            f"{place}{suffixes[number % len(suffixes)]}": make(number)
            for number, place in enumerate(places)
        }

    return Seed(kind, files, dataset)


def _frame(seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "height": random.normal(170, 9, 24).round(2),
            "count": random.integers(0, 50, 24),
            "town": random.choice(["Ulm", "Bonn", "Köln"], 24),
            "class": ["no"] * 16 + ["yes"] * 8,
        }
    )


def _csv(separator: str) -> Make:
    return lambda seed: _frame(seed).write_csv(separator=separator).encode()


def _parquet(frame: Callable[[int], pl.DataFrame]) -> Make:
    def make(seed: int) -> bytes:
        file = io.BytesIO()
        frame(seed).write_parquet(file)
        return file.getvalue()

    return make


_TALK = "a film of great heart that nobody who likes quiet stories should ever miss"
_WORDS = re.findall("[a-z]+", _TALK)


def _sentence(seed: int) -> str:
    return " ".join(np.random.default_rng(seed).permutation(_WORDS)[:9])


def _texts(seed: int) -> pl.DataFrame:
    texts = [f"{_sentence(seed * 100 + n)} no. {n}, größer!" for n in range(6)]
    return pl.DataFrame({"text": texts, "class": ["good", "bad", "good"] * 2})


def _text_csv(separator: str) -> Make:
    return lambda seed: _texts(seed).write_csv(separator=separator).encode()


def _jsonl(seed: int) -> bytes:
    return _texts(seed).write_ndjson().encode()


def _lines(seed: int) -> bytes:
    return "".join(f"{text}\n" for text in _texts(seed)["text"]).encode()


def _conll(seed: int) -> bytes:
    texts = (text.split() for text in _texts(seed)["text"])
    blocks = ("".join(f"{word}\t{'OB'[word == 'quiet']}\n" for word in text) for text in texts)
    return "".join(f"{block}\n" for block in blocks).encode()


def _text_folders() -> dict[str, bytes]:
    return {f"{place}.txt": _sentence(number).encode() for number, place in enumerate(_CLASSED)}


def _values(seed: int) -> list[list[float]]:
    waves = np.random.default_rng(seed).normal(size=(6, 16)).cumsum(axis=1)
    return waves.round(3).tolist()


def _joined(separator: str, end: str, *, first: bool = False) -> Callable[[int], str]:
    def make(seed: int) -> str:
        lines = []
        for number, row in enumerate(_values(seed)):
            cells, label = separator.join(map(str, row)), "xy"[number % 2]
            lines.append(f"{label}{end}{cells}\n" if first else f"{cells}{end}{label}\n")
        return "".join(lines)

    return make


def _ts(seed: int) -> bytes:
    head = "@problemName small\n@univariate true\n@classLabel true x y\n@data\n"
    return (head + _joined(",", ":")(seed)).encode()


def _arff(seed: int) -> bytes:
    names = "".join(f"@attribute a{n} numeric\n" for n in range(16))
    head = f"@relation small\n{names}@attribute class {{x,y}}\n@data\n"
    return (head + _joined(",", ",")(seed)).encode()


def _series_tsv(seed: int) -> bytes:
    return _joined("\t", "\t", first=True)(seed).encode()


def _wide(seed: int) -> bytes:
    head = ",".join([*(f"t{n}" for n in range(16)), "class"])
    return f"{head}\n{_joined(',', ',')(seed)}".encode()


def _points(seed: int) -> pl.DataFrame:
    rows = [
        (f"s{seed}-{number}", at, value, "xy"[number % 2])
        for number, row in enumerate(_values(seed))
        for at, value in enumerate(row)
    ]
    return pl.DataFrame(rows, schema=["series", "time", "value", "class"], orient="row")


def _long(seed: int) -> bytes:
    return _points(seed).write_csv().encode()


def _npy(seed: int) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(_values(seed), np.float32))
    return file.getvalue()


def _npz(seed: int) -> bytes:
    file = io.BytesIO()
    labels = np.array(list("xyxyxy"))
    np.savez_compressed(file, X=np.asarray(_values(seed)), y=labels)
    return file.getvalue()


def _wav(seed: int) -> bytes:
    samples = np.random.default_rng(seed).integers(-9000, 9000, 200, np.int16).tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _sounds() -> dict[str, bytes]:
    suffixes = (".wav", ".wave")
    names = [f"{place}{suffixes[number % 2]}" for number, place in enumerate(_CLASSED)]
    return {name: _wav(number) for number, name in enumerate(names)}


def _packed_sounds() -> dict[str, bytes]:
    files = {}
    for number, place in enumerate(_CLASSED):
        file, end = io.BytesIO(), (".flac", ".ogg", ".oga", ".flac")[number]
        samples = np.random.default_rng(number).uniform(-0.3, 0.3, 200)
        soundfile.write(file, samples, 8000, format="FLAC" if end == ".flac" else "OGG")
        files[f"{place}{end}"] = file.getvalue()
    return files


_POINTS = {"id": "series", "time": "time", "label": "class"}

SEEDS: dict[str, Seed] = {
    **{f"image {name}": _pictures(*made) for name, made in _CONTAINERS.items()},
    "image list": Seed("image", listed_pictures, {"format": "csv", "split": "split"}, "list.csv"),
    "image yolo": Seed("image", yolo, {"format": "yolo"}),
    "image coco": Seed("image", coco, {"format": "coco"}),
    "image voc": Seed("image", voc, {"format": "voc"}),
    "image metadata": Seed("image", metadata, {"format": "metadata"}),
    "image masks": Seed("image", masks, {"format": "masks"}),
    "image pairs": Seed("image", pairs, {"format": "pairs"}),
    "image boxes": Seed("image", boxes, {"format": "csv", "split": "split"}, "list.csv"),
    "tabular csv": _files("tabular", _csv(","), (".csv", ".data", ".txt"), label="class"),
    "tabular tsv": _files("tabular", _csv("\t"), (".tsv", ".tab"), label="class"),
    "tabular parquet": _files("tabular", _parquet(_frame), (".parquet", ".pq"), label="class"),
    "text csv": _files("text", _text_csv(","), (".csv", ".txt", ".dat"), label="class"),
    "text tsv": _files("text", _text_csv("\t"), (".tsv", ".tab"), label="class"),
    "text jsonl": _files("text", _jsonl, (".jsonl", ".ndjson", ".json"), label="class"),
    "text parquet": _files("text", _parquet(_texts), (".parquet", ".pq"), label="class"),
    "text conll": _files("text", _conll, (".conll", ".conllu", ".bio", ".iob", ".iob2")),
    "text lines": _files("text", _lines, (".txt",), format="lines"),
    "text folders": Seed("text", _text_folders, {"format": "folders"}),
    "timeseries ts": _files("timeseries", _ts, (".ts",)),
    "timeseries arff": _files("timeseries", _arff, (".arff",)),
    "timeseries tsv": _files("timeseries", _series_tsv, (".tsv",)),
    "timeseries wide": _files("timeseries", _wide, (".csv",), layout="wide", label="class"),
    "timeseries long": _files("timeseries", _long, (".csv",), layout="long", **_POINTS),
    "timeseries parquet": _files(
        "timeseries", _parquet(_points), (".parquet", ".pq"), layout="long", **_POINTS
    ),
    "timeseries npy": _files("timeseries", _npy, (".npy",), one_per_file=False),
    "timeseries arrays": _files("timeseries", _npy, (".npy",), one_per_file=True),
    "timeseries npz": _files("timeseries", _npz, (".npz",)),
    "timeseries wav": Seed("timeseries", _sounds),
    "timeseries sound": Seed("timeseries", _packed_sounds, {"format": "sound"}),
}
"""Name → dataset; the name begins with that of its kind."""

EXAMPLES = {seed.kind: name for name, seed in reversed(SEEDS.items())}.values()
"""The name of a seed of each kind."""

MANY_FILES = ("text folders", "timeseries wav")
"""Those whose outputs are a file a sample, where the example of their kind has many in one."""
