"""How each text of a dataset is read: those of another language have no English synonyms."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from augcli.plural import several
from augcli.text.language.lexicon import Lexicon
from augcli.text.words import Reading


class Readings(Struct, frozen=True, dict=True):
    """How most texts are read, and which ones are read otherwise."""

    usual: Reading
    foreign: frozenset[int] = frozenset()
    """Rows of texts of another language than the lexicon."""

    def of(self, row: int) -> Reading:
        """Return how the text of a row is read."""
        return self._wordless if row in self.foreign else self.usual

    @cached_property
    def _wordless(self) -> Reading:
        return replace(self.usual, lexicon=Lexicon(()), language=None)


def remarks_on(foreign: Collection[int], *, are_spaceless: bool) -> Iterator[str]:
    """Yield what a person should know of texts that English synonyms do not go into."""
    if foreign:
        look = several(len(foreign), "text looks", "texts look")
        yield (
            f"{look} to be of another language, and the synonyms are English: none go into such; "
            "`lexicon: english` says that all are English"
        )
    if are_spaceless:
        yield (
            "the texts are in a script without spaces, and the lexicon is English: synonyms do "
            "not apply; use char_swap, char_drop, random_swap or random_delete, or give "
            "`dataset.lexicon` and `dataset.words`"
        )
