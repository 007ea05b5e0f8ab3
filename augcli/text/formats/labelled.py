"""Labelled spans: offsets in lists, by name, or SQuAD's answers; in several units; or words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from augcli.text.protected import SPACELESS
from augcli.text.words import Span

ENDS = (("start", "end"), ("start_offset", "end_offset"), ("begin", "end"), ("from", "to"))


class Unit(Struct, frozen=True):
    """What offsets count: units of an encoding, so many bytes each."""

    codec: str
    size: int

    def length(self, text: str) -> int:
        """Return how many there are in a text."""
        return len(text.encode(self.codec)) // self.size

    def place(self, text: str, offset: int) -> int:
        """Return where an offset is, in characters; ValueError where none begins there."""
        try:
            return len(text.encode(self.codec)[: offset * self.size].decode(self.codec))
        except UnicodeDecodeError:
            raise ValueError(f"a labelled span begins or ends in a character: {offset}") from None


UNITS = {
    "characters": Unit("utf-32-le", 4),
    "utf16": Unit("utf-16-le", 2),
    "bytes": Unit("utf-8", 1),
}


def spans_of(found: Any, text: str, unit: Unit) -> Iterator[Span]:
    """Yield the spans in a value: `[start, end, …]`, start and end by name, or SQuAD's answers.

    Words of the text itself are where they stand first. ValueError where it is none of these, or a
    span lies outside the text.
    """
    if (words := words_in(found)) is not None:
        yield from (_place(each, text) for each in words)
        return
    most, plain = unit.length(text), text.isascii()
    for start, end in _offsets(found, unit):
        if type(start) is not int or type(end) is not int:
            raise ValueError(f"a labelled span has no offsets: {start!r}, {end!r}")
        if not 0 <= start <= end <= most:
            raise ValueError(f"a labelled span lies outside the text: {start}, {end}")
        yield (start, end) if plain else (unit.place(text, start), unit.place(text, end))


def words_in(found: Any) -> list[str] | None:
    """Return the words of a text that a value repeats; None where it has places, or nothing."""
    told = [found] if isinstance(found, str) else found
    if not isinstance(told, list) or not told or not all(isinstance(each, str) for each in told):
        return None
    return [each for each in told if each.strip()]


_WITHIN = re.compile(rf"[^\W_{SPACELESS}]{{2}}")
"""Two letters or digits that no word begins or ends between."""


def _place(words: str, text: str) -> Span:
    """Return where words stand in a text, whole ones if they do; ValueError where they do not."""
    places = [found.span() for found in re.finditer(re.escape(words), text)]
    if not places:
        raise ValueError(f"its text does not have {words!r}"[:100])
    whole = (each for each in places if is_whole(text, *each))
    return next(whole, places[0])


def is_whole(text: str, start: int, end: int) -> bool:
    """Return whether words begin at a place and end at another."""
    return not any(_WITHIN.fullmatch(text[max(at - 1, 0) : at + 1]) for at in (start, end))


def _offsets(found: Any, unit: Unit) -> Iterator[tuple[Any, Any]]:
    """Yield what stands in the places of starts and ends."""
    if isinstance(found, dict) and isinstance(found.get("answer_start"), list):
        starts, texts = found["answer_start"], found.get("text")
        if not isinstance(texts, list) or len(texts) != len(starts):
            raise ValueError("`answer_start` and `text` of the answers are not equally many")
        yield from (_answer(*each, unit) for each in zip(starts, texts, strict=True))
    elif isinstance(found, list):
        yield from (_ends_of(each, unit) for each in found)
    elif found is not None:
        raise ValueError(f"the labelled spans are no list: {found!r}"[:100])


def _answer(start: Any, text: Any, unit: Unit) -> tuple[Any, Any]:
    known = isinstance(start, int) and isinstance(text, str)
    return start, start + unit.length(text) if known else None


def _ends_of(each: Any, unit: Unit) -> tuple[Any, Any]:
    if isinstance(each, list):
        numbers = [item for item in each if isinstance(item, int)][:2]
        if len(numbers) == 2:
            return numbers[0], numbers[1]
    elif isinstance(each, dict):
        if "answer_start" in each:
            return _answer(each["answer_start"], each.get("text"), unit)
        for start, end in ENDS:
            if start in each and end in each:
                return each[start], each[end]
    raise ValueError(f"a labelled span has no offsets: {each!r}"[:100])


def with_spans(found: Any, text: str, spans: Iterable[Span], unit: Unit) -> Any:
    """Return a value with the offsets of spans of a text in the places of its own."""
    if words_in(found) is not None:
        return found
    told = ((unit.length(text[:start]), unit.length(text[:end])) for start, end in spans)
    if isinstance(found, dict):
        return found | {"answer_start": [next(told)[0] for _ in found["answer_start"]]}
    return [_with_span(each, next(told)) for each in found]


def _with_span(each: Any, span: Span) -> Any:
    if isinstance(each, list):
        places = [at for at, item in enumerate(each) if isinstance(item, int)][:2]
        new = dict(zip(places, span, strict=True))
        return [new.get(at, item) for at, item in enumerate(each)]
    if "answer_start" in each:
        return each | {"answer_start": span[0]}
    start, end = next((a, b) for a, b in ENDS if a in each and b in each)
    return each | {start: span[0], end: span[1]}
