"""Words whose form hangs on how the next one begins: `a` or `an`, `il` or `lo`.

A language has them in a file. A line is a form and how words behind it begin, as patterns of
letters with `*`, `?` and `[…]`; the first line that fits a word says which form it takes. Forms
that stand for one another are a block, and an empty line ends it. Patterns in capitals are for
words in capitals, which are spelt out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

Line = tuple[str, tuple[str, ...]]
"""A form, and the patterns of words behind it."""


@dataclass(frozen=True)
class Articles:
    """Forms of a language's articles by the word that follows."""

    blocks: tuple[tuple[Line, ...], ...] = ()

    @classmethod
    def read(cls, text: str) -> Articles:
        """Return those that a file lists; ValueError for a line without a pattern."""
        blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip("\n"))
        return cls(tuple(tuple(map(_read, block.splitlines())) for block in blocks))

    @cached_property
    def before(self) -> re.Pattern[str]:
        """Return the pattern of a form and the space that ends a text."""
        forms = {form for block in self.blocks for form, _ in block}
        known = "|".join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form))))
        return re.compile(rf"(?<![\w'’-])({known})( +)$", re.IGNORECASE)

    def instead(self, form: str, old: str, new: str) -> str | None:
        """Return what a form becomes where one word gives way to another.

        None where it may stay, or does not fit the old word either.
        """
        for block in self.blocks:
            if form in (each for each, _ in block) and _form(block, old) == form:
                wanted = _form(block, new)
                return None if wanted == form else wanted
        return None


def _read(line: str) -> Line:
    form, *patterns = line.split()
    if not patterns:
        raise ValueError(f"{form!r} has no beginnings of words behind it")
    return form, tuple(patterns)


def _form(block: Iterable[Line], word: str) -> str | None:
    """Return the form before a word, None where no line says."""
    lower = word.lower()
    shapes = (word, lower) if len(word) > 1 and word.isupper() else (lower,)
    for form, patterns in block:
        if any(fnmatchcase(shape, each) for each in patterns for shape in shapes):
            return form
    return None
