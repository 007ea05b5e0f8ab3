"""Words with a tag each: edits of the text that they make leave every word beside its tag.

What has a tag is a labelled span, which no edit reaches into. All else is outside, and so are the
words that are new; a word that ends up elsewhere takes along what is told of it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from augcli.text.words import Span

OUTSIDE: tuple[Any, ...] = ("O", "0", 0)
"""The tags of words that have none."""


def outside(tag: Any) -> bool:
    """Return whether a tag says that a word has none."""
    return tag in OUTSIDE and not isinstance(tag, bool)


def are_tags(values: Sequence[Any]) -> bool:
    """Return whether values are the tags of words: most have none."""
    return 2 * sum(map(outside, values)) > len(values)


def sentence(words: Sequence[str]) -> str:
    """Return words as a text; ValueError where one is empty."""
    if not all(words):
        raise ValueError(f"word {list(map(bool, words)).index(False)} is empty")
    return " ".join(words)


def runs(words: Sequence[str], tags: Sequence[Any]) -> list[range]:
    """Return which words have tags, those together that stand together; those with gaps, too."""
    bound = (not outside(t) or len(w.split()) != 1 for w, t in zip(words, tags, strict=True))
    found = (
        list(group) for is_bound, group in groupby(enumerate(bound), itemgetter(1)) if is_bound
    )
    return [range(group[0][0], group[-1][0] + 1) for group in found]


def spans_of_runs(words: Sequence[str], bound: Sequence[range]) -> tuple[Span, ...]:
    """Return where runs of words are in the text that all make."""
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word) + 1
    return tuple((starts[run[0]], starts[run[-1]] + len(words[run[-1]])) for run in bound)


def aligned(
    words: Sequence[str], bound: Sequence[range], text: str, spans: Sequence[Span]
) -> list[tuple[str, int | None]] | None:
    """Return the words of an edited text, each with the number of the one that it was.

    None where a word ran into one with a tag.
    """
    free: dict[str, deque[int]] = defaultdict(deque)
    tied = {number for run in bound for number in run}
    for number, word in enumerate(words):
        if number not in tied:
            free[word].append(number)
    found: list[tuple[str, int | None]] = []
    last = 0
    for (start, end), run in sorted(zip(spans, bound, strict=True), key=itemgetter(0)):
        if text[:start].rsplit(" ", 1)[-1] or text[end : end + 1].strip(" "):
            return None
        found += _own(text[last:start], free)
        found += [(words[number], number) for number in run]
        last = end
    return [*found, *_own(text[last:], free)]


def _own(text: str, free: dict[str, deque[int]]) -> Iterator[tuple[str, int | None]]:
    """Yield the words of a text without tags, as they were if they are known."""
    for word in text.split():
        yield word, free[word].popleft() if free[word] else None
