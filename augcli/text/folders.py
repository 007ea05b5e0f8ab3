"""A language is one folder: its synonyms, negations, stop words and keyboard, as far as known.

Those that come along lie in folders of their names; a dataset may bring one of its own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

SYNONYMS, NEGATIONS, STOP_WORDS, KEYBOARD = FILES = (
    "synonyms.tsv",
    "negations.txt",
    "stopwords.txt",
    "keyboard.txt",
)
"""Of the folder, which has at least one; their words stand in lines, or between spaces."""
BUNDLED = Path(__file__).parent / "data"
ENGLISH = "english"


@cache
def words_in(language: str, name: str) -> tuple[str, ...]:
    """Return the words of a file of a language that comes along, in their order."""
    return tuple((BUNDLED / language / name).read_text("utf-8").split())


@cache
def negations() -> frozenset[str]:
    """Return what turns a meaning around in any language that comes along."""
    folders = (path.parent.name for path in BUNDLED.glob(f"*/{NEGATIONS}"))
    return frozenset(word for language in folders for word in words_in(language, NEGATIONS))
