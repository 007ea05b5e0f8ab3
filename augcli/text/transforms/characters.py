"""Letters swapped, dropped, inserted and mistaken for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from augcli.draws import Draws
from augcli.ranges import Constant, Real, Spread
from augcli.text.edits import Edit
from augcli.text.language.folders import ENGLISH, KEYBOARD, languages_with, words_in
from augcli.text.picks import one_of, picked
from augcli.text.transform import TextTransform, share
from augcli.text.words import Document
from augcli.transform import register

_LANGUAGES = {"qwerty": ENGLISH, "qwertz": "german", "azerty": "french", "йцукен": "russian"}
"""Whose keyboard each layout is."""

_OCR = {
    **{"a": ["o"], "b": ["h", "6"], "c": ["e", "("], "d": ["cl"], "e": ["c"], "f": ["t"]},
    **{"g": ["q", "9"], "h": ["b", "li"], "i": ["l", "1"], "j": ["i"], "l": ["1", "I"]},
    **{"m": ["rn", "nn"], "n": ["ri", "u"], "o": ["0"], "q": ["g"], "r": ["t"], "s": ["5"]},
    **{"t": ["f", "l"], "u": ["ii", "n"], "v": ["y"], "w": ["vv"], "y": ["v"], "z": ["2"]},
    **{"B": ["8"], "D": ["0", "O"], "E": ["F"], "G": ["6", "C"], "I": ["l", "1"], "O": ["0", "Q"]},
    **{"Q": ["O"], "S": ["5"], "T": ["7"], "Z": ["2"], "ä": ["a"], "ö": ["o"], "ü": ["u", "ii"]},
    **{"é": ["e"], "è": ["e"], "ê": ["e"], "ç": ["c"], "ß": ["B"], "ı": ["i"]},
}

_LOOKALIKES = "aа cс eе iі jј oо pр sѕ xх yу AА BВ CС EЕ HН IІ KК MМ OО PР SЅ TТ XХ"
"""Latin letters, each with its Cyrillic double."""


class Letters(TextTransform):
    """A transform of a share of the letters, in words of three letters and more.

    In scripts without spaces every character counts.
    """

    fraction: Annotated[
        Spread, Real(0, 1, "share of the letters; at least one is changed", neutral=0)
    ] = Constant(0.03)

    def chosen(self, draws: Draws, letters: Sequence[int]) -> list[tuple[int, Draws]]:
        """Return the offsets of letters to change, ascending, each with a stream."""
        count = max(1, int(share(self.fraction, draws, "fraction") * len(letters)))
        found = picked(draws, len(letters), count)
        return sorted((letters[place], here) for place, here in found)


class Replaced(Letters):
    """Letters give way to others that a table knows for them."""

    def table(self, document: Document) -> Mapping[str, Sequence[str]]:
        """Return letter → what may stand for it in a text."""
        raise NotImplementedError

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the replacements."""
        table, text = self.table(document), document.text
        known = [place for place in document.letters if text[place] in table]
        return [
            [place, place + 1, one_of(here, table[text[place]])]
            for place, here in self.chosen(draws, known)
        ]


@register
class KeyboardTypos(Replaced):
    """Hit the key next to the one that was meant, in the same case.

    The keyboard is that of the language that the texts are in; where this is not known or has none
    here, that which most different letters of a text are on, English before others. Letters on none
    of them, as Arabic and Korean ones, stay.
    """

    revision: ClassVar[int] = 6

    layout: Literal["auto", "qwerty", "qwertz", "azerty", "йцукен"] = Field(
        "auto", description="of the keyboard; that of a language of one's own goes before it"
    )

    def table(self, document: Document) -> Mapping[str, Sequence[str]]:
        """Return each key's neighbours."""
        own = document.reading.keyboard
        return _neighbours(own or words_in(self._language(document), KEYBOARD))

    def _language(self, document: Document) -> str:
        """Return whose keyboard a text is written on."""
        if self.layout != "auto":
            return _LANGUAGES[self.layout]
        known, letters = document.reading.language, frozenset(document.text.lower())
        languages = (ENGLISH, *languages_with(KEYBOARD))
        if known in languages:
            return known
        return max(languages, key=lambda each: len(letters & _keys(each)))


@register
class OcrErrors(Replaced):
    """Mistake letters for others of their shape, as text recognition does: m and rn, o and 0."""

    def table(self, document: Document) -> Mapping[str, Sequence[str]]:
        """Return what letters are taken for."""
        return _OCR


@register
class Homoglyphs(Replaced):
    """Replace letters by ones of another script that look the same: Latin and Cyrillic."""

    def table(self, document: Document) -> Mapping[str, Sequence[str]]:
        """Return each letter's double."""
        return _doubles()


@register
class CharSwap(Letters):
    """Swap letters with the ones after them."""

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the swaps, none of which shares a letter with another."""
        text, letters = document.text, set(document.letters)
        pairs = [p for p in document.letters if p + 1 in letters and text[p] != text[p + 1]]
        found: list[Edit] = []
        for place, _ in self.chosen(draws, pairs):
            if not found or found[-1][1] <= place:
                found.append([place, place + 2, text[place + 1] + text[place]])
        return found


@register
class CharDrop(Letters):
    """Leave letters out."""

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the letters that go."""
        return [[place, place + 1, ""] for place, _ in self.chosen(draws, document.letters)]


@register
class CharInsert(Letters):
    """Insert letters, taken from elsewhere in the text so that they are of its script."""

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the letters that come in, each after another."""
        text, letters = document.text, document.letters
        return [
            [place + 1, place + 1, text[one_of(here, letters)].lower()]
            for place, here in self.chosen(draws, letters)
        ]


@cache
def _keys(language: str) -> frozenset[str]:
    """Return the letters of a language's keyboard."""
    return frozenset("".join(words_in(language, KEYBOARD)))


@cache
def _neighbours(rows: tuple[str, ...]) -> dict[str, list[str]]:
    places = {key: (x + y / 2, y) for y, row in enumerate(rows) for x, key in enumerate(row)}
    near = {
        key: [
            other
            for other, (u, v) in places.items()
            if other != key and abs(x - u) <= 1 and abs(y - v) <= 1
        ]
        for key, (x, y) in places.items()
    }
    return near | {key.upper(): [each.upper() for each in keys] for key, keys in near.items()}


@cache
def _doubles() -> dict[str, list[str]]:
    pairs = _LOOKALIKES.split()
    return {pair[0]: [pair[1]] for pair in (*pairs, *(pair[::-1] for pair in pairs))}
