"""Edits: `[start, end, replacement]` by character offset, ascending, none over another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from augcli.text.words import Document, Span

Edit = list[Any]
"""`[start, end, replacement]`; plain JSON."""
_PLACE = itemgetter(0, 1)


def check_edits(edits: Sequence[Edit], length: int) -> None:
    """Raise ValueError unless edits are such of a text of this length."""
    last = 0
    for edit in edits:
        match edit:
            case [int(start), int(end), str(new)] if last <= start <= end <= length:
                new.encode()  # half a surrogate pair is no text: UnicodeEncodeError is a ValueError
                last = end
            case _:
                text = f"{edit!r} is no edit [start, end, text] behind {last} and within {length}"
                raise ValueError(text)


def spliced(text: str, edits: Sequence[Edit]) -> str:
    """Return a text after edits."""
    if len(edits) == 1:
        ((start, end, replacement),) = edits
        return f"{text[:start]}{replacement}{text[end:]}"
    parts: list[str] = []
    last = 0
    for start, end, replacement in edits:
        parts += (text[last:start], replacement)
        last = end
    parts.append(text[last:])
    return "".join(parts)


def moved(spans: Iterable[Span], edits: Sequence[Edit]) -> tuple[Span, ...]:
    """Return where spans are after edits, none of which reaches into one of them."""
    return tuple((start + by, end + by) for start, end in spans for by in [_shift(start, edits)])


def _shift(place: int, edits: Sequence[Edit]) -> int:
    return sum(len(text) - (end - start) for start, end, text in edits if end <= place)


def edited(document: Document, edits: Sequence[Edit]) -> Document:
    """Return a document after edits, its spans moved along."""
    if not edits:
        return document
    spans = moved(document.spans, edits) if document.spans else ()
    return Document(spliced(document.text, edits), document.reading, spans)


def ordered(edits: list[Edit]) -> list[Edit]:
    """Return edits in the order of their places; those at one place stay as they came."""
    return sorted(edits, key=_PLACE) if len(edits) > 1 else edits


def in_shape_of(new: str, old: str) -> str:
    """Return a word in the case of the one that it replaces."""
    if old.islower() or not new:
        return new
    if old.isupper() and len(old) > 1:
        return new.upper()
    return new[0].upper() + new[1:] if old[0].isupper() else new
