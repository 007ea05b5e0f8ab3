"""A PNG's bytes hang on no process and, unless it is tiny, on no library that packs it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zlib
from types import ModuleType

import numpy as np
import pytest

from augcli.image.codec import png

_PACK = """
import hashlib
import numpy as np
from augcli.image.codec.png import png_of
drawn = np.random.default_rng(0)
digest = hashlib.sha256()
for value in range(256):
    pixels = np.full((28, 28, 1), value, np.uint8)
    pixels[5:20, 6:20, 0] = drawn.integers(0, 255, (15, 14))
    digest.update(png_of(pixels))
print(digest.hexdigest())
"""
_PROCESSES = 6
_SIDE = 300
"""Enough that a picture is packed in blocks, and is longer than what zlib looks back upon."""


def test_every_process_packs_the_same_bytes() -> None:
    command = [sys.executable, "-c", _PACK]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(_PROCESSES)
    ]
    digests = {process.communicate()[0] for process in running}
    assert {process.returncode for process in running} == {0}
    assert len(digests) == 1


def waves() -> np.ndarray:
    """Return 0 to 255 along rows and columns, the same on any machine."""
    rows, columns = np.indices((_SIDE, _SIDE))
    return ((rows * rows + 7 * columns * columns) // 97 % 256).astype(np.uint8)[:, :, None]


def pixels_of(name: str) -> np.ndarray:
    dice = np.random.default_rng(5)
    noise = dice.integers(0, 256, (_SIDE, _SIDE, 3), np.uint8)
    runs = np.repeat(noise[:, : _SIDE // 20, :1], 20, axis=1)
    stripes = np.where(np.indices((_SIDE, _SIDE))[0][:, :, None] % 40 < 20, runs, noise[:, :, :1])
    return {
        "one pixel": noise[:1, :1],
        "noise": noise,
        "sixteen bits": noise.astype(np.uint16) * 251,
        "waves": waves(),
        "flat": np.zeros((_SIDE, _SIDE, 4), np.uint8),
        "runs": runs,
        "runs and noise": stripes,
        "objects": runs // 64,
        "tiny noise": noise[:20, :20, :1],
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        *("one pixel", "noise", "sixteen bits", "waves", "flat", "runs", "runs and noise"),
        *("objects", "tiny noise"),
    ],
)
def test_every_zlib_packs_the_same_bytes(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    zlib_ng = pytest.importorskip("zlib_ng.zlib_ng", reason="a platform without zlib-ng")
    pixels = pixels_of(name)

    def packed_by(module: ModuleType) -> bytes:
        monkeypatch.setattr(png, "zlib", module)
        return png.png_of(pixels, icc=b"a profile, and the words of a profile, " * 9)

    assert packed_by(zlib_ng) == packed_by(zlib)


def test_every_machine_packs_the_same_bytes() -> None:
    digest = hashlib.sha256(png.png_of(waves()))
    assert digest.hexdigest() == "01d3f8fb3c076701490c51e936f6ca77d68287488eff7359a83ca4a73758fb0d"
