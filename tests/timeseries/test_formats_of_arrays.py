"""Series in arrays and sounds."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np
import pytest
from test_formats import opened, rendered, saved, written

from augcli.errors import SampleError


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint8"])
@pytest.mark.parametrize("shape", [(5, 7), (5, 2, 7)])
def test_npy(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).uniform(0, 200, shape).astype(dtype)
    file = opened("x.npy", saved(array))
    again = np.load(io.BytesIO(rendered(file, [3])))
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(again, np.concatenate([array, array[3:4]]))


def test_npy_of_one_spectrogram() -> None:
    array = np.random.default_rng(0).uniform(size=(40, 90)).astype("float32")
    file = opened("a/x.npy", saved(array), single=True)
    assert (file.shapes[0].channels, file.shapes[0].length) == (40, 90)
    assert rendered(file, [0], originals=False) == saved(array)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz(save: object) -> None:
    buffer = io.BytesIO()
    series = np.random.default_rng(0).normal(size=(4, 2, 6))
    series[1, :, 4:] = np.nan
    save(buffer, X=series, y=np.array(["a", "b", "a", "b"]), weight=np.arange(4.0), rate=50)
    file = opened("x.npz", buffer.getvalue())
    assert [shape.length for shape in file.shapes] == [6, 4, 6, 6]
    made = np.load(io.BytesIO(rendered(file, [1, 2])))
    np.testing.assert_array_equal(made["X"], np.concatenate([series, series[1:3]]))
    assert made["y"].tolist() == ["a", "b", "a", "b", "b", "a"]
    assert made["weight"].tolist() == [0, 1, 2, 3, 1, 2]
    assert made["rate"] == 50
    kinds = {
        info.compress_type for info in zipfile.ZipFile(io.BytesIO(rendered(file, []))).infolist()
    }
    assert kinds == {zipfile.ZIP_DEFLATED if save is np.savez_compressed else zipfile.ZIP_STORED}


def test_arrays_of_what_is_held_out_stay() -> None:
    buffer, draws = io.BytesIO(), np.random.default_rng(0)
    series, held_out = draws.normal(size=(2, 4, 6))
    told = {"X": series, "y": np.array([b"a", b"b"] * 2), "who": np.arange(4)}
    np.savez(buffer, **told, X_test=held_out, y_test=np.arange(4))
    file = opened("x.npz", buffer.getvalue())
    assert [shape.label for shape in file.shapes] == ["a", "b", "a", "b"]
    made = np.load(io.BytesIO(rendered(file, [1, 2])))
    np.testing.assert_array_equal(made["X_test"], held_out)
    assert made["y_test"].tolist() == [0, 1, 2, 3]
    assert made["who"].tolist() == [0, 1, 2, 3, 1, 2]
    assert made["y"].tolist() == [b"a", b"b"] * 2 + [b"b", b"a"]


def test_pickles_are_refused() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([[1, 2], [3]], dtype=object), allow_pickle=True)
    with pytest.raises(SampleError, match=r"x\.npy: an array of object"):
        opened("x.npy", buffer.getvalue())
    archive = io.BytesIO()
    np.savez(archive, X=np.array([{}], dtype=object))
    with pytest.raises(SampleError, match="an array of object"):
        opened("x.npz", archive.getvalue())


def wav(samples: bytes, code: int, channels: int, bits: int, *, extra: bytes = b"") -> bytes:
    frame = channels * bits // 8
    fmt = struct.pack("<HHIIHH", code, channels, 8000, 8000 * frame, frame, bits)
    body = b"WAVE" + struct.pack("<4sI", b"fmt ", 16) + fmt + extra
    body += struct.pack("<4sI", b"data", len(samples)) + samples + b"\0" * (len(samples) % 2)
    return struct.pack("<4sI", b"RIFF", len(body)) + body


WAVS = [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)]


@pytest.mark.parametrize(("code", "bits"), WAVS)
@pytest.mark.parametrize("channels", [1, 2])
def test_wav(code: int, bits: int, channels: int) -> None:
    values = np.random.default_rng(0).uniform(-0.9, 0.9, (100, channels))
    if code == 3:
        samples = values.astype(f"<f{bits // 8}").tobytes()
    else:
        samples = np.random.default_rng(0).bytes(100 * channels * bits // 8)
    data = wav(samples, code, channels, bits)
    file = opened("x.wav", data)
    assert (file.shapes[0].channels, file.shapes[0].length) == (channels, 100)
    assert np.abs(file.series(0).values).max() <= 1
    assert np.array_equal(file.written(file.series(0).values), file.series(0).values)
    assert rendered(file, [0], originals=False) == data


def test_wav_with_other_chunks_and_cuts() -> None:
    data = wav(b"\0\1" * 50, 1, 1, 16, extra=struct.pack("<4sI", b"LIST", 3) + b"abc\0")
    assert opened("x.wav", data).shapes[0].length == 50
    with pytest.raises(SampleError, match="cut off"):
        opened("x.wav", data[:-10])
    with pytest.raises(SampleError, match="no WAV"):
        opened("x.wav", b"RIFX" + data[4:])
    with pytest.raises(SampleError, match=r"85 .* not supported"):
        opened("x.wav", wav(b"\0" * 8, 85, 1, 16))


def test_too_loud_is_clipped() -> None:
    file = opened("x.wav", wav(b"\0\x40" * 10, 1, 1, 16))
    loud = file.series(0).with_values(file.series(0).values * 9)
    made = written(file, [(loud, 0)], originals=False)
    assert (np.frombuffer(made[44:], "<i2") == 32767).all()
