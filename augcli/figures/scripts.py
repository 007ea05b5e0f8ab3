"""Words of any script on a line: which way they run, and what stands for those not drawn."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import Any

from PIL import features

from augcli.figures.fonts import has_sign


def runs_left(text: str) -> bool | None:
    """Return whether most letters of a text are of scripts that run to the left; None of none."""
    ways = Counter(map(unicodedata.bidirectional, text))
    left, right = ways["R"] + ways["AL"], ways["L"]
    return left > right if left or right else None


def from_left(words: Sequence[str], *, leftward: bool) -> list[int]:
    """Return the numbers of a line's words as they stand from left to right.

    Words that run the other way than the line keep their own order among each other, as the
    Unicode bidirectional algorithm has it for words.
    """
    ways = _ways(words, leftward=leftward)
    runs = [list(run) for _, run in groupby(range(len(words)), key=ways.__getitem__)]
    ordered = (reversed(run) if ways[run[0]] else run for run in (runs[::-1] if leftward else runs))
    return [number for run in ordered for number in run]


def _ways(words: Sequence[str], *, leftward: bool) -> list[bool]:
    """Return which words run to the left; signs do as the words around them, or as the line."""
    known = [runs_left(word) for word in words]
    before, behind = _last(leftward, known), _last(leftward, known[::-1])[::-1]
    return [one if one == other else leftward for one, other in zip(before, behind, strict=True)]


def _last(first: bool, ways: Iterable[bool | None]) -> list[bool]:
    """Return the last known way at each place."""
    found = accumulate(ways, lambda last, way: last if way is None else way, initial=first)
    return [bool(way) for way in found][1:]


def stood_in(text: str, font: Any) -> str:
    """Return a text of signs that a font has.

    Where it has none, there are plain letters, or the name of the script in the place of words.
    """
    if text.isascii():
        return text
    text = "".join(_plain(mark, font) for mark in unicodedata.normalize("NFC", text))
    if missing := "".join(undrawn(text, font)):
        word = rf"[^\s/]*[{re.escape(missing)}][^\s/]*"

        def name(found: re.Match[str]) -> str:
            return f"[{script(next(mark for mark in found[0] if mark in missing))}]"

        text = re.sub(rf"{word}(?:\s+{word})*", name, text)
    return "".join(mark if _is_sign(mark) else _of_rest(mark, font) for mark in text)


def _plain(mark: str, font: Any) -> str:
    """Return a letter, without its accents where only so there is a sign for it."""
    plain = unicodedata.normalize("NFKD", mark)[0]
    return plain if not has_sign(mark, font) and has_sign(plain, font) else mark


def _of_rest(mark: str, font: Any) -> str:
    """Return what is no letter; nothing for marks and joiners that there is no sign for."""
    if has_sign(mark, font) and unicodedata.category(mark) != "Cs":
        return mark
    return "" if unicodedata.category(mark) in ("Mn", "Me", "Cf") else "?"


def as_drawn(word: str) -> str:
    """Return a word in the order in which its letters are drawn."""
    return word if features.check("raqm") or not runs_left(word) else word[::-1]


def undrawn(text: str, font: Any) -> Iterator[str]:
    """Yield each letter and picture of a text that is not drawn as it ought to be."""
    return (mark for mark in sorted({*text}) if _is_sign(mark) and not _is_drawn(mark, font))


def script(mark: str) -> str:
    """Return the name of the script of a letter."""
    if unicodedata.category(mark) == "So":
        return "emoji"
    return unicodedata.name(mark, "unknown").split()[0].lower()


def _is_sign(mark: str) -> bool:
    return mark.isalpha() or unicodedata.category(mark) in ("So", "Mc")


def _is_drawn(mark: str, font: Any) -> bool:
    """Return whether a font has a sign, which stands by itself or is joined to its neighbours."""
    joins = unicodedata.bidirectional(mark) == "AL" or unicodedata.category(mark) == "Mc"
    return has_sign(mark, font) and (not joins or bool(features.check("raqm")))
