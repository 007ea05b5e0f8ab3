"""WordNet's own files (WNDB: data.*, index.*, *.exc, cntlist.rev) → the lines of a lexicon."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

_POS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
FILES = (
    *(name for pos in _POS.values() for name in (f"data.{pos}", f"index.{pos}", f"{pos}.exc")),
    "cntlist.rev",
)
_USABLE = re.compile(r"[a-z]+(?:[-'_][a-z]+)?")
"""Words in lower case, alone or in pairs; no names, no numbers."""


def table_lines(files: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a lexicon from the texts of WordNet's files by their names."""
    members: dict[tuple[str, str], list[str]] = {}
    names, seen = proper_names(files), _seen(files.get("cntlist.rev", ""))
    frequency: dict[str, dict[str, int]] = defaultdict(dict)
    for letter, name in _POS.items():
        for word, offsets in _index(files.get(f"index.{name}", "")):
            frequency[word][letter] = seen[word, letter] * 1000 + len(offsets)
            for sense, offset in enumerate(offsets, 1):
                if (letter, offset, word) not in names:
                    members.setdefault((letter, offset), []).append(f"{word}:{sense}")
    yield from (f"{key[0]} {' '.join(words)}" for key, words in members.items() if len(words) > 1)
    useful = {
        each.rpartition(":")[0] for words in members.values() if len(words) > 1 for each in words
    }
    for word, counts in frequency.items():
        if len(counts) > 1 and word in useful:
            yield f"@ {word} {''.join(sorted(counts, key=lambda p: (-counts[p], 'nvar'.index(p))))}"
    for letter, name in _POS.items():
        yield from _irregular(letter, files.get(f"{name}.exc", ""))


def _seen(text: str) -> Counter[tuple[str, str]]:
    """Return how often each word was seen as each part of speech."""
    found: Counter[tuple[str, str]] = Counter()
    for line in text.splitlines():
        key, _, count = line.split()
        word, _, sense = key.partition("%")
        found[word, "nvara"[int(sense[0]) - 1]] += int(count)
    return found


def _index(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (word, offsets of its synsets by frequency) of an index file."""
    for line in text.splitlines():
        if line.startswith(" "):
            continue
        fields = line.split()
        if _USABLE.fullmatch(fields[0]):
            senses = int(fields[2])
            yield fields[0], fields[-senses:]


def _irregular(letter: str, text: str) -> Iterator[str]:
    for line in text.splitlines():
        form, *found = line.split()
        if found and _USABLE.fullmatch(form) and _USABLE.fullmatch(found[0]) and form != found[0]:
            yield f"! {letter} {form} {found[0]}"


def proper_names(files: Mapping[str, str]) -> set[tuple[str, str, str]]:
    """Return (part of speech, offset, word) of what is written with a capital in the data files."""
    found = set()
    for letter, name in _POS.items():
        for line in files.get(f"data.{name}", "").splitlines():
            if not line.startswith(" "):
                found |= _capitals(letter, line)
    return found


def _capitals(letter: str, line: str) -> set[tuple[str, str, str]]:
    fields = line.partition(" | ")[0].split(" ", 4 + 2 * 64)
    words = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
    return {(letter, fields[0], word.lower()) for word in words if word != word.lower()}
