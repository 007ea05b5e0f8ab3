"""Places in texts that no key names: an edit of a text would leave them where they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from augcli.dataset.doubts import UNCLEAR_WORDS
from augcli.dataset.told import quoted
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.labelled import ENDS, UNITS, spans_of

Values = Mapping[str, Any]
_PAIRS = (*ENDS, ("start_char", "end_char"), ("start_index", "end_index"))


def refuse_stale(
    file: str, settings: TextDatasetSettings, lines: Sequence[Values], texts: Sequence[str]
) -> None:
    """Raise DoubtError where places in texts stand beside them, unless `spans` tells of them."""
    if settings.spans is not None:
        return
    less = '`spans: ""` if these are no places in the text'
    if key := next(_lists(lines, texts), None):
        text = f"{key!r} of {file} has places in the text, which edits would leave behind"
        hint = f"say `spans: {quoted(key)}` to have them moved along, or {less}"
        guess = {"spans": key}
        raise UNCLEAR_WORDS.doubt(text, hint, "dataset.spans", guess=guess).error
    if pair := next(_pairs(lines, texts), None):
        names = " and ".join(map(repr, pair))
        text = f"{names} of {file} are places in the text, which edits would leave behind"
        hint = f"keep them in a list of JSON Lines that `spans` names, or say {less}"
        raise UNCLEAR_WORDS.doubt(text, hint, "dataset.spans").error


def _lists(lines: Sequence[Values], texts: Sequence[str]) -> Iterator[str]:
    """Yield the keys of lists of labelled spans that all lie within the texts."""
    for key in dict.fromkeys(name for line in lines for name in line):
        told = [(line[key], text) for line, text in zip(lines, texts, strict=True) if line.get(key)]
        if told and all(_are_spans(value, text) for value, text in told):
            yield key


def _are_spans(value: Any, text: str) -> bool:
    """Return whether a value is a list of spans in a text, or SQuAD's answers from it."""
    if isinstance(value, list) and not all(map(_has_ends, value)):
        return False
    if not isinstance(value, list) and not (isinstance(value, dict) and "answer_start" in value):
        return False
    with suppress(ValueError):
        return all(end > start for start, end in spans_of(value, text, UNITS["characters"]))
    return False


def _has_ends(each: Any) -> bool:
    """Return whether a list has two numbers and a name, or an object two ends."""
    if isinstance(each, list):
        sorts = sorted(type(item).__name__ for item in each)
        return sorts == ["int", "int", "str"]
    names = ("answer_start", *(start for start, _ in ENDS))
    return isinstance(each, dict) and any(name in each for name in names)


def _pairs(lines: Sequence[Values], texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the names of two columns of numbers that begin and end something in the texts."""
    for first, last in _PAIRS:
        ends = [(_number(line.get(first)), _number(line.get(last))) for line in lines]
        if ends and all(a < b <= len(text) for (a, b), text in zip(ends, texts, strict=True)):
            yield first, last


def _number(value: Any) -> int:
    """Return a whole number of a cell, or one that is beyond any text."""
    return int(value) if str(value).isdecimal() else 1 << 62
