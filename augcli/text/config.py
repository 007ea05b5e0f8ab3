"""What a recipe may say about a dataset of texts and its output."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from augcli.dataset.formats import FormatName
from augcli.settings.base import (
    Beside,
    ColumnRef,
    Delimiter,
    Header,
    OutputSettings,
    Quote,
    RowDatasetSettings,
    TextEncoding,
)
from augcli.settings.shares import SplitShares

BUNDLED = "english"
"""What is said for the lexicon that augment brings along."""
FIRST = "first"
"""What is said for the class in files of lines that begin with it."""

FormatOfTexts = Annotated[str, FormatName("text", ("auto",))]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        message = {"text": f"is no regular expression: {error}"}
        raise PydanticCustomError("pattern", "{text}", message) from None
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


def _each(told: ColumnRef | tuple[ColumnRef, ...] | None) -> Sequence[ColumnRef]:
    return told if isinstance(told, tuple) else [] if told is None else [told]


class TextDatasetSettings(RowDatasetSettings):
    """The recipe's `dataset:` for texts."""

    model_config = ConfigDict(defer_build=True)

    kind: Literal["text"] = Field("text", description="texts")
    format: FormatOfTexts = Field(
        "auto", description="how samples are stored; auto goes by the files' names"
    )
    text: ColumnRef | Annotated[tuple[ColumnRef, ...], Field(min_length=1)] | None = Field(
        None,
        description="column or key of the text, or a list of them, each edited by itself; without "
        "it, the one with the longest cells; a run asks where several hold sentences",
    )
    label: ColumnRef | Annotated[tuple[ColumnRef, ...], Field(min_length=1)] | None = Field(
        None,
        description="column or key of the class; `first` where lines of texts begin with it; a "
        "list of columns of 0 and 1 for texts that may have several labels, or none",
    )
    split: ColumnRef | SplitShares | None = Field(
        None,
        description="column or key of the split; without it, by the names of files; or shares to "
        "draw, each of which becomes a folder",
    )
    missing: tuple[str, ...] = Field(
        ("",), description="labels that mean that there is none; such texts are not augmented"
    )
    label_separator: str | None = Field(
        None,
        min_length=1,
        description="separates the labels of a cell that has several; `|` those of several columns",
    )
    spans: str | None = Field(
        None,
        description="csv, jsonl, parquet: column or key of labelled spans in the text, or of words "
        'of it, such as an answer; protected, and moved along; `""` where what looks so is none',
    )
    offsets: Literal["characters", "utf16", "bytes"] | None = Field(
        None,
        description="jsonl, parquet: what the offsets of spans count; characters when left out",
    )
    roles: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        description="jsonl, parquet: whose turns are edited, where the text is a chat",
    )
    tags: ColumnRef | None = Field(
        None,
        description="column or key of a tag for each word, where the text is a list of words or a "
        "word a line; words with other tags than `O` and 0 stay",
    )
    header: Header = None
    delimiter: Delimiter = None
    quote: Quote = None
    encoding: TextEncoding = None
    words: Literal["auto", "spaces", "characters"] = Field(
        "auto",
        description="what counts as a word: auto (letters that stand together; single characters "
        "in scripts without spaces), what stands between spaces, or every character",
    )
    protect: tuple[Pattern, ...] = Field(
        (), description="regular expressions of what must not be touched, beside URLs and numbers"
    )
    lexicon: Beside | None = Field(
        None,
        description="synonyms: a TSV of a word and its synonyms, a WordNet folder, or a folder of "
        "a language (synonyms.tsv, negations.txt, stopwords.txt, articles.txt, abbreviations.txt, "
        "keyboard.txt), relative to the dataset; `english` for those of augment, also where texts "
        "look to be of another language",
    )
    deny: tuple[str, ...] = Field((), description="words never to be used as synonyms or replaced")
    negations: tuple[str, ...] = Field(
        (),
        description="words that turn a meaning around, beside those known of many languages, or "
        "patterns of such as `ne*`; `!` before one says that it does not",
    )

    @property
    def labels(self) -> Sequence[ColumnRef]:
        """Return the columns that tell of classes."""
        return _each(self.label)

    @property
    def texts(self) -> Sequence[ColumnRef]:
        """Return the columns or keys of the texts."""
        return _each(self.text)

    @property
    def is_flagged(self) -> bool:
        """Return whether a text may have several labels, or none, each told by a column."""
        return isinstance(self.label, tuple)

    @property
    def separator(self) -> str | None:
        """Return what separates the labels of a text that may have several."""
        return self.label_separator or ("|" if self.is_flagged else None)

    @property
    def own_negations(self) -> frozenset[str]:
        """Return the negations as they are looked for."""
        return frozenset(word.lower() for word in self.negations)

    @property
    def beside(self) -> tuple[str, ...]:
        """Return the lexicon, if it is of the dataset's own."""
        return (self.lexicon_path,) if self.lexicon_path else ()

    @property
    def lexicon_path(self) -> str | None:
        """Return where a lexicon of the dataset's own is."""
        return None if self.lexicon == BUNDLED else self.lexicon


class TextOutputSettings(OutputSettings):
    """The recipe's `output:` for texts."""
