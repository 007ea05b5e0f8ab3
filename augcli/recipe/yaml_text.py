"""YAML text → plain data, and where each value and key was written.

A recipe is data, so this reads less than YAML offers: no anchors, aliases or tags, no duplicate
keys, one document, bounded depth and size. Scalars follow the core schema of YAML 1.2: only
`true` and `false` are booleans, `12:30` is text, `1.10` a number. Keys are always text, as
written. Everything that is wrong is collected with its place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from augcli.errors import Problem
from augcli.recipe.document import Document, Ignored, KeyPath, Place

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"

_ESCAPE = "a backslash in double quotes begins an escape; use single quotes, or `/` in paths"
_BLANK = "a ':' needs a blank behind it; write `name: {…}`"
_GLUED = re.compile(r"\w:[{\[]")
_SAID = {
    "nesting depth": _TOO_DEEP,  # libyaml from 0.2.6 on has a limit of its own
    "mapping values are not allowed": (
        "unexpected ':'; quote text that has ': ' in it, and indent siblings alike"
    ),
    "escape character": _ESCAPE,
    "hexdecimal": _ESCAPE,
    "unexpected ':'": _BLANK,
}
"""What the parser says of a slip, in a few words → what a person is told."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ANCHORS = "anchors and aliases are not supported; write the value out"
_UNPRINTABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_UNPRINTABLE_ASCII = "[^\t\n\r\x20-\x7e]"  # ready in a hundredth of the time
_BOOLEANS = dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(
    ("false", "False", "FALSE"), False
)
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
# Longer whole numbers than any parameter needs are read as floats, which cannot overflow later.
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_OCTAL = re.compile(r"0o[0-7]{1,300}")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,200}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_NAN = frozenset((".nan", ".NaN", ".NAN"))
_IGNORE = re.compile(r"(?:^|\s)#\s*augment:\s*ignore\b[ \t:]*([\w, -]*)")


# JSON writes characters beyond U+FFFF as two escapes; YAML would take each for a character.
_PAIR = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE
)


def decode(data: bytes, file: str) -> tuple[str, list[Problem]]:
    """Return the text of UTF-8 bytes, with or without a byte order mark, and what is wrong."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        message = f"not UTF-8 text: byte 0x{data[error.start]:02x}"
        return "", [_spot(file, before, len(before)).problem(message)]


def parse(text: str, file: str) -> Document:
    """Return the document in a text; never raises for what the text says."""
    text = text.removeprefix("\ufeff")
    if text.startswith("{"):
        text = _PAIR.sub(_character, text)
    document = Document(file, text=text)
    if trouble := _unreadable(text, file):
        document.problems.append(trouble)
        return document
    try:
        _Builder(document, text).build()
    except yaml.MarkedYAMLError as error:
        document.problems.append(_syntax(error, text, file))
    except _TooDeepError as error:
        document.problems.append(error.problem)
    document.ignored = list(_ignored(text, file))
    return document


def _ignored(text: str, file: str) -> Iterator[Ignored]:
    """Yield what comments such as `# augment: ignore leak, growth` silence."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _IGNORE.search(line):
            place = Place(file, number, line.index("#", found.start()) + 1, line)
            for code in filter(None, re.split(r"[\s,]+", found[1])):
                yield Ignored(code, place, alone=not line[: found.start()].strip())


def _character(pair: re.Match[str]) -> str:
    return pair[1] + (bytes.fromhex(pair[2]) + bytes.fromhex(pair[3])).decode("utf-16-be")


def scalar(text: str) -> Any:
    """Return what a plain scalar means in YAML 1.2's core schema."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEX, 16)):
        if pattern.fullmatch(text):
            return int(text, base) if base == 10 else int(text[2:], base)
    return _real(text)


def _real(text: str) -> float | str:
    if _FLOAT.fullmatch(text):
        return float(text)
    if sign := _INFINITY.fullmatch(text):
        return -math.inf if sign[1] == "-" else math.inf
    return math.nan if text in _NAN else text


class _TooDeepError(Exception):
    def __init__(self, problem: Problem):
        super().__init__(problem.message)
        self.problem = problem


class _Builder:
    """Turns the parser's events into data, at a depth that cannot exhaust the stack."""

    def __init__(self, document: Document, text: str):
        self.document = document
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self._lines = text.splitlines()

    def build(self) -> None:
        """Read the first document; a second one is a problem."""
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.document.data = self._value(next(self.events), ())
                break
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._refuse(event, "only one document is allowed in a file")
                break

    def _value(self, event: yaml.Event, path: KeyPath) -> Any:
        self.document.values.setdefault(path, self._place(event))
        self._check(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event, path)

    def _check(self, event: yaml.Event, path: KeyPath) -> None:
        if getattr(event, "anchor", None) is not None:
            quote = "" if isinstance(event, yaml.CollectionStartEvent) else "; or quote the text"
            self._refuse(event, _ANCHORS + quote)
        elif (tag := getattr(event, "tag", None)) is not None:
            self._refuse(event, f"tags such as {_short(tag)} are not supported")
        if len(path) >= MAX_DEPTH and isinstance(event, yaml.CollectionStartEvent):
            problem = self._place(event).problem(_TOO_DEEP)
            raise _TooDeepError(problem)

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            here = (*path, key)
            if key in result:
                first = self.document.keys[here]
                where = f"{first.line}:{first.column}"
                self._refuse(event, f"duplicate key {_short(key)}, first at {where}")
            self.document.keys.setdefault(here, self._place(event))
            value = self._value(next(self.events), here)
            result.setdefault(key, value)
        return result

    def _key(self, event: yaml.Event, path: KeyPath) -> str:
        self._check(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        if not isinstance(event, yaml.AliasEvent):
            self._refuse(event, "a key must be text")
            self._value(event, (*path, ""))
        return ""

    def _sequence(self, path: KeyPath) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            result.append(self._value(event, (*path, len(result))))
        return result

    def _scalar(self, event: yaml.Event, path: KeyPath) -> Any:
        if not isinstance(event, yaml.ScalarEvent):
            return None
        value = scalar(event.value) if event.implicit[0] else event.value
        if isinstance(value, int | float):
            self.document.texts.setdefault(path, event.value)
        return value

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        assert mark is not None
        line = self._lines[mark.line] if mark.line < len(self._lines) else ""
        return Place(self.document.file, mark.line + 1, mark.column + 1, line)

    def _refuse(self, event: yaml.Event, message: str) -> None:
        self.document.problems.append(self._place(event).problem(message))


def _unreadable(text: str, file: str) -> Problem | None:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return Place(file).problem(f"larger than {MAX_BYTES:,} bytes")
    if bad := re.search(_UNPRINTABLE_ASCII if text.isascii() else _UNPRINTABLE, text):
        message = f"character U+{ord(bad[0]):04X} is not allowed"
        return _spot(file, text, bad.start()).problem(message)
    return None


def _syntax(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    alias = "alias" in str(error.context) or "anchor" in str(error.context)
    mark = error.context_mark if alias else error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    lines = text.splitlines(keepends=True)
    here = lines[line - 1] if 0 < line <= len(lines) else ""
    place = Place(file, line, column, here.rstrip("\r\n"))
    return place.problem(_explain(error, here, here[column - 1 : column]))


def _explain(error: yaml.MarkedYAMLError, line: str, character: str) -> str:
    if character and character in "*&!%@`" and error.context != "while parsing a block mapping":
        return f"text that begins with {character!r} must be quoted"
    if character == "\t":
        return "a tab cannot indent; use spaces"
    told = str(error.problem)
    if found := next((text for phrase, text in _SAID.items() if phrase in told), None):
        return found
    if "expected key" in told and _GLUED.search(line):
        return _BLANK
    context = f" {error.context}" if error.context else ""
    return f"not valid YAML: {error.problem}{context}"


def _spot(file: str, text: str, index: int) -> Place:
    before = text[:index]
    start = before.rfind("\n") + 1
    line = text[start:].partition("\n")[0]
    return Place(file, before.count("\n") + 1, index - start + 1, line)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "…")
