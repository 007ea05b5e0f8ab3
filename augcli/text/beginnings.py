"""Words whose form hangs on how the next one begins: `a` or `an`, `il` or `lo`.

A language has them in a file. A line is a form and how words behind it begin, as patterns of
letters with `*`, `?` and `[…]`; the first line that fits a word says which form it takes. Forms
that stand for one another are a block, and an empty line ends it. Patterns in capitals are for
words in capitals, which are spelt out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import NamedTuple

from msgspec import Struct

Line = tuple[str, re.Pattern[str]]
"""A form, and the pattern of words behind it."""
WORD = r"(?:[\"'“‘«(\[{*_~`]|<[a-zA-Z][^<>]{0,80}>){0,8}([^\W\d_]+|\d+)"
"""The pattern of a word or number, with what may open before it: quotes, brackets, markup."""


class Article(NamedTuple):
    """One in a text, and the word behind it."""

    start: int
    end: int
    form: str
    word: str
    opens: int
    """Where that begins, with what opens before it."""
    begins: int
    """Where it begins by itself."""


class Articles(Struct, frozen=True, dict=True):
    """Forms of a language's articles by the word that follows."""

    blocks: tuple[tuple[Line, ...], ...] = ()

    @classmethod
    def read(cls, text: str) -> Articles:
        """Return those that a file lists; ValueError for a line without a pattern."""
        blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip("\n"))
        return cls(tuple(tuple(map(_read, block.splitlines())) for block in blocks))

    @cached_property
    def forms(self) -> frozenset[str]:
        """Return all forms, in small letters."""
        return frozenset(form for block in self.blocks for form, _ in block)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.forms, key=lambda form: (-len(form), form))
        known = "|".join(map(re.escape, longest_first))
        return re.compile(rf"(?<!\w)(?<!['’-])({known}) +(?={WORD})", re.IGNORECASE)

    def found(self, text: str) -> Iterator[Article]:
        """Yield the articles of a text."""
        for match in self._pattern.finditer(text) if self.blocks else ():
            start, end = match.span(1)
            yield Article(start, end, match[1], match[2], match.end(), match.start(2))

    @cached_property
    def instead(self) -> Callable[[str, str | None, str], str | None]:
        """Return `_instead`, which is asked the same for copy after copy."""
        return lru_cache(4096)(self._instead)

    def _instead(self, form: str, old: str | None, new: str) -> str | None:
        """Return what a form becomes where one word gives way to another, or comes behind it.

        None where it may stay, or does not fit the old word either.
        """
        for block in self.blocks:
            fits = old is None or _form(block, old) == form
            if fits and form in (each for each, _ in block):
                wanted = _form(block, new)
                return None if wanted == form else wanted
        return None


def _read(line: str) -> Line:
    form, *patterns = line.split()
    if not patterns:
        raise ValueError(f"{form!r} has no beginnings of words behind it")
    return form, re.compile("|".join(map(translate, patterns)))


def _form(block: Iterable[Line], word: str) -> str | None:
    """Return the form before a word, None where no line says."""
    lower = word.lower()
    shapes = (word, lower) if word.isupper() else (lower,)
    return next((form for form, begins in block if any(map(begins.match, shapes))), None)
