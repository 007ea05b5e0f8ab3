"""What of an object is its text: a value, several, the turns of a chat, or words with tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

from msgspec import Struct

from augcli.dataset.doubts import UNCLEAR_WORDS
from augcli.errors import SettingError
from augcli.settings.base import ColumnRef
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import refuse_beside
from augcli.text.formats.chats import check_roles, is_chat, turns
from augcli.text.formats.labelled import UNITS, Unit, spans_of, with_spans, words_in
from augcli.text.formats.places import Path, at, path_of, within
from augcli.text.formats.stale import refuse_pairs, refuse_stale
from augcli.text.formats.tagged import aligned, are_tags, outside, runs, sentence, spans_of_runs
from augcli.text.joined import joined, parted
from augcli.text.words import Span

_HALF = re.compile("[\ud800-\udfff]")

Values = Mapping[str, Any]
"""Of an object, or of a row: key → value."""
Changes = Sequence[tuple[Path, Any]]
"""What is to stand where."""
Resolve = Callable[[str, ColumnRef | None], str | None]
"""Gives the key that a setting names; SettingError where there is none."""


class Texts(Struct, frozen=True):
    """One value, or several that are edited each by itself, with labelled spans in one."""

    texts: Sequence[Path]
    spans: Path | None
    unit: Unit

    @property
    def paths(self) -> Sequence[Path]:
        """Return the ways to the texts, then that to the spans."""
        return [*self.texts, *filter(None, [self.spans])]

    def read(self, values: Values) -> tuple[str, tuple[Span, ...]]:
        """Return the texts as one."""
        text = joined(_text(values, path) for path in self.texts)
        labelled = at(values, self.spans) if self.spans else None
        return text, tuple(spans_of(labelled, text, self.unit)) if labelled else ()

    def changes(self, values: Values, text: str, spans: Sequence[Span]) -> Changes | None:
        """Return the texts, and the spans moved along."""
        found: list[tuple[Path, Any]] = [*zip(self.texts, parted(text), strict=True)]
        if spans and self.spans:
            moved = with_spans(at(values, self.spans), text, spans, self.unit)
            found.append((self.spans, moved))
        return found


class Chat(Struct, frozen=True):
    """What some roles say in a chat."""

    path: Path
    roles: Sequence[str]

    @property
    def paths(self) -> Sequence[Path]:
        """Return the way to the chat."""
        return [self.path]

    def read(self, values: Values) -> tuple[str, tuple[Span, ...]]:
        """Return what these roles say, turn by turn."""
        said = [_whole(text) for _, text in turns(at(values, self.path), self.roles)]
        if not said:
            raise ValueError(f"it has no turn of {' or '.join(self.roles)}")
        return joined(said), ()

    def changes(self, values: Values, text: str, spans: Sequence[Span]) -> Changes | None:
        """Return what is said instead."""
        said = turns(at(values, self.path), self.roles)
        return [((*self.path, *p), new) for (p, _), new in zip(said, parted(text), strict=True)]


class Words(Struct, frozen=True):
    """A list of words, one of their tags, and others that have something of each word."""

    words: Path
    tags: Path
    beside: Sequence[Path]

    @property
    def paths(self) -> Sequence[Path]:
        """Return the ways to words, tags and what is beside them."""
        return [self.words, self.tags, *self.beside]

    def read(self, values: Values) -> tuple[str, tuple[Span, ...]]:
        """Return the words as a text, and where those with tags are in it."""
        words, tags = self._lists(values)
        return _whole(sentence(words)), spans_of_runs(words, runs(words, tags))

    def changes(self, values: Values, text: str, spans: Sequence[Span]) -> Changes | None:
        """Return the words, their tags and the rest; of new words nothing is told but the tag."""
        words, tags = self._lists(values)
        found = aligned(words, runs(words, tags), text, spans)
        if found is None:
            return None
        free = next(filter(outside, tags), None)
        told = [(path, at(values, path), None) for path in self.beside]
        lists = [(self.tags, tags, free), *(each for each in told if isinstance(each[1], list))]
        return [
            (self.words, [word for word, _ in found]),
            *((path, [new if n is None else old[n] for _, n in found]) for path, old, new in lists),
        ]

    def _lists(self, values: Values) -> tuple[list[str], list[Any]]:
        """Return words and tags; ValueError where they do not fit together."""
        words, tags = at(values, self.words), at(values, self.tags)
        if not isinstance(words, list) or not all(isinstance(each, str) for each in words):
            raise ValueError(f"it has no list of words under {_key(self.words)}")
        if not isinstance(tags, list) or len(tags) != len(words):
            raise ValueError(f"it has no tag for each of {len(words)} words: {_key(self.tags)}")
        return words, tags


Content: TypeAlias = Texts | Chat | Words
"""What of an object is its text."""


def content_of(
    file: str, settings: TextDatasetSettings, lines: Sequence[Values], resolve: Resolve
) -> Content:
    """Return what is the text of objects like some; SettingError where the recipe does not fit."""
    keys = [resolve("text", ref) or "" for ref in settings.texts]
    first, *more = [path_of(key, lines) for key in keys or [_likely(settings, lines)]]
    value = next((v for line in lines if (v := at(line, first)) is not None), None)
    if more or not isinstance(value, list):
        spans = resolve("spans", settings.spans or None)
        marks = path_of(spans, lines) if spans else None
        has_places = any(words_in(each) is None for each in _values(lines, marks))
        others = ("roles", "tags", *(("spans", "offsets") if more and has_places else ()))
        refuse_beside(settings, "several texts" if more else "no list", others)
        for path in (first, *more):
            told = [(line, text) for line in lines if isinstance(text := at(line, path), str)]
            refuse_stale(file, settings, [line for line, _ in told], [text for _, text in told])
        return Texts([first, *more], marks, UNITS[settings.offsets or "characters"])
    refuse_beside(settings, "a list", ("spans", "offsets"))
    if is_chat(value):
        refuse_beside(settings, "a chat", ("tags",))
        roles = settings.roles or ()
        check_roles(file, _key(first), [at(line, first) for line in lines], roles)
        return Chat(first, roles)
    return _words(file, settings, lines, first, resolve)


def _words(
    file: str, settings: TextDatasetSettings, lines: Sequence[Values], first: Path, resolve: Resolve
) -> Content:
    refuse_beside(settings, "a list of words", ("roles",))
    whole = [line for line in lines if isinstance(at(line, first), list)]
    lists = [at(line, first) for line in whole]
    refuse_pairs(file, settings, whole, lists, "have them told by `tags`, word by word")
    key = resolve("tags", settings.tags)
    if key is None:
        hint = "say by `tags` where the tags of its words are"
        told = f"{_key(first)} of {file} is a list"
        tags = [path[0] for path in _beside(lines, first) if are_tags([*_all(lines, path)])]
        guess = {"tags": tags[-1]} if tags else {}
        raise UNCLEAR_WORDS.doubt(told, hint, "dataset.tags", guess=guess).error
    path = path_of(key, lines)
    if not any(map(outside, _all(lines, path))):
        told = f"no word of {file} is outside of what is tagged (O, or 0): there is nothing to edit"
        raise SettingError(("dataset", "tags"), told)
    return Words(first, path, [each for each in _beside(lines, first) if each != path])


def _values(lines: Sequence[Values], path: Path | None) -> Iterator[Any]:
    """Yield what a path leads to."""
    return filter(None, (at(line, path) for line in lines)) if path else iter(())


def _all(lines: Sequence[Values], path: Path) -> Iterator[Any]:
    """Yield what is in the lists that a path leads to."""
    return (each for line in lines for each in at(line, path) or ())


def _beside(lines: Sequence[Values], words: Path) -> Iterator[tuple[str]]:
    """Yield the ways to lists that have something of each word in every line."""
    for key in dict.fromkeys(name for line in lines for name in line):
        lists = ((line[key], at(line, words)) for line in lines if line.get(key) is not None)
        alike = (isinstance(a, list) and isinstance(b, list) and len(a) == len(b) for a, b in lists)
        if (key,) != words and all(alike):
            yield (key,)


def _likely(settings: TextDatasetSettings, lines: Sequence[Values]) -> str:
    """Return the key of the text where none is told: of a list where that is asked for."""
    known = {key: value for line in lines for key, value in line.items() if value}
    if settings.roles:
        return next((key for key in known if is_chat(known[key])), "messages")
    if settings.tags is not None:
        words = (key for key in known if key != settings.tags and _are_words(known[key]))
        return next(words, "tokens")
    texts = _texts(lines)
    return max(texts, key=lambda key: texts[key], default="text")


def cells_of(lines: Sequence[Values]) -> Mapping[ColumnRef, Sequence[str]]:
    """Return the values of the keys that may hold texts in some objects."""
    paths = {key: path_of(key, lines) for key in _texts(lines)}
    found = {key: [at(line, path) for line in lines] for key, path in paths.items()}
    return {key: [each for each in some if isinstance(each, str)] for key, some in found.items()}


def _texts(lines: Sequence[Values]) -> Mapping[str, int]:
    """Return the keys of texts of several words with their lengths, those least deep in objects.

    Where there are none, those of single words, of chats and of lists of words.
    """
    lengths: Counter[tuple[str, ...]] = Counter()
    worded: set[tuple[str, ...]] = set()
    for path, value in chain.from_iterable(map(within, lines)):
        if isinstance(value, str):
            lengths[path] += len(value)
            worded |= {path} if " " in value else set()
        elif is_chat(value) or _are_words(value):
            lengths[path] += len("".join(set(map(str, value))))
    likely = worded or lengths.keys()
    depth = min(map(len, likely), default=1)
    return {
        ".".join(path): lengths[path] for path in lengths if path in likely if len(path) == depth
    }


def _are_words(value: Any) -> bool:
    """Return whether a value is a list of words, and not of tags."""
    texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return texts and not are_tags(value)


def _key(path: Path) -> str:
    return repr(".".join(map(str, path)))


def _text(values: Values, path: Path) -> str:
    value = at(values, path)
    if not isinstance(value, str):
        raise ValueError(f"it has no text under {_key(path)}")
    return _whole(value)


def _whole(text: str) -> str:
    if _HALF.search(text):
        raise ValueError("it has half a surrogate pair")
    return text
