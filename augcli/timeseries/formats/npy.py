"""The format of NumPy's arrays: read only if all is there and no more; never anything pickled."""

from __future__ import annotations

import io
import lzma
import math
import struct
import zipfile
import zlib
from tokenize import TokenError
from typing import IO, Any

import numpy as np

from augcli.dataset.doubts import OTHER_KIND
from augcli.errors import SampleError

DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, RuntimeError, ValueError, OverflowError),
)
"""What is raised for archives that are broken, encrypted, or packed in ways that are not known."""

_LOOKED_AT, _FEWEST = 200, 20
"""Rows that are looked at."""
_NOISE = 1.5
"""Variance of steps by that of values: 2 of noise, near 0 of smooth curves."""


def loaded(name: str, file: IO[bytes], size: int) -> Any:
    """Return the array in a file of so many bytes; it is read if all of it is there and no more."""
    try:
        shape, by_columns, dtype = _header_of(file)
        count = math.prod(shape)
        if dtype.hasobject or min(shape, default=0) < 0:
            raise SampleError(f"{name}: an array of {dtype} and shape {shape} is not taken")
        told, found = count * dtype.itemsize, size - file.tell()
        if told != found:
            raise SampleError(f"{name}: its header says {told} bytes of values, and {found} follow")
        values = np.frombuffer(file.read(told), dtype, count)
        return values.reshape(shape, order="F" if by_columns else "C")
    except (*DAMAGED, TypeError, MemoryError, SyntaxError, TokenError) as error:
        raise SampleError(f"{name}: {error}") from None


def shape_of(head: bytes) -> tuple[int, ...]:
    """Return the shape of the array that a file begins with; none where it is damaged."""
    try:
        return _header_of(io.BytesIO(head))[0]
    except (*DAMAGED, TypeError, MemoryError, SyntaxError, TokenError):
        return ()


def refuse_pictures(name: str, array: Any, axes: str | None) -> None:
    """Raise DoubtError for bytes in squares, as pictures have them, unless axes are told."""
    count, *sides = array.shape
    if axes is None and array.dtype == np.uint8 and len(set(sides)) == 1 < len(sides):
        text = f"{name} may be {count} pictures of {sides[0]} x {sides[1]} pixels"
        hint = "write them as files, into a folder for each class"
        more = "or say `axes: nct` if they are series, channels and points"
        raise OTHER_KIND.doubt(text, f"{hint}; {more}", "dataset.axes").error


def are_noise(array: Any) -> bool:
    """Return whether the values of most rows are no closer to the next ones than to any others."""
    some = array[:_LOOKED_AT].astype(np.float64)
    steps, spread = np.diff(some, axis=1).var(axis=1), some.var(axis=1)
    told = spread > 0
    return told.sum() >= _FEWEST and bool(np.median(steps[told] / spread[told]) > _NOISE)


def _header_of(file: IO[bytes]) -> tuple[tuple[int, ...], bool, Any]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    return np.lib.format.read_array_header_2_0(file)


def header(dtype: Any, shape: tuple[int, ...]) -> bytes:
    """Return what stands before the values of an array in a file."""
    buffer = io.BytesIO()
    told = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, told)
    return buffer.getvalue()
