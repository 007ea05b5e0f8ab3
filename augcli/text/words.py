"""Texts as words with offsets; what must not be touched is known here.

Every edit is made by character offset, so whatever no step means to change stays: case,
punctuation, spacing, Unicode.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache, cached_property

from msgspec import Struct

from augcli import once
from augcli.requests.programs import Answers
from augcli.text import combining
from augcli.text.beginnings import Article
from augcli.text.joined import WALL, parted
from augcli.text.language import folders
from augcli.text.language.lexicon import Lexicon
from augcli.text.language.negations import Negations
from augcli.text.markdown import code_in
from augcli.text.protected import PROTECTED, SPACELESS
from augcli.text.stretches import Stretches
from augcli.text.tied import are_tied, is_tied
from augcli.transform import Label

Span = tuple[int, int]
"""Start and end of a stretch of characters."""

_CLITIC = r"(?:['’](?:s|re|ve|ll|d|m|t)|n['’]t)(?!\w)"
"""What hangs on the word before it, with a space between in texts that were cut: `does n't`."""


_PLAIN = r"[a-zA-Z]++(?=[,;!?]?(?: (?!n?['’]|[\[({](?i:at)[\])}])|$))"
"""Most words of English; only what a person protects can begin like this."""


_LEADING, _STACKING = "[\u0e40-\u0e44\u0ec0-\u0ec4]", "[\u1039\u17d2]"
"""Vowels of Thai and Lao before their consonant; marks of Burmese and Khmer for one below it."""

_ENDS = ".!?…:\n|"
_BEFORE_WORDS = " \t\"'“”‘’«»([{*-–—"
"""What may stand between the end of a sentence and the first word of the next."""

_APART = frozenset(["", *" ,;:!?\n"])
"""What ties a word before it to nothing."""


@cache
def _spaceless() -> re.Pattern[str]:
    return re.compile(f"[{SPACELESS}]")


@cache
def tokens(mode: str, patterns: tuple[str, ...], abbreviations: frozenset[str]) -> re.Pattern[str]:
    """Return the pattern of a token; its group `keep` is what must not be touched.

    That are matches of patterns, abbreviations of several words or with a capital and a point, and
    what is always protected.
    """
    marks = combining.among()
    letter = f"[^\\W_{SPACELESS}{marks}]"
    word = f"{letter}(?:[\\w{marks}'’\\-](?<![{SPACELESS}]))*(?<![-'’])"
    sign = f"[{SPACELESS}][{marks}]*"
    forms = {
        "auto": f"{_CLITIC}|{word}(?: {_CLITIC})?|{_LEADING}?{sign}(?:(?<={_STACKING}){sign})*",
        "spaces": r"\S+",
        "characters": f"\\w[{marks}]*",
    }
    quick = f"(?P<quick>{_PLAIN})|" if mode == "auto" and not patterns else ""
    return re.compile(f"{quick}(?P<keep>{_kept(patterns, abbreviations)})|(?P<word>{forms[mode]})")


def _kept(patterns: tuple[str, ...], abbreviations: frozenset[str]) -> str:
    """Return the pattern of what must not be touched."""
    own = (pattern.replace("[\\w%s]", f"[\\w{combining.among()}]") for pattern in PROTECTED)
    every = sorted(abbreviations, reverse=True)
    several = [each for each in every if folders.TIE in each or "." in each]
    tied = "|".join(map(folders.with_blanks, several))
    titles = "|".join(each for each in every if each not in several and each[0].isupper())
    known = [rf"(?<!\w)(?:{tied})(?!\w)\.?"] if tied else []
    known += [rf"(?<!\w)(?=\w{{1,12}}\.)(?:{titles})\."] if titles else []
    always = rf"(?!\s)(?:{'|'.join([*known, *own])})"
    return "|".join([*(f"(?:{pattern})" for pattern in patterns), always])


class Reading(Struct, frozen=True, dict=True):
    """How texts of a dataset are read: words, what is protected, and what is known of words."""

    lexicon: Lexicon
    mode: str = "auto"
    patterns: tuple[str, ...] = ()
    size: int = sys.maxsize
    """How many texts there are to learn from."""
    negations: frozenset[str] = frozenset()
    """What turns a meaning around, beside what is known of languages, as files have it."""
    keyboard: tuple[str, ...] = ()
    """The rows of keys of the texts' own language, where these are told."""
    own_abbreviations: frozenset[str] = frozenset()
    """Words whose point ends no sentence, beside what is known of languages."""
    language: str | None = None
    """The folder of the language that they are in, where it is known."""
    answers: Answers | None = None
    """What programs of people's own make, where they may be asked."""

    @cached_property
    def never_deleted(self) -> Negations:
        """Return what turns a meaning around."""
        return Negations.of(folders.negations_in(self.language) | self.negations)

    @cached_property
    def abbreviations(self) -> frozenset[str]:
        """Return the words whose point ends no sentence."""
        return folders.words_of_all(folders.ABBREVIATIONS) | self.own_abbreviations

    @cached_property
    def short(self) -> frozenset[str]:
        """Return the same in small letters."""
        return frozenset(map(str.lower, self.abbreviations))

    @cached_property
    def token(self) -> re.Pattern[str]:
        """Return the pattern of a token."""
        return tokens(self.mode, self.patterns, self.abbreviations)

    @cached_property
    def within(self) -> re.Pattern[str] | None:
        """Return the pattern of what must not be touched, where it may begin within a word."""
        may = self.patterns or self.mode == "spaces"
        return re.compile(_kept(self.patterns, self.abbreviations)) if may else None


class Word(Struct, frozen=True):
    """One token of a text."""

    start: int
    end: int
    text: str
    free: bool
    """Whether it may be changed."""
    inside: bool = False
    """Whether nothing may be put before it, as it stands within a protected span."""


def _guarded(word: Word, kept: Stretches) -> Word:
    """Return a word as it is beside stretches that must not be touched."""
    free = word.free and not kept.overlap(word.start, word.end)
    return Word(word.start, word.end, word.text, free, kept.surround(word.start))


class Document(Struct, dict=True):
    """A text with its labelled spans, and its words once they are asked for."""

    text: str
    reading: Reading
    spans: tuple[Span, ...] = ()
    label: Label = None
    """Its class, told only to steps that ask that."""

    def of(self, label: Label) -> Document:
        """Return the same, of a class."""
        return Document(self.text, self.reading, self.spans, label)

    @once.kept
    def parts(self) -> list[Document]:
        """Return the texts that are in it, where it is several."""
        texts, found, start = parted(self.text), [], 0
        for text in texts if len(texts) > 1 else ():
            end = start + len(text)
            own = ((a - start, b - start) for a, b in self.spans if start <= a and b <= end)
            found.append(Document(text, self.reading, tuple(own)))
            start = end + len(WALL)
        return found

    @once.kept
    def code(self) -> tuple[Span, ...]:
        """Return the stretches of several lines that are code, of which there are no words."""
        return code_in(self.text)

    @once.kept
    def words(self) -> list[Word]:
        """Return the tokens in order, the protected ones among them."""
        found = [
            Word(m.start(), m.end(), text, m.lastgroup != "keep")
            for m in self.reading.token.finditer(self.text)
            if (text := m[0])
        ]
        if self.code:
            code = Stretches(self.code)
            found = [word for word in found if not code.overlap(word.start, word.end)]
        kept, within = self.spans, self.reading.within
        if within:
            kept += tuple(match.span() for match in within.finditer(self.text) if match[0])
        if not kept:
            return found
        stretches = Stretches(kept)
        return [_guarded(word, stretches) for word in found]

    @once.kept
    def kept(self) -> Stretches:
        """Return what must not be touched: labelled spans, and words that are not free."""
        bound = ((word.start, word.end) for word in self.words if not word.free)
        return Stretches((*self.spans, *self.code, *bound))

    @once.kept
    def free(self) -> list[int]:
        """Return the indices of words that may be changed."""
        return [index for index, word in enumerate(self.words) if word.free]

    @once.kept
    def _lowers(self) -> list[str]:
        """Return the words in small letters."""
        return [word.text.lower() for word in self.words]

    @once.kept
    def movable(self) -> list[int]:
        """Return the indices of words that may move or go without breaking what is about them.

        An abbreviation keeps its point, and `km/h` stays whole.
        """
        text, words, short = self.text, self.words, self.reading.short
        held: set[int] = set()
        near = [n for n, word in enumerate(words) if text[word.end : word.end + 1] not in _APART]
        for n in near:
            if text[words[n].end] == "." and words[n].text.lower() in short:
                held.add(n)
            behind = words[n + 1 : n + 2] if self.glue else []
            if any(are_tied(text, words[n].end, word.start) for word in behind):
                held |= {n, n + 1}
        return [n for n in self.free if n not in held] if held else self.free

    @once.kept
    def deletable(self) -> list[int]:
        """Return the indices of movable words that may go without turning the meaning around."""
        words, lowers, known = self.words, self._lowers, self.reading.never_deleted
        found = self.movable
        if known.may_be_in(self.text, lowers):
            found = [index for index in found if not known.has(lowers[index])]
        spans = known.stretches_of(self.text)
        if not spans:
            return found
        kept = Stretches(spans)
        return [i for i in found if not kept.overlap(words[i].start, words[i].end)]

    @once.kept
    def replaceable(self) -> list[tuple[list[int], Sequence[str]]]:
        """Return (indices, synonyms) of each different word that has any."""
        lexicon, words, lowers = self.reading.lexicon, self.words, self._lowers
        places: dict[str, list[int]] = {}
        for index in self.free:
            places.setdefault(lowers[index], []).append(index)
        found = []
        for lower, indices in places.items():
            first = indices[0]
            has_capital = words[first].text != lower
            if has_capital and lexicon.keeps_names and all(map(self._is_name, indices)):
                continue
            synonyms = lexicon.after(lowers[first - 1] if first else "")[lower]
            if synonyms:
                found.append((indices, synonyms))
        return found

    def _is_name(self, index: int) -> bool:
        """Return whether a word has a capital where the sentence gives it none."""
        word = self.words[index]
        if not word.text[:1].isupper() or not self._has_small_words:
            return False
        before = self.text[: word.start].rstrip(_BEFORE_WORDS)
        within = bool(before) and (before[-1] not in _ENDS or self._is_cut(index, len(before)))
        return within or (len(word.text) > 1 and word.text.isupper()) or self._goes_on(index)

    def _goes_on(self, index: int) -> bool:
        """Return whether the word behind one has a capital, too, as in `Rose Hill`."""
        word, *after = self.words[index : index + 2]
        behind = self.text[word.end : word.end + 2]
        return bool(after) and after[0].free and behind[:1] == " " and behind[1:].isupper()

    def _is_cut(self, index: int, end: int) -> bool:
        """Return whether what ends before a word is the point of initials or a title: `Mr.`."""
        before = self.words[index - 1] if index else None
        if before is None or before.end < end - 1:
            return False
        known = before.text[0].isupper() and before.text in self.reading.abbreviations
        return before.text[-1] == "." or (known and self.text[end - 1] == ".")

    @once.kept
    def _has_small_words(self) -> bool:
        """Return whether not all but stop words have capitals, so that one says something."""
        stop, free = self.reading.lexicon.stop, [self.words[index].text for index in self.free]
        small = [text for text in free if text[0].islower()]
        return bool(small) and (small[0] is free[0] or not stop.issuperset(small))

    @once.kept
    def articles(self) -> dict[int, Article]:
        """Return what hangs on the word behind it, by where that begins."""
        articles = self.reading.lexicon.articles
        if self.reading.mode == "auto" and articles.forms.isdisjoint(self._lowers):
            return {}
        found = articles.found(self.text)
        free = [each for each in found if not self.kept.overlap(each.start, each.end)]
        return {place: each for each in free for place in (each.opens, each.begins)}

    @once.kept
    def letters(self) -> list[int]:
        """Return the offsets of letters that may be changed without breaking what hangs on them.

        Words of one or two letters are left alone, but for scripts without spaces.
        """
        text, marks, spaceless = self.text, combining.marks(), _spaceless()
        found: list[int] = []
        for index in self.free:
            word = self.words[index]
            if word.end - word.start < 3 and not spaceless.match(word.text):
                continue
            found += [
                place
                for place in range(word.start, word.end)
                if text[place].isalpha() and text[place + 1 : place + 2] not in marks
            ]
        return found

    @once.kept
    def gaps(self) -> list[tuple[int, str, str]]:
        """Return where a word may be put in: offset, and what goes before and after it."""
        found = [(word.start, "", self.glue) for word in self.words if self.may_precede(word)]
        held = Stretches(self.spans)
        ends = [word.end for word in self.words[-1:] if not held.surround(word.end)]
        return [*found, *((end, self.glue, "") for end in ends)]

    def may_precede(self, word: Word) -> bool:
        """Return whether something may be put before a word."""
        return not word.inside and not (self.glue and is_tied(self.text, word.start))

    @once.kept
    def glue(self) -> str:
        """Return what stands between words."""
        spaceless = 0 if self.text.isascii() else len(_spaceless().findall(self.text))
        is_cut = self.reading.mode == "characters" or spaceless * 2 > len(self.words)
        return "" if is_cut and self.reading.mode != "spaces" else " "


def is_spaceless(texts: Iterable[str]) -> bool:
    """Return whether most letters of some texts are of a script without spaces."""
    joined = "".join(texts)
    letters = sum(map(str.isalpha, joined))
    return 2 * len(_spaceless().findall(joined)) > max(1, letters)
