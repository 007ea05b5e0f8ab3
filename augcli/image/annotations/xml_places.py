"""XML as a tree whose elements know where they stand, so that a file can be changed in places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException, EntitiesForbidden
from defusedxml.ElementTree import DefusedXMLParser
from msgspec import Struct, field

from augcli.errors import SampleError
from augcli.image.annotations.base import decoded

_DEEPEST = 50
_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")


# `xml.sax.saxutils` has these, too, and would bring all of HTTP.
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML can hold, not even escaped (XML 1.0, production Char)."""


def escaped(text: str) -> str:
    """Return a text as XML has it; SampleError for one that no XML can hold."""
    if _FORBIDDEN.search(text):
        raise SampleError(f"{text!r} has letters that XML cannot hold; name it otherwise")
    for letter, entity in _ENTITIES:
        text = text.replace(letter, entity)
    return text


def unescaped(text: str) -> str:
    """Return what was escaped."""
    for letter, entity in reversed(_ENTITIES):
        text = text.replace(entity, letter)
    return text


class Element(Struct, eq=False):
    """An element of a file."""

    tag: str
    line: int
    start: int
    """Of the element in the bytes of the file, as are the other places."""
    inner: int
    """Where what it holds starts."""
    close: int = 0
    """Where what it holds ends."""
    end: int = 0
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Element]:
        """Yield the children of a name."""
        return (child for child in self.children if child.tag == tag)

    def first(self, *path: str) -> Element | None:
        """Return the first element below of these names, one in another."""
        found: Element | None = self
        for tag in path:
            found = next(found.all(tag), None) if found else None
        return found


class _Builder:
    """Takes what a parser finds, and asks it for the place."""

    def __init__(self, source: bytes, name: str):
        self._source = source
        self._name = name
        self._open: list[Element] = []
        self.top: Element | None = None
        self.places: Any = None

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        start, line = self.places.CurrentByteIndex, self.places.CurrentLineNumber
        match = _TAG.match(self._source, start)
        element = Element(tag, line, start, match.end() if match else start)
        if len(self._open) >= _DEEPEST:
            raise SampleError(f"{self._name}:{line}: elements in more than {_DEEPEST} others")
        if self._open:
            self._open[-1].children.append(element)
        self.top = self.top or element
        self._open.append(element)

    def end(self, _tag: str) -> None:
        element, at = self._open.pop(), self.places.CurrentByteIndex
        is_empty = self._source[element.inner - 2 : element.inner] == b"/>"
        element.close = element.inner if is_empty else at
        element.end = element.inner if is_empty else self._source.index(b">", at) + 1

    def data(self, text: str) -> None:
        self._open[-1].text += text

    def close(self) -> Element | None:
        return self.top


@lru_cache(maxsize=2)
def parse_xml(data: bytes, name: str) -> Element:
    """Return the top of a file, which must be UTF-8; SampleError with its line for what is none.

    Entities are refused, and whatever else leads out of the file. A picture's file is read for
    each of its copies, so the last ones are kept.
    """
    decoded(data, name)
    builder = _Builder(data, name)
    parser = DefusedXMLParser(target=builder, encoding="utf-8")
    builder.places = parser.parser
    try:
        parser.feed(data)
        parser.close()
    except ParseError as error:
        told = str(error).partition(": line")[0]
        raise SampleError(f"{name}:{error.position[0]}: it is no XML: {told}") from None
    except DefusedXmlException as error:
        line = parser.parser.CurrentLineNumber
        called = f" ({error.name})" if isinstance(error, EntitiesForbidden) else ""
        told = f"it declares entities{called}, which are not allowed"
        raise SampleError(f"{name}:{line}: {told}") from None
    finally:
        builder.places = None  # which refers to the builder
    assert builder.top
    return builder.top


def changed(data: bytes, changes: Iterable[tuple[int, int, str]]) -> bytes:
    """Return a file with other text in places that do not overlap: start, end, text."""
    parts, at = [], 0
    for start, end, text in sorted(changes):
        parts += [data[at:start], text.encode()]
        at = end
    return b"".join((*parts, data[at:]))
