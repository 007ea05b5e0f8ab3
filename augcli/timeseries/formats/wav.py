"""WAV: PCM of 8 to 32 bits and floats, in RIFF chunks; what is cut off is refused."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.dataset.formats import register_format
from augcli.errors import SampleError
from augcli.task import Buffer
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import (
    OF_ARRAYS,
    OF_NAMED,
    OF_TABLES,
    Block,
    SeriesFile,
    SeriesFormat,
    Shape,
)
from augcli.timeseries.series import Series, Values

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_FASTEST = 100_000_000
"""Points a second; beyond is no sound, not even an ultrasonic one."""


class Sound(Struct, frozen=True):
    """What the chunks of a file say."""

    fmt: bytes
    code: int
    channels: int
    rate: int
    bits: int
    start: int
    size: int

    @property
    def frame(self) -> int:
        """Return how many bytes a point of all channels has."""
        return self.channels * self.bits // 8


class WavFile(SeriesFile):
    """One sound; it is decoded when it is asked for."""

    slight = 1 / 256

    def __init__(self, name: str, data: Buffer, _settings: SeriesDatasetSettings):
        super().__init__(name)
        self._data = data
        self._sound = sound = read_chunks(name, data)
        if sound.code == _FLOAT and not np.isfinite(self.series(0).values).all():
            raise SampleError(f"{name}: it has samples that are not finite")
        self.holds = None if sound.code == _FLOAT else (-1.0, 1.0)
        length = sound.size // sound.frame
        self.shapes = [Shape(sound.channels, length, rate=sound.rate)]

    def series(self, row: int) -> Series:
        """Return the sound, from -1 to 1."""
        sound = self._sound
        raw = bytes(self._data[sound.start : sound.start + sound.size])
        return Series(decoded(raw, sound).reshape(-1, sound.channels).T, rate=sound.rate)

    def written(self, values: Values) -> Values:
        """Return values as they are once they are written."""
        return decoded(encoded(values, self._sound), self._sound).reshape(values.shape)

    def payload(self, new: Block) -> bytes:
        """Return a file with the new sound."""
        (only,) = new
        samples = encoded(only.series.values.T, self._sound)
        fmt = self._sound.fmt
        size = 4 + 8 + len(fmt) + 8 + len(samples) + len(samples) % 2
        head = struct.pack("<4sI4s4sI", b"RIFF", size, b"WAVE", b"fmt ", len(fmt)) + fmt
        tail = b"\0" * (len(samples) % 2)
        return head + struct.pack("<4sI", b"data", len(samples)) + samples + tail


def read_chunks(name: str, data: Buffer) -> Sound:
    """Return what a file is; SampleError if it is no sound or not all there."""
    if bytes(data[:4]) not in (b"RIFF", b"RF64") or bytes(data[8:12]) != b"WAVE":
        raise SampleError(f"{name} is no WAV file")
    (told,) = struct.unpack_from("<I", data, 4)
    if told not in _UNTOLD and told + 8 > len(data) + told % 2:
        raise SampleError(f"cut off: {len(data)} of {told + 8} bytes are there")
    fmt = b""
    place = 12
    while place + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, place)
        place += 8
        if kind == b"data" and fmt and size in _UNTOLD and told in _UNTOLD:
            return _streamed(name, data, fmt, place)
        if place + size > len(data):
            raise SampleError(f"cut off: {len(data) - place} of {size} bytes of {kind!r} are there")
        if kind == b"fmt ":
            fmt = bytes(data[place : place + size])
        elif kind == b"data" and fmt:
            return _sound(name, fmt, place, size)
        place += size + size % 2
    raise SampleError(f"{name} has no sound in it")


_UNTOLD = (0, 0xFFFFFFFF)
"""Sizes of what was written before it was known how long it gets, or is told elsewhere."""


def _streamed(name: str, data: Buffer, fmt: bytes, place: int) -> Sound:
    """Return what goes to the end of a file, or as far as the chunk ds64 of a large one says."""
    rest = len(data) - place
    if bytes(data[:4]) == b"RF64" and bytes(data[12:16]) == b"ds64":
        (size,) = struct.unpack_from("<Q", data, 28)
        if size > rest:
            raise SampleError(f"cut off: {rest} of {size} bytes of sound are there")
        return _sound(name, fmt, place, size)
    frame = max(1, struct.unpack_from("<H", fmt, 12)[0]) if len(fmt) >= 16 else 1
    return _sound(name, fmt, place, rest - rest % frame)


def _sound(name: str, fmt: bytes, start: int, size: int) -> Sound:
    if len(fmt) < 16:
        raise SampleError(f"{name}: its format is damaged")
    code, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", fmt)
    if code == _EXTENSIBLE and len(fmt) >= 26:
        (code,) = struct.unpack_from("<H", fmt, 24)
    if (code, bits) not in _KNOWN or not channels:
        raise SampleError(f"{name}: format {code} of {bits} bits is not supported")
    sound = Sound(fmt, code, channels, rate, bits, start, size)
    if not 0 < rate <= _FASTEST or block != sound.frame:
        told = f"{rate} points a second of {block} bytes, {channels} channels of {bits} bits"
        raise SampleError(f"{name}: its format is damaged: {told}")
    if not size or size % sound.frame:
        raise SampleError(f"{name}: {size} bytes of sound are no whole number of points")
    return sound


_KNOWN = {(_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32), (_FLOAT, 64)}


def decoded(raw: bytes, sound: Sound) -> NDArray[np.float64]:
    """Return samples from -1 to 1."""
    samples: Any
    if sound.code == _FLOAT:
        samples = np.frombuffer(raw, f"<f{sound.bits // 8}").astype(np.float64)
    elif sound.bits == 8:
        samples = (np.frombuffer(raw, np.uint8).astype(np.float64) - 128) / 128
    elif sound.bits == 24:
        wide = np.zeros((len(raw) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        samples = wide.view("<i4").ravel().astype(np.float64) / 2**31
    else:
        samples = np.frombuffer(raw, f"<i{sound.bits // 8}") / float(1 << (sound.bits - 1))
    return np.asarray(samples, np.float64)


def encoded(values: NDArray[np.float64], sound: Sound) -> bytes:
    """Return samples as a file has them; what is too loud is clipped."""
    if sound.code == _FLOAT:
        return bytes(values.astype(f"<f{sound.bits // 8}").tobytes())
    full = 1 << (sound.bits - 1)
    whole = np.clip(np.rint(np.nan_to_num(values) * full), -full, full - 1).astype(np.int64)
    if sound.bits == 8:
        return (whole + 128).astype(np.uint8).tobytes()
    if sound.bits == 24:
        return whole.astype("<i4", order="C").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return bytes(whole.astype(f"<i{sound.bits // 8}").tobytes())


UNUSED = (*OF_NAMED, *OF_TABLES, *OF_ARRAYS, "encoding")
"""Settings that mean nothing for sounds."""
register_format(
    SeriesFormat("wav", (".wav", ".wave"), WavFile, UNUSED, is_bare=True, is_single=lambda *_: True)
)
