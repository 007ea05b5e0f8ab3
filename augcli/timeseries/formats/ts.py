"""The .ts format of sktime and aeon: channels by colons, values by commas, the class at the end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from augcli.encodings import Held, Text
from augcli.errors import SampleError
from augcli.task import Buffer
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import HeldFile, New, lines_of, opened_text, own
from augcli.timeseries.formats.numbers import parsed, style_of
from augcli.timeseries.series import Series

_MISSING = frozenset(("?", "NaN", "nan", ""))
_YES = frozenset(("true", "yes"))


class TsFile(HeldFile):
    """A .ts file; new series follow its last line."""

    def __init__(self, name: str, data: Held, settings: SeriesDatasetSettings):
        super().__init__(name)
        self._text = opened_text(name, data, settings)
        self._start = _start_of_rows(self._text)
        if not self._start:
            raise SampleError(f"{name} has no line @data")
        self.tags = tags_of(self._text.decoded(self._text.start, self._start))
        if self.tags.get("timestamps") in _YES:
            raise SampleError(f"{name} has times in its cells (@timeStamps true): not supported")
        self.classed = _first(self.tags.get("classlabel")) in _YES
        self._target = _first(self.tags.get("targetlabel")) in _YES
        self._gaps = False
        for line in self._lines():
            self._read(line)
        self._style = style_of([c for line in islice(self._lines(), 50) for c in self._cells(line)])
        self._whole = self.tags.get("missing") not in (None, *_YES) and not self._gaps
        self.width = self._width()

    def _lines(self) -> Iterator[str]:
        for line in lines_of(self._text, self._start):
            text = line.strip()
            if text and text[0] not in "#%":
                yield text

    @property
    def _labelled(self) -> bool:
        return self.classed or self._target

    def _width(self) -> int | None:
        lengths = {shape.length for row, shape in enumerate(self.shapes) if row not in self.bad}
        told = self.tags.get("equallength")
        equal = told in _YES or (told is None and len(lengths) == 1)
        return max(lengths) if equal and lengths else None

    def _read(self, line: str) -> None:
        channels = line.split(":")
        label = channels.pop().strip() if self._labelled else None
        try:
            rows = [parsed(channel.split(","), _MISSING) for channel in channels]
        except ValueError as error:
            self.add_bad(str(error), label)
            return
        lengths = {len(row) for row in rows}
        if len(lengths) != 1:
            text = " and ".join(map(str, sorted(lengths)))
            self.add_bad(f"its channels have {text or 'no'} points", label)
            return
        values = np.array(rows)
        self._gaps = self._gaps or bool(np.isnan(values).any())
        self.hold(Series(values, label))

    def _cells(self, line: str) -> list[str]:
        channels = line.split(":")[: -1 if self._labelled else None]
        return [cell for channel in channels for cell in channel.split(",")]

    def payload(self, new: Sequence[New]) -> bytes:
        """Return a line for each new series."""
        form = self._text.form
        lines = (self._line(each.series) + form.plain_end for each in new)
        return form.from_plain("".join(lines).encode())

    def assembled(self, payloads: Iterable[bytes], *, originals: bool) -> Iterator[Buffer]:
        """Yield the file as it was, or its head, and the new lines."""
        yield from own(self._text, self._start, originals=originals)
        yield from payloads

    def _line(self, series: Series) -> str:
        if self._whole and np.isnan(series.values).any():
            text = "says @missing false; `fill` gaps with something, or leave out what makes them"
            raise SampleError(f"{self.name} {text}")
        channels = [",".join(_shown(row, self._style.texts(row))) for row in series.values]
        return ":".join([*channels, series.label or ""] if self._labelled else channels)


def _shown(row: Sequence[float], texts: list[str]) -> Iterable[str]:
    return ("?" if math.isnan(value) else text for value, text in zip(row, texts, strict=True))


def _start_of_rows(text: Text) -> int:
    """Return the place after the line @data, 0 where there is none."""
    place = text.start
    for line in lines_of(text, place):
        place += len(line.encode())
        if line.strip().lower().startswith("@data"):
            return place
    return 0


def tags_of(head: str) -> dict[str, str]:
    """Return what lines that begin with @ say, in small letters."""
    lines = (
        line[1:].strip().lower().partition(" ") for line in head.splitlines() if line[:1] == "@"
    )
    return {key: value.strip() for key, _, value in lines}


def _first(text: str | None) -> str:
    return (text or "").partition(" ")[0]
