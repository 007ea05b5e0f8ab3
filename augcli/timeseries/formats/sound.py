"""FLAC and OGG, by soundfile: new sounds are written as their source is (extra `sound`)."""

from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np

from augcli.dataset.formats import register_format
from augcli.errors import SampleError
from augcli.rows.packed import check_archive
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import Block, SeriesFile, SeriesFormat, Shape
from augcli.timeseries.formats.wav import UNUSED
from augcli.timeseries.series import Series
from augcli.timeseries.soundfiles import soundfile

_FLOAT = 8
"""Bytes of a sample in memory."""
_PAGE, _SERIAL, _SUM, _SEGMENTS = b"OggS", slice(14, 18), slice(22, 26), 26
_HEAD = 27


class SoundFile(SeriesFile):
    """One sound; it is decoded when it is asked for."""

    holds = (-1.0, 1.0)

    def __init__(self, name: str, data: Any, settings: SeriesDatasetSettings):
        super().__init__(name)
        self._library, self._data = soundfile(), bytes(data)
        try:
            told = self._library.info(io.BytesIO(self._data))
        except self._library.LibsndfileError as error:
            raise SampleError(f"{name} is no sound: {error.error_string}") from None
        self._rate, self._form = told.samplerate, (told.format, told.subtype)
        size = told.frames * told.channels * _FLOAT
        check_archive(size, len(self._data), settings.max_bytes)
        if not told.frames:
            raise SampleError(f"{name} has no sound in it")
        self.shapes = [Shape(told.channels, told.frames, rate=self._rate)]

    def series(self, row: int) -> Series:
        """Return the sound, from -1 to 1."""
        try:
            values, _ = self._library.read(io.BytesIO(self._data), always_2d=True)
        except self._library.LibsndfileError as error:
            raise SampleError(f"{self.name} is damaged: {error.error_string}") from None
        return Series(np.ascontiguousarray(values.T), rate=self._rate)

    def payload(self, new: Block) -> bytes:
        """Return a file with the new sound."""
        (only,) = new
        form, kind = self._form
        file = io.BytesIO()
        samples = np.clip(np.nan_to_num(only.series.values.T), -1, 1)
        self._library.write(file, samples, self._rate, format=form, subtype=kind)
        made = file.getvalue()
        return numbered(made, 0) if form == "OGG" else made


def numbered(data: bytes, serial: int) -> bytes:
    """Return an OGG file whose pages have a serial number, which is random when it is written."""
    made, place = bytearray(data), 0
    while made[place : place + len(_PAGE)] == _PAGE:
        segments = made[place + _SEGMENTS]
        size = _HEAD + segments + sum(made[place + _HEAD : place + _HEAD + segments])
        page = made[place : place + size]
        page[_SERIAL] = serial.to_bytes(4, "little")
        page[_SUM] = bytes(4)
        page[_SUM] = _checked(page).to_bytes(4, "little")
        made[place : place + size] = page
        place += size
    return bytes(made)


_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _checked(page: bytearray) -> int:
    """Return the sum that an OGG page is checked by: zlib's CRC without its mirrors and masks."""
    found = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(found.to_bytes(4).translate(_MIRRORED), "little")


register_format(
    SeriesFormat(
        "sound",
        (".flac", ".ogg", ".oga"),
        SoundFile,
        UNUSED,
        is_bare=True,
        is_single=lambda *_: True,
        family="wav",
        library="soundfile",
    )
)
