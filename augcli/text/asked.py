"""What a recipe asks of texts, and how it has them read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property

from msgspec import Struct

from augcli.text.config import TextDatasetSettings
from augcli.text.job import TextJob
from augcli.text.language.languages import folder_of, language_of
from augcli.text.language.lexicon import Lexicon, bundled, with_articles_of
from augcli.text.transform import needs_words
from augcli.text.words import Document, Reading


class Asked(Struct, frozen=True, dict=True):
    """A job on texts, with the versions of what reads and writes them."""

    job: TextJob
    versions: Mapping[str, str]

    @property
    def dataset(self) -> TextDatasetSettings:
        """Return the settings of the dataset."""
        return self.job.dataset

    def lexicon(self, language: str | None) -> Lexicon:
        """Return the English lexicon; where no step looks at it, a language's articles alone."""
        needed = needs_words(self.job.steps)
        return bundled(self.dataset.deny) if needed else with_articles_of(language)

    def read(self, text: str) -> Document:
        """Return a text that stands alone in its file."""
        needed = needs_words(self.job.steps)
        return Document(text, self._reading(None if needed else language_of([text])))

    @cached_property
    def _reading(self) -> Callable[[str | None], Reading]:
        """Return language → how its texts are read."""
        told, answers = self.dataset, self.job.answers

        @cache
        def reading(language: str | None) -> Reading:
            known, more = self.lexicon(language), told.own_negations
            form = (known, told.words, told.protect)
            return Reading(*form, negations=more, language=folder_of(language), answers=answers)

        return reading
