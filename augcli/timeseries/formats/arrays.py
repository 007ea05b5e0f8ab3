"""NumPy's arrays: series x channels x time or series x time; never anything pickled."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from augcli.dataset.formats import register_format
from augcli.dataset.splits import TRAIN, called, columns_of_splits, meaning, read
from augcli.errors import SampleError, SettingError, did_you_mean
from augcli.rows.packed import check_archive
from augcli.rows.tables import packed, unpacked
from augcli.task import Buffer
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import (
    OF_NAMED,
    OF_TABLES,
    Block,
    Own,
    SeriesFile,
    SeriesFormat,
    Shape,
    padded,
)
from augcli.timeseries.formats.npy import (
    DAMAGED,
    ROWS,
    archived,
    header,
    loaded,
    pieces,
    refuse_pictures,
    unclear_axes,
)
from augcli.timeseries.series import Series, Values


class _New(NamedTuple):
    """New series of an archive: the rows they come from, their values, and their numbers."""

    rows: list[int]
    values: list[Any]
    targets: list[Any]


class ArrayFile(SeriesFile):
    """Series in an array; they become float64 when they are asked for."""

    array: Any
    labels: Any = None
    splits: Any = None

    is_last = False
    """Whether the channels of an array are its last axis."""

    def take(
        self, what: str, array: Any, axes: str | None, labels: Any = None, splits: Any = None
    ) -> None:
        """Take an array as the file's series."""
        _check(what, array, (2, 3))
        refuse_pictures(what, array, axes)
        self.is_last = axes == "ntc" and array.ndim == 3
        self.doubt = unclear_axes(what, array) if axes is None else None
        array = np.swapaxes(array, 1, 2) if self.is_last else array
        self.array, self.labels, self.splits = array, labels, splits
        self.width = array.shape[-1]
        self.pads = array.dtype.kind == "f"
        self.holds = _limits(array.dtype)
        channels = array.shape[1] if array.ndim == 3 else 1
        texts = (_texts(labels, len(array)), _texts(splits, len(array)))
        for length, label, split in zip(_lengths(array), *texts, strict=True):
            self.shapes.append(Shape(channels, length, label and self.bare(label), split))
        for row, reason in _flaws(array):
            self.bad[row] = reason

    def series(self, row: int) -> Series:
        """Return one series."""
        return Series(self.stack([row]).values[0], self.shapes[row].label)

    def stack(self, rows: Sequence[int]) -> Series:
        """Return series of one shape as a stack."""
        channels, length, *_ = self.shapes[rows[0]]
        values = self.array[rows, ..., :length].reshape(-1, channels, length)
        return Series(np.ascontiguousarray(values, np.float64))

    def written(self, values: Values) -> Values:
        """Return values as they are once they are written."""
        return np.asarray(_as_type(values, self.array.dtype), np.float64)

    def payload(self, new: Block) -> bytes:
        """Return new series as the bytes of an array, and the rows that they come from."""
        values = np.empty((len(new.rows), *self.array.shape[1:]), self.array.dtype)
        targets = np.empty(len(values), self.labels.dtype if self.of_amounts else "V0")
        for places, stack, amounts in new.stacks:
            made = padded(stack.values, self.width).reshape(-1, *values.shape[1:])
            values[places] = _as_type(made, values.dtype)
            if self.of_amounts:
                targets[places] = [*map(float, filter(None, amounts))]
        values = np.swapaxes(values, 1, 2) if self.is_last else values
        return packed(new.rows, np.ascontiguousarray(values).data, targets.tobytes())

    def taken(self, payload: bytes) -> tuple[list[int], Any, Any]:
        """Return the rows that new series come from, these as an array, and what they stand for."""
        rows, data = unpacked(payload)
        shape = (len(rows), *self.held.shape[1:])
        values = np.frombuffer(data, self.array.dtype, math.prod(shape)).reshape(shape)
        end = data[values.nbytes :]
        return rows, values, np.frombuffer(end, self.labels.dtype) if self.of_amounts else None

    @property
    def held(self) -> Any:
        """Return the array with its axes as the file has them."""
        return np.swapaxes(self.array, 1, 2) if self.is_last else self.array


class NpyFile(ArrayFile):
    """An array in a file of its own, without labels."""

    def __init__(self, name: str, data: Any, settings: SeriesDatasetSettings):
        super().__init__(name)
        self.take(name, loaded(name, io.BytesIO(data), len(data)), settings.axes)

    def assembled(self, payloads: Iterable[bytes], own: Own) -> Iterator[Buffer]:
        """Yield the array with new series after its own."""
        parts = [_rows_of(self.held, own)]
        parts += [made for _, made, _ in map(self.taken, payloads)]
        rows = sum(map(len, parts))
        yield header(self.array.dtype, (rows, *self.held.shape[1:]))
        for part in parts:
            yield from pieces(part)


class SpectrogramFile(SeriesFile):
    """An array that is one series: channels x time, or time alone."""

    def __init__(self, name: str, data: Any, settings: SeriesDatasetSettings):
        super().__init__(name)
        self._array = loaded(name, io.BytesIO(data), len(data))
        _check(name, self._array, (1, 2))
        self.shapes = [Shape(len(np.atleast_2d(self._array)), self._array.shape[-1])]
        self.bad = dict(_flaws(self._array[None]))

    def series(self, row: int) -> Series:
        """Return the series."""
        return Series(np.atleast_2d(self._array).astype(np.float64))

    def written(self, values: Values) -> Values:
        """Return values as they are once they are written."""
        return np.asarray(_as_type(values, self._array.dtype), np.float64)

    def payload(self, new: Block) -> bytes:
        """Return a file with the new series."""
        (only,) = new
        made = only.series.values if self._array.ndim == 2 else only.series.values[0]
        values = _as_type(made, self._array.dtype)
        return b"".join([header(values.dtype, values.shape), *pieces(values)])


class NpzFile(ArrayFile):
    """An archive of arrays: the series, their labels, and others that are carried."""

    def __init__(self, name: str, data: Any, settings: SeriesDatasetSettings):
        super().__init__(name)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()
                size = sum(info.file_size for info in infos)
                check_archive(size, len(data), settings.max_bytes)
                self._arrays = {
                    info.filename.removesuffix(".npy"): loaded(
                        f"{name}: {info.filename}", archive.open(info), info.file_size
                    )
                    for info in infos
                }
        except DAMAGED as error:
            raise SampleError(f"{name} is no archive of arrays: {error}") from None
        packed = any(info.compress_type != zipfile.ZIP_STORED for info in infos)
        self._method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        self._key = self._named(settings.array, ("X", "x", "data", "series"), "array")
        labels = self._column(settings.label, ("y", "Y", "labels", "label"), "label")
        splits = self._column(settings.split_column, (), "split")
        what = f"{name}: {self._key}"
        self.take(what, self._arrays[self._key], settings.axes, labels, splits)
        self.looks = {"pointed": [*self._of_points()]}
        if splits is not None:
            told = (settings.augment, str(settings.split_column))
            self.shapes = [each._replace(split=called(each.split, *told)) for each in self.shapes]
        if labels is not None:
            self.refuse_unlabelled(settings.missing, settings.label_kind)

    def _of_points(self) -> Iterator[str]:
        """Yield the other arrays that have something for each point of each series."""
        for key, array in self._arrays.items():
            is_alike = array.ndim > 1 and len(array) == len(self) and self.width in array.shape[1:]
            if is_alike and key != self._key and not _is_held_out(key):
                yield key

    def _column(self, told: str | int | None, usual: Sequence[str], role: str) -> Any:
        """Return the array with an entry for each series that has this role, None without one."""
        if told is None and not any(key in self._arrays for key in usual):
            return None
        column = self._arrays[self._named(None if told is None else str(told), usual, role)]
        count = len(self._arrays[self._key])
        if column.shape != (count,):
            told = f"{self.name} has {count} series and {role}s of shape {column.shape}"
            raise SampleError(f"{told}, not one for each; `{role}` names another array")
        return column

    def _named(self, told: str | None, usual: Sequence[str], role: str) -> str:
        found = [told] if told else [key for key in usual if key in self._arrays]
        if not found and len(self._arrays) == 1:
            found = list(self._arrays)
        if not found or found[0] not in self._arrays:
            wanted = (told or " or ".join(usual)) + did_you_mean(told or "", self._arrays)
            text = f"{self.name} has no array {wanted} (it has {', '.join(self._arrays)})"
            raise SettingError(("dataset", role), f"{text}; name one by `{role}`")
        return str(found[0])

    def unnamed(self) -> dict[str, set[str]]:
        """Return array → entries, where no setting names it and all entries are splits."""
        found: dict[str, set[str]] = {}
        for key, array in self._arrays.items():
            used = (self._arrays[self._key], self.labels, self.splits)
            is_used = any(array is each for each in used)
            if array.shape == (len(self),) and array.dtype.kind in "USiubf" and not is_used:
                found |= columns_of_splits([key], ([_text(each)] for each in array.tolist()))
        return found

    def assembled(self, payloads: Iterable[bytes], own: Own) -> Iterator[Buffer]:
        """Yield the archive; arrays with an entry for each series get that of the source again."""
        new = _New([], [], [])
        for payload in payloads:
            rows, values, targets = self.taken(payload)
            new.values.append(values)
            new.targets.append(targets)
            new.rows.extend(rows)
        arrays = ((key, self._parts(key, each, new, own)) for key, each in self._arrays.items())
        yield from archived(arrays, self._method)

    def _parts(self, key: str, array: Any, new: _New, own: Own) -> list[Any]:
        if key == self._key:
            return [_rows_of(array, own), *new.values]
        if array is self.labels and self.of_amounts:
            return [_rows_of(array, own), *new.targets]
        is_told = array is self.labels or array is self.splits
        if (not is_told and _is_held_out(key)) or not (array.ndim and len(array) == len(self)):
            return [array]
        return [_rows_of(array, own), array[new.rows]]


def _is_held_out(key: str) -> bool:
    """Return whether an array is called as what is held out: it stays, however long."""
    return read(key).is_plain and meaning(key) != TRAIN


def _rows_of(array: Any, own: Own) -> Any:
    """Return some entries of an array."""
    return array if own is None else array[list(own)]


def _flaws(array: Any) -> Iterator[tuple[int, str]]:
    """Yield the series that have no values, or infinite ones, and what is wrong with them."""
    if array.dtype.kind != "f":
        return
    axes = tuple(range(1, array.ndim))
    for start in range(0, len(array), ROWS):
        piece = array[start : start + ROWS]
        endless, empty = np.isinf(piece).any(axis=axes), np.isnan(piece).all(axis=axes)
        for row in np.flatnonzero(endless | empty).tolist():
            told = "it has infinite values" if endless[row] else "it has no values"
            yield start + row, told


def _check(name: str, array: Any, dimensions: tuple[int, int]) -> None:
    if array.ndim not in dimensions or array.dtype.kind not in "fiub" or not array.size:
        text = f"is {array.dtype} of shape {array.shape}"
        raise SampleError(f"{name} {text}, not numbers in {dimensions[0]} or {dimensions[1]} axes")


def _lengths(array: Any) -> Iterator[int]:
    """Yield the length of each series: up to its last point that is not missing."""
    width = array.shape[-1]
    for start in range(0, len(array), ROWS):
        known = ~np.isnan(array[start : start + ROWS])
        known = known.any(axis=1) if known.ndim == 3 else known
        tails = known[:, ::-1].argmax(axis=1)
        yield from np.where(known.any(axis=1), width - tails, width).tolist()


def _texts(column: Any, count: int) -> Iterable[str | None]:
    return [None] * count if column is None else map(_text, column.tolist())


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    return None if isinstance(value, float) and math.isnan(value) else str(value)


def _limits(dtype: Any) -> tuple[float, float] | None:
    """Return the least and the greatest whole number of a type; None of others."""
    if dtype.kind not in "iu":
        return None
    limits = np.iinfo(dtype)
    return float(limits.min), float(limits.max)


def _as_type(values: Any, dtype: Any) -> Any:
    """Return values as a file's type; whole numbers are rounded and kept within its range."""
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        values = np.clip(np.rint(np.nan_to_num(values)), limits.min, limits.max)
    if dtype.kind == "b":
        return values >= 0.5
    return values.astype(dtype)


def _is_single(files: Sequence[str], settings: SeriesDatasetSettings) -> bool:
    told = settings.one_per_file
    return any("/" in file for file in files) if told is None else told


_UNUSED = (*OF_TABLES, "encoding")
register_format(
    SeriesFormat(
        "npy",
        (".npy",),
        NpyFile,
        (*OF_NAMED, *_UNUSED),
        is_bare=True,
        is_single=_is_single,
        alone=SpectrogramFile,
    )
)
register_format(SeriesFormat("npz", (".npz",), NpzFile, _UNUSED, library="deflate"))
