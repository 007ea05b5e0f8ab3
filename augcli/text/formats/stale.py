"""Places and words of texts that no key names: an edit of a text would leave them as they were."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Sized
from contextlib import suppress
from typing import Any

from augcli.dataset.doubts import UNCLEAR_WORDS
from augcli.dataset.told import quoted
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.labelled import ENDS, UNITS, is_whole, spans_of
from augcli.text.formats.places import within

Values = Mapping[str, Any]
_FEWEST = 5
"""Samples that tell whether something is a part of each text."""
_FEWEST_NUMBERS = 3
"""Different ones that are rather places than classes."""
_BEGINNING = re.compile(r"(?<![^\W_])(?:start|begin|from)(?![^\W_])", re.IGNORECASE)
"""What the name of a column of beginnings has in it, as in `subj_start`."""


def refuse_stale(
    file: str, settings: TextDatasetSettings, lines: Sequence[Values], texts: Sequence[str]
) -> None:
    """Raise DoubtError where places in texts stand beside them, unless `spans` tells of them."""
    if settings.spans is not None:
        return
    lines = _opened(lines)
    less = '`spans: ""` if these are no places in the text'
    if key := next(_lists(lines, texts), None):
        text = f"{key!r} of {file} has places in the text, which edits would leave behind"
        hint = f"say `spans: {quoted(key)}` to have them moved along, or {less}"
        guess = {"spans": key}
        raise UNCLEAR_WORDS.doubt(text, hint, "dataset.spans", guess=guess).error
    refuse_pairs(file, settings, lines, texts)
    if key := next(_of_words(settings, lines, texts), None):
        text = f"each {key!r} of {file} has as many words as its text, as tags of words have"
        hint = "have words and tags in lists of JSON Lines, named by `text` and `tags`; or say"
        none = '`spans: ""` if it tells nothing of single words'
        raise UNCLEAR_WORDS.doubt(text, f"{hint} {none}", "dataset.spans").error
    _refuse_repeated(file, settings, lines, texts)


def _refuse_repeated(
    file: str, settings: TextDatasetSettings, lines: Sequence[Values], texts: Sequence[str]
) -> None:
    """Raise DoubtError where words of texts, or which of their words it is, stand beside them."""
    found = [*_repeated(settings, lines, texts)]
    found += [key for word in found for key in _counted(word, lines, texts)]
    if len(found) > 1:
        text = f"{_names(found)} of {file} are words of its text or places of such"
        hint = "keep the words in one list that `spans` names, alone, to have them stay whole, or"
        none = 'say `spans: ""` if edits may break them'
        raise UNCLEAR_WORDS.doubt(text, f"{hint} {none}", "dataset.spans").error
    for key in found:
        text = f"each {key!r} of {file} is a part of its text, which edits would break"
        hint = f'say `spans: {quoted(key)}` to have it stay whole, or `spans: ""` if it need not'
        raise UNCLEAR_WORDS.doubt(text, hint, "dataset.spans", guess={"spans": key}).error


def refuse_pairs(
    file: str,
    settings: TextDatasetSettings,
    lines: Sequence[Values],
    texts: Sequence[Sized],
    hint: str = "keep them in a list of JSON Lines that `spans` names",
) -> None:
    """Raise DoubtError where columns say where something is in texts, or which words of lists."""
    if settings.spans is not None:
        return
    lines = _opened(lines)
    found = next(_pairs(lines, texts), None) or [*_indexes(settings, lines, texts)]
    if found:
        text = f"there may be places in the text in {_names(found)} of {file}, which edits would"
        none = 'or say `spans: ""` if these are no places in the text'
        doubt = UNCLEAR_WORDS.doubt(f"{text} leave behind", f"{hint}, {none}", "dataset.spans")
        raise doubt.error


def _opened(lines: Sequence[Values]) -> Sequence[Values]:
    """Return lines with what is in objects of theirs, too, by keys such as `target.word`."""
    return [{**line, **{".".join(path): each for path, each in within(line)}} for line in lines]


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


def _beside(
    settings: TextDatasetSettings, lines: Sequence[Values], texts: Sequence[Any]
) -> Iterator[tuple[str, list[tuple[Any, Any]]]]:
    """Yield the keys that no setting names, with what is there beside texts and is not these."""
    named = {*settings.texts, *settings.labels, settings.split_column}
    for key in dict.fromkeys(name for line in lines for name in line if name not in named):
        told = [(line.get(key), text) for line, text in zip(lines, texts, strict=True)]
        yield key, [(value, text) for value, text in told if value not in (None, "", text)]


def _of_words(
    settings: TextDatasetSettings, lines: Sequence[Values], texts: Sequence[str]
) -> Iterator[str]:
    """Yield the keys of what has an item for each word of its text, or for each character."""
    for key, told in _beside(settings, lines, texts):
        items = [value.split() if isinstance(value, str) else value for value, _ in told]
        if len(told) < _FEWEST or not all(isinstance(each, list) for each in items):
            continue
        counts = [*map(len, items)]
        as_many = any([len(of(text)) for _, text in told] == counts for of in (str.split, str))
        if as_many and max(counts) > min(counts) and not _are_words(items, told):
            yield key


def _are_words(items: Sequence[Sequence[Any]], told: Sequence[tuple[Any, str]]) -> bool:
    """Return whether half of some items or more are words of the texts themselves."""
    words = ({*re.findall(r"\w+", text.casefold())} for _, text in told)
    found = [str(i).casefold() in own for some, own in zip(items, words, strict=True) for i in some]
    return 2 * sum(found) >= len(found)


def _repeated(
    settings: TextDatasetSettings, lines: Sequence[Values], texts: Sequence[str]
) -> Iterator[str]:
    """Yield the keys of words that stand in the text of every sample: an aspect, or an answer."""
    for key, told in _beside(settings, lines, texts):
        values = {str(value) for value, _ in told if re.search(r"[^\W\d_]{2}", str(value))}
        if len(told) >= _FEWEST and len(values) > 1 and all(_has(*each) for each in told):
            yield key


def _counted(word: str, lines: Sequence[Values], texts: Sequence[str]) -> Iterator[str]:
    """Yield the keys of numbers of the words of texts where others begin that stand beside them."""
    told = [(line, text.split()) for line, text in zip(lines, texts, strict=True) if line.get(word)]
    for key in dict.fromkeys(name for line, _ in told for name in line):
        places = [(_number(line.get(key)), words, line[word].split()) for line, words in told]
        if all(at < len(words) and each and each[0] in words[at] for at, words, each in places):
            yield key


def _has(value: Any, text: str) -> bool:
    """Return whether a value is words that stand in a text."""
    if not isinstance(value, str):
        return False
    return any(is_whole(text, *m.span()) for m in re.finditer(re.escape(value), text))


def _pairs(lines: Sequence[Values], texts: Sequence[Sized]) -> Iterator[tuple[str, str]]:
    """Yield the names of two columns of numbers that begin and end something in the texts."""
    for first in dict.fromkeys(name for line in lines for name in line):
        for last in dict.fromkeys(_BEGINNING.sub(each, first) for each in ("end", "to")):
            ends = [(_number(line.get(first)), _number(line.get(last))) for line in lines]
            fit = (a <= b <= len(text) for (a, b), text in zip(ends, texts, strict=True))
            if last != first and any(b for _, b in ends) and all(fit):
                yield first, last


def _indexes(
    settings: TextDatasetSettings, lines: Sequence[Values], texts: Sequence[Sized]
) -> Iterator[str]:
    """Yield the keys of numbers of words in lists: never beyond one, and none that only count."""
    for key, told in _beside(settings, lines, texts):
        numbers = [n for value, text in told for n in _within(value, text)]
        counts = numbers == sorted(numbers) or len({*numbers}) < _FEWEST_NUMBERS
        if len(told) >= _FEWEST and not counts and all(_within(*each) for each in told):
            yield key


def _within(value: Any, words: Any) -> list[int]:
    """Return the numbers in a value if all are of words in a list, or ends of some."""
    numbers = value if isinstance(value, list) else [value]
    last = len(words) - (numbers is not value)
    fit = all(type(each) is int and 0 <= each <= last for each in numbers)
    return numbers if isinstance(words, list) and fit and len(numbers) < len(words) else []


def _names(keys: Sequence[str]) -> str:
    return " and ".join(map(repr, keys))


def _number(value: Any) -> int:
    """Return a whole number of a cell, or one that is beyond any text."""
    return int(value) if str(value).isdecimal() else 1 << 62
