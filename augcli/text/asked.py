"""What a recipe asks of texts, and how it has them read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from augcli.text.config import TextDatasetSettings
from augcli.text.job import TextJob
from augcli.text.language.lexicon import Lexicon, bundled
from augcli.text.transform import needs_words
from augcli.text.words import Reading


@dataclass(frozen=True)
class Asked:
    """A job on texts, with the versions of what reads and writes them."""

    job: TextJob
    versions: Mapping[str, str]

    @property
    def dataset(self) -> TextDatasetSettings:
        """Return the settings of the dataset."""
        return self.job.dataset

    @cached_property
    def lexicon(self) -> Lexicon:
        """Return the English lexicon; an empty one where no step looks at it."""
        return bundled(self.dataset.deny) if needs_words(self.job.steps) else Lexicon(())

    @cached_property
    def reading(self) -> Reading:
        """Return how a text is read that stands alone in its file."""
        told = self.dataset
        more = told.own_negations
        answers = self.job.answers
        return Reading(self.lexicon, told.words, told.protect, negations=more, answers=answers)
