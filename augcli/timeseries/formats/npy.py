"""The format of NumPy's arrays: read only if all is there and no more; never anything pickled."""

from __future__ import annotations

import io
import lzma
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from tokenize import TokenError
from typing import IO, Any

import numpy as np

from augcli.dataset.doubts import OTHER_KIND, UNCLEAR_AXES
from augcli.errors import Doubt, SampleError
from augcli.rows.packings import Deflater

DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, RuntimeError, ValueError, OverflowError),
)
"""What is raised for archives that are broken, encrypted, or packed in ways that are not known."""


_ADDRESS = re.compile(r" object at 0x[0-9a-f]+")
"""Where something of Python's lies: in every run elsewhere."""
_ENOUGH, _POINTS, _LOOKED_AT = 20, 8, 500
"""Series and points that tell whether they are smooth, and how many series are looked at."""
ROWS = 1 << 14
"""How many series are looked at, or written, at a time."""
_ALIKE = 0.1
"""Mean correlation of neighbouring points above which rows are taken for series."""


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
        raise SampleError(f"{name}: {_ADDRESS.sub('', str(error))}") from None


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


def unclear_axes(name: str, array: Any) -> Doubt | None:
    """Return that the axes of an array may be others, or its rows no series; None where not."""
    points = array.shape[-1]
    if array.ndim == 3 and array.shape[1] > points:
        text = f"{name} is taken for series of {array.shape[1]} channels and {points} points"
        hint = "`axes: ntc` says that it is the other way round, `axes: nct` that it is so"
        return UNCLEAR_AXES.doubt(text, hint, "dataset.axes")
    if array.ndim == 2 and len(array) >= _ENOUGH and points >= _POINTS and not _is_smooth(array):
        text = f"{name} may have rows of {points} features: neighbours are hardly alike"
        hint = "if so, write them as CSV or Parquet for `kind: tabular`"
        return UNCLEAR_AXES.doubt(text, f"{hint}; `axes: nct` says they are series", "dataset.axes")
    return None


def _is_smooth(array: Any) -> bool:
    """Return whether points are like those beside them, once each column is as wide as others."""
    some = array[:: max(1, len(array) // _LOOKED_AT)][:_LOOKED_AT].astype(np.float64)
    some = some[np.isfinite(some).all(axis=1)]
    spread = some.std(axis=0)
    if not len(some) or np.any(spread == 0):
        return True
    scaled = (some - some.mean(axis=0)) / spread
    return bool(np.mean(scaled[:, :-1] * scaled[:, 1:]) > _ALIKE)


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


def pieces(array: Any) -> Iterator[bytes]:
    """Yield the bytes of an array, some rows at a time."""
    if not array.ndim:
        yield array.tobytes()
    for start in range(0, len(array) if array.ndim else 0, ROWS):
        yield array[start : start + ROWS].tobytes()


def archived(arrays: Iterable[tuple[str, Sequence[Any]]], method: int) -> Iterator[bytes]:
    """Yield an archive of arrays, which come in parts, as NumPy writes it."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", method, allowZip64=True) as archive:
        for key, parts in arrays:
            first = parts[0]
            shape = (sum(map(len, parts)), *first.shape[1:]) if first.ndim else ()
            # always of the same day, and ready to be large
            info = zipfile.ZipInfo(f"{key}.npy")
            info.compress_type = method
            file: Any
            with archive.open(info, "w", force_zip64=True) as file:
                if method == zipfile.ZIP_DEFLATED:
                    file._compressor = Deflater()
                file.write(header(first.dtype, shape))
                for piece in chain.from_iterable(map(pieces, parts)):
                    file.write(piece)
                    yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """What an archive is written to, to be taken piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
