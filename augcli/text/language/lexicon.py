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
from functools import cache
from itertools import takewhile
from pathlib import Path

from augcli.errors import SettingError
from augcli.rows.encodings import open_text
from augcli.text.beginnings import Articles
from augcli.text.language.folders import (
    ARTICLES,
    BUNDLED,
    ENGLISH,
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
                self._forms[base].append(form)
        self._deny = {*words_in(ENGLISH, NEVER), *map(str.lower, deny)}
        self.stop = frozenset(words_in(ENGLISH, STOP_WORDS))
        """Small words, which have no synonyms."""
        self._known = {hint: _Known(self._looked_up, hint) for hint in {"", *_HINTS.values()}}

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

    def _looked_up(self, word: str, hint: str) -> Sequence[str]:
        if word in self.stop or word in self._deny or len(word) < 3:
            return ()
        for base, form in self._bases(word):
            entry = self._entry(base)
            if entry and base not in self._deny:
                return self._of_base(word, entry.split(" "), form, hint)
        return ()

    def _entry(self, word: str) -> str:
        """Return a word's synonyms by part of speech, as its line has them; empty for others."""
        place = bisect_left(self._lines, head := f"{word} ")
        line = self._lines[place] if place < len(self._lines) else ""
        return line.removeprefix(head) if line.startswith(head) else ""

    def _of_base(self, word: str, parts: list[str], form: str, hint: str) -> list[str]:
        pos, lemmas = _lemmas(parts, form, hint)
        shown = [self._in_form(each, form, pos) for each in lemmas] if form else lemmas
        usable = {each.replace("_", " ") for each in shown if each and each != word}
        return sorted(usable - self._deny)

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

    def _in_form(self, lemma: str, ending: str, pos: str) -> str | None:
        """Return a word with an ending; of verbs of several words the first takes it."""
        if pos == "n":
            return inflected(lemma, ending, self._forms.get(lemma, ()))
        head, mark, rest = lemma.partition("_")
        form = inflected(head, ending, self._forms.get(head, ()))
        return form and form + mark + rest


class _Known(dict[str, Sequence[str]]):
    """Word → synonyms, each looked up once."""

    def __init__(self, look_up: Callable[[str, str], Sequence[str]], hint: str):
        super().__init__()
        self._look_up, self._hint = look_up, hint

    def __missing__(self, word: str) -> Sequence[str]:
        found = self[word] = tuple(self._look_up(word, self._hint))
        return found


def _is_no_word(line: str) -> bool:
    return line[:1] in {"#", "!"}


def _lemmas(parts: Iterable[str], form: str, hint: str) -> tuple[str, list[str]]:
    """Return a word's likeliest part of speech and its synonyms as that."""
    allowed = {"": hint or "nvar", "s": "n" if hint == "nar" else "nv"}.get(form, "v")
    for part in parts:
        pos, _, lemmas = part.partition(":")
        if pos in allowed:
            return pos, lemmas.split(",") if lemmas else []
    return "", []


class Thesaurus(Lexicon):
    """Words with synonyms as a TSV lists them, for any language; exact forms only."""

    def __init__(
        self,
        lines: Iterable[str],
        deny: Collection[str] = (),
        articles: Articles = NO_ARTICLES,
    ):
        super().__init__((), deny, articles)
        self._plain: dict[str, Sequence[str]] = {}
        for line in lines:
            word, _, rest = line.strip().partition("\t")
            synonyms = [each.strip() for each in rest.replace("\t", ",").split(",")]
            self._plain[word.lower()] = [each for each in synonyms if each]

    def _looked_up(self, word: str, hint: str) -> Sequence[str]:
        if word in self._deny:
            return ()
        return [each for each in self._plain.get(word, ()) if each.lower() not in self._deny]


@cache
def bundled(deny: tuple[str, ...] = ()) -> Lexicon:
    """Return the English lexicon that comes along; read once in a process."""
    lines = gzip.decompress(TABLE.read_bytes()).decode().splitlines()
    return Lexicon(lines, deny, articles_of(ENGLISH), keeps_names=True)


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
