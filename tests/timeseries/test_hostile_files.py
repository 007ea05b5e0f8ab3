"""Arrays and sounds that say more or other than they hold are listed before they are read."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import numpy as np
import pytest

from augcli.errors import SampleError
from augcli.rows.packed import check_archive
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file
from augcli.timeseries.formats.base import SeriesFile


def opened(name: str, data: bytes, **told: Any) -> SeriesFile:
    settings = SeriesDatasetSettings.model_validate({"path": "", **told})
    return open_file(Source(name, "", data), settings, single=name.endswith(".wav"))


def array(shape: str, data: bytes = b"\0" * 64, descr: str = "'<f8'") -> bytes:
    told = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    told += b" " * (-len(told) - 11 % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(told)) + told + data


def wav(
    rate: int = 8000, block: int = 2, code: int = 1, bits: int = 16, data: bytes = b""
) -> bytes:
    fmt = struct.pack("<HHIIHH", code, 1, rate, 16000, block, bits)
    sound = data or b"\1\0" * 40
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", len(sound))
    return b"RIFF" + struct.pack("<I", len(body) + len(sound)) + body + sound


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (array("(1000000, 1000000)"), "its header says 8000000000000 bytes of values, and 64"),
        (array("(2, 5)"), "its header says 80 bytes of values, and 64 follow"),
        (array("(2, 3)"), "its header says 48 bytes of values, and 64 follow"),
        (array("(-2, -4)"), "is not taken"),
        (array("(two, 4)"), r"on line 1: <ast\.Name>"),
        (array("(2, 4)", descr="'|O'"), "is not taken"),
        (array("(" * 3000), "x.npy"),
        (array("(2, 4)")[:9], "x.npy"),
    ],
)
def test_arrays(data: bytes, reason: str) -> None:
    with pytest.raises(SampleError, match=reason):
        opened("x.npy", data)


def test_an_archive_that_unpacks_to_very_much_is_not_unpacked() -> None:
    data = io.BytesIO()
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("X.npy", "w") as f,
    ):
        f.write(array("(9, 1048576)", b""))
        for _ in range(9):
            f.write(bytes(8 << 20))
    with pytest.raises(SampleError, match=r"unpack to .*; `dataset\.max_bytes: "):
        opened("x.npz", data.getvalue())
    assert len(opened("x.npz", data.getvalue(), max_bytes=1 << 30)) == 9
    with pytest.raises(SampleError, match=r"more than dataset\.max_bytes"):
        opened("x.npz", data.getvalue(), max_bytes=1 << 20)
    check_archive(1 << 30, 1 << 29, None)


def test_series_of_arrays_without_values_or_labels_are_their_own_failures() -> None:
    values = np.arange(20.0).reshape(5, 4)
    values[1], values[2, 2] = np.nan, np.inf
    data = io.BytesIO()
    np.savez(data, X=values, y=np.array([0.0, 1, 1, np.nan, 0]))
    file = opened("x.npz", data.getvalue())
    assert file.bad == {
        1: "it has no values",
        2: "it has infinite values",
        3: "there is no label",
    }
    assert file.shapes[3].label is None


@pytest.mark.parametrize(
    ("told", "line"), [("true", "1.5,2"), ("true a b", "1.5,2"), ("true a b", "1.5,2:1.7")]
)
def test_a_line_that_is_cut_off_makes_no_class(told: str, line: str) -> None:
    text = f"@classLabel {told}\n@data\n1,2:a\n{line}\n2,1:b\n"
    file = opened("x.ts", text.encode())
    assert [*file.bad] == [1]
    assert [shape.label for shape in file.shapes] == ["a", None, "b"]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"rate": 0}, "its format is damaged"),
        ({"rate": 2**32 - 1}, "its format is damaged"),
        ({"block": 0}, "its format is damaged"),
        (
            {"code": 3, "bits": 32, "block": 4, "data": struct.pack("<2f", 1, float("nan"))},
            "finite",
        ),
        (
            {"code": 3, "bits": 32, "block": 4, "data": struct.pack("<2f", 1, float("inf"))},
            "finite",
        ),
    ],
)
def test_sounds(told: dict[str, Any], reason: str) -> None:
    assert opened("x.wav", wav()).shapes[0].length == 40
    with pytest.raises(SampleError, match=reason):
        opened("x.wav", wav(**told))


def test_a_sound_that_is_shorter_than_its_file_says() -> None:
    data = bytearray(wav())
    data[4:8] = struct.pack("<I", len(data) + 500)
    with pytest.raises(SampleError, match="cut off"):
        opened("x.wav", bytes(data))
