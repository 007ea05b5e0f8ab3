"""Synonyms: a compact table made from WordNet, another WordNet folder, or a TSV.

A table begins with comments and with irregular forms, `! made make`. Then it has a line per word,
in ascending order, `film n:movie,picture v:shoot,take`: its synonyms by part of speech, the word's
most frequent one first, those of its first senses alone.
"""

from __future__ import annotations

import gzip
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import takewhile
from pathlib import Path
from typing import TypeVar

from augcli.errors import SettingError
from augcli.rows.encodings import open_text
from augcli.text.beginnings import Articles
from augcli.text.language.folders import (
    ARTICLES,
    BUNDLED,
    ENGLISH,
    NEGATIONS,
    STOP_WORDS,
    articles_of,
    languages_with,
    words_in,
)
from augcli.text.language.inflection import bases, inflected

TABLE = BUNDLED / ENGLISH / "wordnet.txt.gz"
NO_ARTICLES = Articles()
NEVER = "never.txt"
"""Never replaced, never put in: slurs, numbers, and words whose synonyms are hardly ever meant."""
_NO_VERB = """
a an the this that these those my your his her its our their some any each every no of in on at for
with by from into about
"""
_VERB = "to will would shall should can could may might must cannot"
_NEGATED = "do does did ca wo would could should might must need"
_NOT = [f"{verb}{gap}n{mark}t" for verb in _NEGATED.split() for gap in ("", " ") for mark in "'’"]
_HINTS = dict.fromkeys(_NO_VERB.split(), "nar") | dict.fromkeys([*_VERB.split(), *_NOT], "v")
"""word → the parts of speech that can stand after it; any can after others"""
Found = TypeVar("Found")
Entry = tuple[str, Sequence[str]]
"""A word's ending, and its base's synonyms by part of speech: `n:movie,picture`."""
_NOTHING: Entry = ("", ())


class Lexicon:
    """Words with their synonyms by part of speech."""

    def __init__(
        self,
        lines: Iterable[str],
        deny: Collection[str] = (),
        articles: Articles = NO_ARTICLES,
        *,
        keeps_names: bool = False,
    ):
        self.articles = articles
        self.keeps_names = keeps_names
        """Whether a capital within a sentence is that of a name, as in English."""
        every = list(lines)
        told = list(takewhile(_is_no_word, every))
        self._lines = every[len(told) :]
        """Those of words, in ascending order: a dict of all takes longer than most texts' words."""
        self._irregular: dict[str, str] = {}
        self._forms: dict[str, list[str]] = defaultdict(list)
        for line in told:
            if line.startswith("!"):
                _, form, base = line.split(" ")
                self._irregular[form] = base
                self._forms[base.replace("_", " ")].append(form)
        never = (each.replace("_", " ") for each in words_in(ENGLISH, NEVER))
        self._deny = {*never, *map(str.lower, deny)}
        self.stop = frozenset(words_in(ENGLISH, STOP_WORDS))
        """Small words, which have no synonyms."""
        self._entries = _Kept(self._entry_of)
        self._known = {
            hint: _Kept(partial(self._looked_up, _allowed(hint))) for hint in {"", *_HINTS.values()}
        }

    def synonyms(self, word: str, before: str = "") -> Sequence[str]:
        """Return what may stand for a word after another, in the word's own form, sorted.

        Stop words and irregular forms have none.
        """
        return self.after(before)[word.lower()]

    def after(self, before: str) -> Mapping[str, Sequence[str]]:
        """Return word in small letters → its synonyms after another word."""
        return self._known[_HINTS.get(before, "")]

    def knows(self, word: str) -> bool:
        """Return whether a word in small letters is of the language."""
        if word in self.stop or word in self._deny or word in self._irregular:
            return True
        return any(self._entry(base) for base, _ in self._bases(word))

    def _looked_up(self, allowed: Mapping[str, str], word: str) -> Sequence[str]:
        """Return a word's synonyms as the likeliest part of speech that may stand there."""
        ending, parts = self._entries[word]
        for part in parts:
            if part[0] in allowed[ending]:
                every = part[2:].replace("_", " ").split(",") if part[2:] else []
                found = [each for each in every if each not in self._deny]  # in any form
                if ending:
                    forms = (self._in_form(each, ending, part[0]) for each in found)
                    found = [form for form in forms if form and form != word]
                return tuple(sorted({*found} - self._deny))
        return ()

    def _entry_of(self, word: str) -> Entry:
        if word in self.stop or word in self._deny or len(word) < 3:
            return _NOTHING
        for base, ending in self._bases(word):
            entry = self._entry(base)
            if entry and base not in self._deny:
                return ending, entry.split(" ")
        return _NOTHING

    def _entry(self, word: str) -> str:
        """Return a word's synonyms by part of speech, as its line has them; empty for others."""
        place = bisect_left(self._lines, head := f"{word} ")
        line = self._lines[place] if place < len(self._lines) else ""
        return line.removeprefix(head) if line.startswith(head) else ""

    def _bases(self, word: str) -> Sequence[tuple[str, str]]:
        """Return (base, ending) of a word; none of irregular forms without an ending."""
        base = self._irregular.get(word)
        if base is None:
            found = bases(word)
            is_plural = bool(found) and found[0][1] == "s"  # before rare words such as stops
            return [*found, (word, "")] if is_plural else [(word, ""), *found]
        if word.endswith(("ed", "ing")):
            return [(base, "ing" if word.endswith("ing") else "ed")]
        return ()

    def _in_form(self, lemma: str, ending: str, pos: str) -> str:
        """Return a word with an ending, empty where that is not known.

        Of verbs of several words the first takes it.
        """
        head, mark, rest = lemma.partition(" ") if pos != "n" else (lemma, "", "")
        form = inflected(head, ending, self._forms.get(head, ()))
        return form + mark + rest if form else ""


class _Kept(dict[str, Found]):
    """Word → what is found for it, each looked up once."""

    def __init__(self, look_up: Callable[[str], Found]):
        super().__init__()
        self._look_up = look_up

    def __missing__(self, word: str) -> Found:
        found = self[word] = self._look_up(word)
        return found


def _is_no_word(line: str) -> bool:
    return line[:1] in {"#", "!"}


def _allowed(hint: str) -> Mapping[str, str]:
    """Return ending → the parts of speech of a word with it, where those of a hint can stand."""
    plural = "n" if hint == "nar" else "nv"
    return {"": hint or "nvar", "s": plural, "ed": "v", "ing": "v"}


class Thesaurus(Lexicon):
    """Words with synonyms as a TSV lists them, for any language; exact forms only."""

    def __init__(
        self, lines: Iterable[str], deny: Collection[str] = (), articles: Articles = NO_ARTICLES
    ):
        super().__init__((), deny, articles)
        self._plain: dict[str, Sequence[str]] = {}
        for line in lines:
            word, _, rest = line.strip().partition("\t")
            synonyms = [each.strip() for each in rest.replace("\t", ",").split(",")]
            self._plain[word.lower()] = [each for each in synonyms if each]

    def _looked_up(self, allowed: Mapping[str, str], word: str) -> Sequence[str]:
        if word in self._deny:
            return ()
        found = self._plain.get(word, ())
        return tuple(each for each in found if each.lower() not in self._deny)


@cache
def bundled(deny: tuple[str, ...] = ()) -> Lexicon:
    """Return the English lexicon that comes along; read once in a process."""
    lines = gzip.decompress(TABLE.read_bytes()).decode().splitlines()
    stay = (*deny, *words_in(ENGLISH, NEGATIONS))
    return Lexicon(lines, stay, articles_of(ENGLISH), keeps_names=True)


@cache
def with_articles_of(language: str | None) -> Lexicon:
    """Return a lexicon without words, with the articles of a language that has such."""
    known = (language or "").lower()
    return Lexicon((), (), articles_of(known) if known in languages_with(ARTICLES) else NO_ARTICLES)


def open_lexicon(
    files: dict[str, bytes], deny: tuple[str, ...], articles: Articles = NO_ARTICLES
) -> Lexicon:
    """Return the lexicon in the files of a WordNet folder, or in one TSV.

    SampleError where it is not in its encoding, SettingError where no word has a synonym.
    """
    texts = {Path(name).name: open_text(name, data, None).content for name, data in files.items()}
    if "data.noun" in texts or "data.verb" in texts:
        from augcli.text.language.wndb import table_lines

        return Lexicon(table_lines(texts), deny, articles)
    lines = [line for text in texts.values() for line in text.splitlines()]
    lines = [line for line in lines if "\t" in line and not line.startswith("#")]
    if not lines:
        told = f"{', '.join(files)} has no line of a word, a tab, and synonyms"
        raise SettingError(("dataset", "lexicon"), told)
    return Thesaurus(lines, deny, articles)
