"""The parts of a large JSON object as they are written, found without keeping their values."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from augcli.errors import SampleError


def _number(digits: str) -> float:
    """Return a whole number; one of more digits than Python takes is infinite."""
    try:
        return int(digits)
    except ValueError:
        return float(digits)


_DECODER = json.JSONDecoder()
_OF_ANY_DIGITS = json.JSONDecoder(parse_int=_number)
_SPACE = re.compile(r"[ \t\n\r]*")


class Part(NamedTuple):
    """A value, and how it is written."""

    value: Any
    text: str


def members(text: str, name: str) -> Iterator[tuple[str, Part | Iterator[Part]]]:
    """Yield key and value of an object; of a list, its items one after another.

    Each value must be taken before the next. SampleError with the place where it is no JSON.
    """
    reader = _Reader(text, name)
    if reader.meets("["):
        reader.part()
        raise SampleError(f"{name}: it is a list, where a JSON object is expected")
    reader.expect("{")
    for _ in reader.until("}"):
        key = reader.part().value
        reader.expect(":")
        if not reader.meets("["):
            yield str(key), reader.part()
            continue
        items = reader.items()
        yield str(key), items
        for _left in items:
            pass


def replaced(text: str, changes: Mapping[str, Any]) -> str:
    """Return a JSON object with other values; all else stays as it is written."""
    reader = _Reader(text, "")
    parts, at, left = [], 0, dict(changes)
    reader.expect("{")
    for _ in reader.until("}"):
        key = str(reader.part().value)
        reader.expect(":")
        start = reader.at
        end = start + len(reader.part().text)
        if key in changes:
            parts += [text[at:start], json.dumps(changes[key])]
            at = end
            left.pop(key, None)
    whole = "".join((*parts, text[at:])).rstrip()
    if not left:
        return whole
    members, more = whole.removesuffix("}").rstrip(), json.dumps(left).removeprefix("{")
    return f"{members}{'' if members == '{' else ', '}{more}"


def loaded(text: str) -> Any:
    """Return the value of JSON that is known to be some; numbers of any digits are taken."""
    try:
        return json.loads(text)
    except ValueError:
        return _OF_ANY_DIGITS.decode(text)


def fault(error: ValueError | RecursionError) -> str:
    """Return why a text cannot be read as JSON."""
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: {error.msg}"
    if isinstance(error, RecursionError):
        return "it is no JSON: brackets in too many others"
    return "it has a number of thousands of digits, which no program takes"


def twice_in(text: str, value: Mapping[str, Any]) -> Sequence[str]:
    """Return the keys that are written more than once in an object, of which the last counts."""
    if text.count(":") <= _keys(value):
        return ()
    found: list[str] = []

    def take(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        counts = Counter(key for key, _ in pairs)
        found.extend(key for key, count in counts.items() if count > 1)
        return dict(pairs)

    json.JSONDecoder(object_pairs_hook=take, parse_int=_number).decode(text)
    return found


def _keys(value: Mapping[str, Any]) -> int:
    """Return how many keys there are at least in an object."""
    return len(value) + sum(_keys(each) for each in value.values() if isinstance(each, dict))


def packed(text: str) -> str:
    """Return JSON without the space between its parts, whose texts stay as they are written."""
    if "\\" in text:
        return _BETWEEN.sub(r"\1", text)
    parts = text.split('"')
    parts[::2] = ["".join(each.split()) for each in parts[::2]]
    return '"'.join(parts)


_BETWEEN = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\n\r]+')


class _Reader:
    """A text, and how far it is read."""

    def __init__(self, text: str, name: str):
        self._text = text
        self._name = name
        self.at = 0
        self._skip()

    def _skip(self) -> None:
        if self._text[self.at : self.at + 1].isspace():
            match = _SPACE.match(self._text, self.at)
            self.at = match.end() if match else self.at

    def meets(self, mark: str) -> bool:
        """Return whether a mark is next."""
        return self._text.startswith(mark, self.at)

    def expect(self, mark: str) -> None:
        """Read a mark and the space behind it."""
        if not self.meets(mark):
            raise self._error(f"it is no JSON: {mark!r} is expected", self.at)
        self.at += 1
        self._skip()

    def until(self, end: str) -> Iterator[None]:
        """Yield as often as there are members before an end, and read the commas between them."""
        while not self.meets(end):
            yield
            if self.meets(end):
                break
            self.expect(",")
        self.at += 1
        self._skip()

    def items(self) -> Iterator[Part]:
        """Yield the items of a list."""
        self.expect("[")
        for _ in self.until("]"):
            yield self.part()

    def part(self) -> Part:
        """Read a value."""
        start = self.at
        try:
            value, self.at = self._decoded(start)
        except json.JSONDecodeError as error:
            raise self._error(fault(error), error.pos) from None
        except RecursionError as error:
            raise self._error(fault(error), start) from None
        part = Part(value, self._text[start : self.at])
        self._skip()
        return part

    def _decoded(self, start: int) -> tuple[Any, int]:
        try:
            return _DECODER.raw_decode(self._text, start)
        except json.JSONDecodeError:
            raise
        except ValueError:  # of too many digits
            return _OF_ANY_DIGITS.raw_decode(self._text, start)

    def _error(self, told: str, at: int) -> SampleError:
        line, column = self._text.count("\n", 0, at) + 1, at - self._text.rfind("\n", 0, at)
        return SampleError(f"{self._name}:{line}:{column}: {told}")
