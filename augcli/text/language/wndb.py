"""WordNet's own files (WNDB: data.*, index.*, *.exc, cntlist.rev) → the lines of a lexicon."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

_POS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
FILES = (
    *(name for pos in _POS.values() for name in (f"data.{pos}", f"index.{pos}", f"{pos}.exc")),
    "cntlist.rev",
)
SENSES = 3
"""How many of a word's senses count; the rarer ones are hardly what a text means."""

_USABLE = re.compile(r"[a-z]+(?:[-'_][a-z]+)?")
"""Words in lower case, alone or in pairs; no names, no numbers."""

Synset = tuple[str, str]
"""(part of speech, offset)."""


def table_lines(files: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a lexicon from the texts of WordNet's files by their names."""
    names, seen = proper_names(files), _seen(files.get("cntlist.rev", ""))
    synsets: dict[Synset, list[str]] = defaultdict(list)
    senses: dict[str, dict[str, list[Synset]]] = defaultdict(dict)
    for letter, name in _POS.items():
        for word, offsets in _index(files.get(f"index.{name}", "")):
            found = [(letter, offset) for offset in offsets]
            senses[word][letter] = found
            for synset in found:
                if (*synset, word) not in names:
                    synsets[synset].append(word)
    for name in _POS.values():
        yield from _irregular(files.get(f"{name}.exc", ""))
    alone = (word for word in senses if "_" not in word)  # as words stand in a text
    yield from sorted(filter(None, (_line(word, senses[word], synsets, seen) for word in alone)))


def _line(
    word: str,
    senses: Mapping[str, Sequence[Synset]],
    synsets: Mapping[Synset, Sequence[str]],
    seen: Counter[tuple[str, str]],
) -> str:
    """Return a word with its synonyms by part of speech, the likeliest first; empty without any.

    A part of speech in which only rare senses have synonyms has none, but is named: the word may
    well be of it.
    """
    parts = []
    order = sorted(senses, key=lambda p: (-seen[word, p] * 1000 - len(senses[p]), "nvar".index(p)))
    for letter in order:
        shared = [synset for synset in senses[letter] if _is_shared(word, synsets[synset])]
        first = set(senses[letter][:SENSES])
        lemmas = {lemma for synset in shared if synset in first for lemma in synsets[synset]}
        if shared:
            parts.append(f"{letter}:{','.join(sorted(lemmas - {word}))}")
    return " ".join([word, *parts]) if parts else ""


def _is_shared(word: str, lemmas: Sequence[str]) -> bool:
    return word in lemmas and len(lemmas) > 1


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


def _irregular(text: str) -> Iterator[str]:
    for line in text.splitlines():
        form, *found = line.split()
        if found and _USABLE.fullmatch(form) and _USABLE.fullmatch(found[0]) and form != found[0]:
            yield f"! {form} {found[0]}"


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
