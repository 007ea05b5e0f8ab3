"""English endings, off and on: films → film, movie → movies. Irregular forms are left alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_VOWELS = "aeiou"
_SIBILANT = ("s", "x", "z", "ch", "sh")
_DOUBLING = re.compile(r"^[^aeiou]*[aeiou][bdgklmnprt]$")
"""One syllable ending in vowel and consonant: the consonant doubles before -ed and -ing."""

_PARTICLES = (" out", " up", " off", " in", " down", " by", " on", " over", " away")


def bases(word: str) -> list[tuple[str, str]]:
    """Return (base, ending) that a word may be made of, likeliest first."""
    if word[-1:] == "s":
        regular = not word.endswith(("ss", "us", "is"))
        return [(base, "s") for base in _without_s(word)] if regular else []
    ending = "ed" if word.endswith("ed") else "ing" if word.endswith("ing") else ""
    if not ending or len(word) <= len(ending) + 2:
        return []
    return [(base, ending) for base in _stems(word.removesuffix(ending))]


def _without_s(word: str) -> Iterator[str]:
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
    if word.endswith("es") and word[:-2].endswith(_SIBILANT):
        yield word[:-2]
    yield word[:-1]


def _stems(stem: str) -> Iterator[str]:
    if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "ls":
        yield stem[:-1]
        return
    if stem.endswith("i"):
        yield stem[:-1] + "y"
    yield stem + "e"
    yield stem


def inflected(lemma: str, ending: str, irregular: Collection[str]) -> str | None:
    """Return a word with an ending; None where that is irregular and not known."""
    if not ending:
        return lemma
    if ending == "s":
        is_plural = lemma.endswith("s") and bool(bases(lemma))
        if is_plural or lemma.endswith(_PARTICLES):
            return None
        return None if irregular and not _are_regular(irregular) else _with_s(lemma)
    known = [form for form in irregular if form.endswith(ending)]
    if irregular and not known and ending == "ed":
        return None
    return known[0] if known else _with_suffix(lemma, ending)


def _are_regular(irregular: Collection[str]) -> bool:
    """Return whether a word of irregular forms takes an s all the same, as verbs do."""
    return not any(form[-1] in "aeis" or form.endswith("men") for form in irregular)


def _with_s(word: str) -> str:
    if word.endswith(_SIBILANT):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    return word + "s"


def _with_suffix(word: str, ending: str) -> str:
    if word.endswith("e") and not (ending == "ing" and word.endswith(("ee", "oe", "ye"))):
        return word[:-1] + ending
    if ending == "ed" and word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ied"
    return word + word[-1] + ending if _DOUBLING.match(word) else word + ending
