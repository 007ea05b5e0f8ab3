"""The .ts format of sktime and aeon: channels by colons, values by commas, the class at the end."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from augcli.dataset.formats import register_format
from augcli.errors import SampleError
from augcli.rows.encodings import Held
from augcli.task import Buffer
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import (
    OF_ARRAYS,
    OF_NAMED,
    OF_TABLES,
    Block,
    HeldFile,
    New,
    Own,
    SeriesFormat,
    before_new,
    opened_text,
    start_of_rows,
)
from augcli.timeseries.formats.grid import is_number
from augcli.timeseries.formats.numbers import first_odd, parsed, style_of
from augcli.timeseries.formats.times import POINT, channels_of, clock_of, timed, too_many, written
from augcli.timeseries.series import Series, Values

_MISSING = frozenset(("?", "NaN", "nan", ""))
_OF_LENGTH = re.compile(r"@(?:equallength|serieslength)\b", re.IGNORECASE)
_YES = frozenset(("true", "yes"))


class TsFile(HeldFile):
    """A .ts file; new series follow its last line."""

    is_resizable = True

    def __init__(self, name: str, data: Held, settings: SeriesDatasetSettings):
        super().__init__(name)
        self._text = opened_text(name, data, settings)
        self._start = start_of_rows(name, self._text)
        self.tags = tags_of(self._text.decoded(self._text.start, self._start))
        self._is_timed = self.tags.get("timestamps") in _YES
        self._times: dict[int, list[str]] = {}
        """row → when its points were, where the file says so"""
        self.is_classed = self.classed = _first(self.tags.get("classlabel")) in _YES
        self.of_amounts = _first(self.tags.get("targetlabel")) in _YES
        self._gaps = False
        self.lost = self._text.lost
        self._classes = frozenset(self.tags.get("classlabel", "").split()[1:])
        for number, line in self._numbered():
            self._read(number, line)
        self._refuse_other_channels()
        if self._labelled:
            self.refuse_unlabelled(_MISSING)
        self._style = style_of([c for line in islice(self._lines(), 50) for c in self._cells(line)])
        self._whole = self.tags.get("missing") not in (None, *_YES) and not self._gaps
        self.width = self._width()

    def _lines(self) -> Iterator[str]:
        return (line for _, line in self._numbered())

    def _numbered(self) -> Iterator[tuple[int, str]]:
        """Yield the lines that are series, and their numbers in the file."""
        first = self._text.data[: self._start].count(b"\n") + 1
        for number, (start, end) in enumerate(self._text.lines(self._start), first):
            text = self._text.data[start:end].decode().strip()
            if text and text[0] not in "#%":
                yield self._text.number(number), text

    def _refuse_other_channels(self) -> None:
        """Take no series for augmentation with another number of channels than most have."""
        told = self.tags.get("dimensions", "")
        sound = {row: each for row, each in enumerate(self.shapes) if row not in self.bad}
        found = Counter(each.channels for each in sound.values()).most_common(1)
        usual = int(told) if told.isdecimal() else next(iter(dict(found)), 0)
        for row, shape in sound.items():
            if shape.channels != usual:
                self.bad[row] = f"it has {shape.channels} channels instead of {usual}"

    @property
    def _labelled(self) -> bool:
        return self.classed or self.of_amounts

    def _width(self) -> int | None:
        lengths = {shape.length for row, shape in enumerate(self.shapes) if row not in self.bad}
        told = self.tags.get("equallength")
        equal = told in _YES or (told is None and len(lengths) == 1)
        return max(lengths) if equal and lengths else None

    def _read(self, number: int, line: str) -> None:
        channels = channels_of(line) if self._is_timed else line.split(":")
        label = self.bare(channels.pop()) if self._labelled else None
        clock = None
        try:
            cells = [channel.split(",") for channel in channels]
            if self._is_timed:
                cells, self._times[len(self)] = timed(channels)
                clock = clock_of(self._times[len(self)])
            values = np.array(_rows(cells))
            self._check_label(label)
        except ValueError as error:
            self.add_bad(
                f"line {number}: {error}", label if channels and self._knows(label) else None
            )
            return
        self._gaps = self._gaps or bool(np.isnan(values).any())
        self.hold(Series(values, label, clock=clock))

    def refusal(self, length: int, row: int) -> str | None:
        """Return why a row's new series of this length does not fit into the file, None if so."""
        why = too_many(self._times[row], length) if row in self._times else None
        return why or super().refusal(length, row)

    def _check_label(self, label: str | None) -> None:
        """Raise ValueError for a class that the head of the file does not name, or no number."""
        if self.of_amounts and label is not None and label not in _MISSING and not is_number(label):
            raise ValueError(f"its target {label!r} is no number")
        named = self.classed and label is not None and label not in _MISSING
        if named and not self._knows(label):
            raise ValueError(f"its class {label!r} is none of those of @classLabel")

    def _knows(self, label: str | None) -> bool:
        """Tell whether the head of the file names this class, or names none."""
        return not self._classes or str(label).lower() in self._classes

    def _cells(self, line: str) -> list[str]:
        if self._is_timed:
            return [cell for _, cell in POINT.findall(line)]
        channels = line.split(":")[: self._ends]
        return [cell for channel in channels for cell in channel.split(",")]

    def written(self, values: Values) -> Values:
        """Return values as they are once they are written."""
        return self._style.rounded(values)

    def payload(self, new: Block) -> bytes:
        """Return a line for each new series."""
        form = self._text.form
        lines = (self._line(each) + form.plain_end for each in new)
        return form.from_plain("".join(lines).encode())

    def assembled(self, payloads: Iterable[bytes], own: Own) -> Iterator[Buffer]:
        """Yield the file as it was, or its head and some of its lines, and the new ones."""
        if own is None or len(own) or self.width is None:
            rows = None if own is None else frozenset(own)
            lines = (line.encode() for row, line in enumerate(self._lines()) if row in (rows or ()))
            yield from before_new(self._text, self._start, None if rows is None else lines)
            yield from payloads
            return
        made = [*payloads]
        yield self._text.form.from_plain(self._head(b"".join(made)))
        yield from made

    def _head(self, lines: bytes) -> bytes:
        """Return what stands before series, with the length that new ones have."""
        text = bytes(self._text.form.to_plain(lines)).decode().splitlines()
        lengths = {len(self._cells(line)) // len(channels_of(line)[: self._ends]) for line in text}
        head = bytes(self._text.data[: self._start]).decode()
        if lengths == {self.width}:
            return head.encode()
        told = f"@seriesLength {lengths.pop()}" if len(lengths) == 1 else "@equalLength false"
        kept = [line for line in head.splitlines(keepends=True) if not _OF_LENGTH.match(line)]
        end = self._text.form.plain_end
        more = f"@equalLength true{end}{told}{end}" if told.startswith("@s") else f"{told}{end}"
        return "".join([*kept[:-1], more, kept[-1]]).encode()

    @property
    def _ends(self) -> int | None:
        """Return where the channels of a line end: before its label."""
        return -1 if self._labelled else None

    def _line(self, new: New) -> str:
        series = new.series
        if self._whole and np.isnan(series.values).any():
            text = "says @missing false; `fill` gaps with something, or leave out what makes them"
            raise SampleError(f"{self.name} {text}")
        texts = [[*_shown(values, self._style.texts(values))] for values in series.values]
        if series.clock is not None:
            times = written(series.clock, self._times[new.row])
            texts = [[f"({a},{b})" for a, b in zip(times, each, strict=True)] for each in texts]
        channels = [*map(",".join, texts)]
        label = new.amount or self.shapes[new.row].label or ""
        return ":".join([*channels, label] if self._labelled else channels)


def _row(cells: list[str]) -> NDArray[np.float64]:
    try:
        return parsed(cells, _MISSING)
    except ValueError:
        odd = first_odd(cells, _MISSING) or 0
        told = f"value {odd + 1} is {cells[odd][:40]!r}, not a finite number"
        raise ValueError(told) from None


def _rows(channels: Sequence[list[str]]) -> list[NDArray[np.float64]]:
    """Return the values of a line; ValueError says why it is no series."""
    lengths = {len(cells) for cells in channels}
    if len(lengths) != 1:
        told = " and ".join(map(str, sorted(lengths))) or "no"
        raise ValueError(f"its channels have {told} points")
    rows = list(map(_row, channels))
    if all(np.isnan(row).all() for row in rows):
        raise ValueError("it has no values")
    return rows


def _shown(row: Sequence[float], texts: list[str]) -> Iterable[str]:
    return ("?" if math.isnan(value) else text for value, text in zip(row, texts, strict=True))


def tags_of(head: str) -> dict[str, str]:
    """Return what lines that begin with @ say, in small letters."""
    lines = (
        line[1:].strip().lower().partition(" ") for line in head.splitlines() if line[:1] == "@"
    )
    return {key: value.strip() for key, _, value in lines}


def _first(text: str | None) -> str:
    return (text or "").partition(" ")[0]


register_format(SeriesFormat("ts", (".ts",), TsFile, (*OF_NAMED, *OF_TABLES, *OF_ARRAYS)))
