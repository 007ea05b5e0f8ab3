"""JSON Lines: only the values of text and spans differ in a new line, the rest byte for byte."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from augcli.dataset.splits import columns_of_splits
from augcli.errors import SettingError, did_you_mean
from augcli.settings.base import ColumnRef
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import Row
from augcli.text.formats.lines import LinesFile
from augcli.text.words import Span

_DECODER = json.JSONDecoder()
_HALF = re.compile("[\ud800-\udfff]")
_SAMPLED = 200
_SPACE = re.compile(r"[ \t\n\r]*")
_ENDS = (("start", "end"), ("start_offset", "end_offset"), ("begin", "end"), ("from", "to"))

Members = dict[str, tuple[int, int, Any]]
"""Key → start, end and value."""


class JsonlFile(LinesFile):
    """A file of JSON objects, one a line."""

    def __init__(self, source: Source, settings: TextDatasetSettings):
        super().__init__(source, settings)
        self._separator = settings.label_separator or ", "
        told = (settings.text, settings.label, settings.split_column, settings.spans)
        self._paths = [key for key in told if isinstance(key, str) and "." in key]
        known = self._known()
        self._text = self._key("text", settings.text, known) or _longest(known)
        self._label = self._key("label", settings.label, known)
        self._split = self._key("split", settings.split_column, known)
        self._spans = self._key("spans", settings.spans, known)
        self._keys = sorted(known, key=lambda key: key != self._text)
        named = (self._text, self._label, self._split, self._spans)
        self._free = [key for key in known if key not in named]

    def _known(self) -> dict[str, Any]:
        """Return the keys of the first lines, each with a value that it has."""
        lines = (self._members(index) for index in range(min(len(self), _SAMPLED)))
        return {key: value for line in lines for key, (_, _, value) in line.items()}

    def _key(self, setting: str, ref: ColumnRef | None, known: dict[str, Any]) -> str | None:
        """Return a key that the recipe names; SettingError where no line has it."""
        if isinstance(ref, int):
            told = "JSON objects have keys with names, not numbers"
            raise SettingError(("dataset", setting), told)
        if ref is not None and known and ref not in known:
            raise SettingError(
                ("dataset", setting),
                f"none of the first {_SAMPLED} lines of {self.name} has a key {ref!r}"
                f"{did_you_mean(ref, known)}; they have {', '.join(known)}",
            )
        return ref

    def _members(self, index: int) -> Members:
        raw = self.raw(index)
        try:
            found = dict(members(raw))
        except (ValueError, RecursionError):
            return {}
        for path in self._paths:
            if path not in found and (inner := member_at(raw, path.split("."))):
                found[path] = inner
        return found

    def _why_not(self, index: int) -> str:
        """Return why a line has no text."""
        try:
            dict(members(self.raw(index)))
        except json.JSONDecodeError as error:
            return f"line {self.line(index)} is no JSON: {error.msg} (column {error.colno})"
        except RecursionError:
            return f"line {self.line(index)} has brackets in too many others"
        except ValueError as error:
            return f"line {self.line(index)}: {error}"
        return f"line {self.line(index)} has no text under {self._text!r}"

    def row(self, index: int) -> Row:
        """Return a line's sample."""
        found = {key: each for key, (_, _, each) in self._members(index).items()}
        text = found.get(self._text or "")
        if not isinstance(text, str):
            return Row("", trouble=self._why_not(index))
        if _HALF.search(text):
            return Row("", trouble=f"line {self.line(index)} has half a surrogate pair")
        label = self._label_of(found.get(self._label or ""))
        row = Row(text, label, _shown(found.get(self._split or "")))
        try:
            spans = tuple(spans_of(found.get(self._spans or ""), len(text)))
        except ValueError as error:
            return replace(row, trouble=f"line {self.line(index)}: {error}")
        return replace(row, spans=spans) if spans else row

    @property
    def columns(self) -> Sequence[ColumnRef]:
        """Return the keys, that of the text first."""
        return self._keys

    def unnamed(self) -> dict[str, set[str]]:
        """Return key → values, where no setting names it and all values are splits."""
        lines = map(self._members, range(len(self)))
        found = ({key: each for key, (_, _, each) in line.items()} for line in lines)
        rows = ([_shown(line.get(key)) for key in self._free] for line in found)
        return columns_of_splits(self._free, rows)

    def _label_of(self, found: Any) -> str | None:
        if found is None or isinstance(found, str):
            return found and found.strip()
        if isinstance(found, float) and math.isnan(found):
            return None
        if isinstance(found, list):
            return self._separator.join(map(str, found))
        return json.dumps(found)

    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return the line with another text and its spans moved."""
        raw, found = self.raw(index), self._members(index)
        changes = {self._text: text}
        if self._spans in found and spans:
            changes[self._spans] = with_spans(found[str(self._spans)][2], iter(spans))
        for key in sorted(filter(None, changes), key=lambda key: -found[key][0]):
            start, end, _ = found[key]
            plain = "\\u" in raw[start:end] and raw.isascii()
            marks = (", ", ": ") if " " in raw[start:end] else (",", ":")
            value = json.dumps(changes[key], ensure_ascii=plain, separators=marks)
            raw = raw[:start] + value + raw[end:]
        return raw


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)


def members(raw: str) -> Iterator[tuple[str, tuple[int, int, Any]]]:
    """Yield the members of a JSON object with their places; ValueError where it is none."""
    if not isinstance(json.loads(raw), dict):
        raise ValueError("it is no JSON object; each line must be one")
    at = _skip(raw, _skip(raw, 0) + 1)
    while raw[at] != "}":
        key, at = _DECODER.raw_decode(raw, at)
        start = _skip(raw, _skip(raw, at) + 1)
        found, end = _DECODER.raw_decode(raw, start)
        yield key, (start, end, found)
        at = _skip(raw, end)
        at = _skip(raw, at + 1) if raw[at] == "," else at


def member_at(raw: str, path: Sequence[str]) -> tuple[int, int, Any] | None:
    """Return place and value of a member of an object in an object; None where it is not there."""
    key, *rest = path
    found = dict(members(raw)).get(key)
    if found is None or not rest:
        return found
    start, end, value = found
    inner = member_at(raw[start:end], rest) if isinstance(value, dict) else None
    return inner and (start + inner[0], start + inner[1], inner[2])


def _skip(raw: str, at: int) -> int:
    match = _SPACE.match(raw, at)
    return match.end() if match else at


def _longest(known: dict[str, Any]) -> str:
    texts = {key: len(value) for key, value in known.items() if isinstance(value, str)}
    return max(texts, key=lambda key: texts[key], default="text")


def spans_of(found: Any, length: int) -> Iterator[Span]:
    """Yield the spans in a value: `[start, end, …]`, start and end by name, or SQuAD's answers.

    ValueError where it is none of these, or a span lies outside a text of that length.
    """
    for start, end in _offsets(found):
        if type(start) is not int or type(end) is not int:
            raise ValueError(f"a labelled span has no offsets: {start!r}, {end!r}")
        if not 0 <= start <= end <= length:
            raise ValueError(f"a labelled span lies outside the text: {start}, {end}")
        yield start, end


def _offsets(found: Any) -> Iterator[tuple[Any, Any]]:
    """Yield what stands in the places of starts and ends."""
    if isinstance(found, dict) and isinstance(found.get("answer_start"), list):
        starts, texts = found["answer_start"], found.get("text")
        if not isinstance(texts, list) or len(texts) != len(starts):
            raise ValueError("`answer_start` and `text` of the answers are not equally many")
        yield from map(_answer, starts, texts)
    elif isinstance(found, list):
        yield from map(_ends_of, found)
    elif found is not None:
        raise ValueError(f"the labelled spans are no list: {found!r}"[:100])


def _answer(start: Any, text: Any) -> tuple[Any, Any]:
    return start, start + len(text) if isinstance(start, int) and isinstance(text, str) else None


def _ends_of(each: Any) -> tuple[Any, Any]:
    if isinstance(each, list):
        numbers = [item for item in each if isinstance(item, int)][:2]
        if len(numbers) == 2:
            return numbers[0], numbers[1]
    elif isinstance(each, dict):
        if "answer_start" in each:
            return _answer(each["answer_start"], each.get("text"))
        for start, end in _ENDS:
            if start in each and end in each:
                return each[start], each[end]
    raise ValueError(f"a labelled span has no offsets: {each!r}"[:100])


def with_spans(found: Any, spans: Iterator[Span]) -> Any:
    """Return a value with other offsets in the places of its own."""
    if isinstance(found, dict):
        return found | {"answer_start": [next(spans)[0] for _ in found["answer_start"]]}
    return [_with_span(each, next(spans)) for each in found]


def _with_span(each: Any, span: Span) -> Any:
    if isinstance(each, list):
        places = [at for at, item in enumerate(each) if isinstance(item, int)][:2]
        new = dict(zip(places, span, strict=True))
        return [new.get(at, item) for at, item in enumerate(each)]
    if "answer_start" in each:
        return each | {"answer_start": span[0]}
    start, end = next((a, b) for a, b in _ENDS if a in each and b in each)
    return each | {start: span[0], end: span[1]}
