"""Who packs tables and arrays is told, and has the same bytes on every system."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from helpers import run, write

from augcli.image.codec import png
from augcli.rows import packings
from augcli.rows.packings import Deflater, packing_of
from augcli.system.machine import version_of

TABLE = "size,kind\n" + "".join(f"{n * n % 31},{'aab'[n % 3]}\n" for n in range(60))
OF_TABLES = {
    "dataset": {"kind": "tabular", "label": "kind"},
    "balance": {"method": "smote"},
    "steps": [],
    "copies": 0,
}
OF_SERIES = {"dataset": {"kind": "timeseries"}, "steps": ["jitter"], "copies": 1}
OF_PICTURES = {"output": {"originals": "reencode"}, "copies": 0}


@pytest.fixture
def without_packers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give what has libdeflate and zlib-ng be not installed."""
    real = metadata.distribution

    def found(name: str) -> metadata.Distribution:
        if name in ("deflate", "zlib-ng"):
            raise metadata.PackageNotFoundError
        return real(name)

    def uninstall() -> None:
        monkeypatch.setitem(sys.modules, "deflate", None)
        monkeypatch.setattr(png, "zlib", zlib)
        monkeypatch.setattr(metadata, "distribution", found)
        version_of.cache_clear()

    yield uninstall
    version_of.cache_clear()


def arrays(packed: bool) -> bytes:
    buffer, save = io.BytesIO(), np.savez_compressed if packed else np.savez
    save(buffer, X=np.random.default_rng(0).normal(size=(8, 30)).cumsum(axis=1), y=["a", "b"] * 4)
    return buffer.getvalue()


def contents(path: Path) -> Any:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".png":
        return cv2.imread(str(path), cv2.IMREAD_UNCHANGED).tolist()
    with np.load(path) as told:
        return [told[key].tolist() for key in sorted(told)]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("t.csv.gz", gzip.compress(TABLE.encode()), OF_TABLES),
        ("s.npz", arrays(packed=True), OF_SERIES),
        ("a/p.png", png.png_of(np.eye(9, dtype=np.uint8)[..., None]), OF_PICTURES),
    ],
)
def test_who_packs_is_told_and_noticed(
    tmp_path: Path, name: str, data: bytes, told: dict[str, Any], without_packers: Any
) -> None:
    def made() -> tuple[int, Any, str]:
        summary = run(tmp_path / "in", tmp_path / "out", **told)
        (file,) = tmp_path.glob(f"out/**/{name}")
        versions = json.loads((tmp_path / "out/run.json").read_text())["versions"]
        return summary.made, contents(file), versions[packer]

    packer = "zlib-ng" if told is OF_PICTURES else "deflate"
    write(tmp_path / "in" / name, data)
    _, first, library = made()
    assert library == metadata.version(packer)
    assert made()[0] == 0
    without_packers()
    assert made() == (1, first, f"zlib {zlib.ZLIB_RUNTIME_VERSION}")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [("t.csv", TABLE.encode(), OF_TABLES), ("s.npy", b"", OF_SERIES)],
)
def test_who_packs_has_no_say_in_what_is_not_packed(
    tmp_path: Path, name: str, data: bytes, told: dict[str, Any], without_packers: Any
) -> None:
    array = io.BytesIO()
    np.save(array, np.random.default_rng(0).normal(size=(8, 30)).cumsum(axis=1))
    write(tmp_path / "in" / name, data or array.getvalue())
    assert run(tmp_path / "in" / name, tmp_path / "out", **told).made
    without_packers()
    assert run(tmp_path / "in" / name, tmp_path / "out", **told).made == 0


@pytest.mark.parametrize("installed", [True, False])
def test_a_table_is_packed_piece_by_piece(
    monkeypatch: pytest.MonkeyPatch, without_packers: Any, installed: bool
) -> None:
    """How it comes has no say; readers put the members of a gzip file together."""
    monkeypatch.setattr(packings, "_MEMBER", 100)
    if not installed:
        without_packers()
    packing = packing_of(gzip.compress(b""))
    assert packing
    data = TABLE.encode()
    one, other = (
        b"".join(packing.pack(data[at : at + size] for at in range(0, len(data), size)))
        for size in (7, 1000)
    )
    assert one == other or not installed
    assert gzip.decompress(one) == packing.unpack(one, 1 << 20) == data
    assert gzip.decompress(b"".join(packing.pack([]))) == b""
    whole = Deflater()
    assert zlib.decompress(whole.compress(data) + whole.flush(), -15) == data
