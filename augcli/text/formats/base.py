"""What every file of texts offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import ClassVar, TypeVar

from msgspec import Struct

from augcli.dataset.formats import Format, register_format
from augcli.errors import SettingError
from augcli.rows.encodings import LostLine, open_text
from augcli.settings.base import ColumnRef
from augcli.task import Buffer, Source
from augcli.text.config import TextDatasetSettings
from augcli.text.words import Span


class Row(Struct, frozen=True):
    """One sample: its text, and what is told of it."""

    text: str
    cell: str | None = None
    """Its label as the file has it."""
    split: str | None = None
    spans: tuple[Span, ...] = ()
    trouble: str | None = None
    """Why it cannot be used."""

    @property
    def label(self) -> str | None:
        """Return its label without space around it."""
        return self.cell and self.cell.strip()


_SAMPLED = 200
Writer = Callable[[str, Sequence[Span]], str | None]
"""Gives a sample with another text, as its file has it; None where that cannot hold it."""


class TextFile(ABC):
    """A file of texts; without columns, where each of its lines is one."""

    name: str

    @property
    def lost(self) -> Sequence[LostLine]:
        """Return the lines that are no samples, as they cannot be read."""
        return ()

    @abstractmethod
    def __len__(self) -> int:
        """Return how many samples it has."""

    @abstractmethod
    def row(self, index: int) -> Row:
        """Return a sample."""

    @property
    def columns(self) -> Sequence[ColumnRef]:
        """Return what a recipe may name, that of the text first."""
        return ()

    def unnamed(self) -> dict[str, set[str]]:
        """Return column → values, where no setting names it and all values are splits."""
        return {}

    def first_cells(self) -> Mapping[ColumnRef, Sequence[str]]:
        """Return the first cells of columns that may hold texts."""
        return {}

    @abstractmethod
    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return a sample with another text, as the file has it; None where it cannot hold it."""

    def writer(self, index: int) -> Writer:
        """Return what writes a sample with other texts."""
        return partial(self.written, index)

    @abstractmethod
    def part(self, rows: Sequence[int]) -> bytes:
        """Return a file of some of its samples, which are as they were."""

    @abstractmethod
    def payload(self, rows: Iterable[str]) -> bytes:
        """Return written samples as bytes that `assembled` takes."""

    @abstractmethod
    def assembled(self, blocks: Iterable[tuple[Sequence[int], bytes]]) -> Iterator[Buffer]:
        """Yield the file with new samples after its own: (rows they are of, payload)."""


class TextFormat(Format, frozen=True):
    """A format of texts, and what a recipe may say of files that have it."""

    kind: ClassVar[str] = "text"
    keys: frozenset[str]


class RowFormat(TextFormat, frozen=True):
    """A format of files with many texts."""

    open: Callable[[Source, TextDatasetSettings, Mapping[str, str]], TextFile]
    """Opens a file; the splits are those of all files of the dataset, by their names."""


_COLUMNS = ("text", "label", "split", "label_separator")
Opened = TypeVar("Opened", bound=Callable[[Source, TextDatasetSettings], TextFile])


def in_columns(name: str, extensions: tuple[str, ...], *keys: str) -> Callable[[Opened], Opened]:
    """Class decorator: files of this format are opened by the class, and texts stand in columns."""

    def register(cls: Opened) -> Opened:
        known = frozenset((*_COLUMNS, *keys))
        register_format(RowFormat(name, extensions, known, lambda *told: cls(*told[:2])))
        return cls

    return register


class LinedFile(TextFile):
    """A text file whose samples are runs of lines, known by where they start and end."""

    def __init__(self, source: Source, settings: TextDatasetSettings):
        self.name = source.name
        self.body = text = open_text(source.name, source.data, settings.encoding)
        self._original = text.whole
        self.starts = array("q")
        self.ends = array("q")
        self.line_end = text.form.line_end
        self._counted = (0, 1)

    def __len__(self) -> int:
        return len(self.starts)

    def raw(self, index: int) -> str:
        """Return a sample as it stands in the file, without its line end."""
        return self.body.decoded(self.starts[index], self.ends[index]).rstrip("\r\n")

    def line(self, index: int) -> int:
        """Return the line that a sample starts in, counted from 1."""
        place, line = self._counted
        start = self.starts[index]
        if start < place:
            place, line = 0, 1
        line += self.body.data[place:start].count(b"\n")
        self._counted = start, line
        return self.body.number(line)

    def part(self, rows: Sequence[int]) -> bytes:
        """Return a file of some of its samples, after what stands before the first."""
        first = self.starts[0] if self.starts else len(self.body.data)
        head = self.body.form.from_plain(bytes(self.body.data[:first]))
        return head + self.payload(map(self.raw, rows))

    def payload(self, rows: Iterable[str]) -> bytes:
        """Return rows with their line ends, encoded."""
        return self.body.encoded(self.line_end.join([*rows, ""]))

    def assembled(self, blocks: Iterable[tuple[Sequence[int], bytes]]) -> Iterator[Buffer]:
        """Yield the file's own bytes, then the new rows, which no lost line stands before."""
        new = (block for _, block in blocks if block)
        first = next(new, b"")
        yield self.body.whole if first else self._original
        yield self.body.form.ending(self.body.whole) if first else b""
        yield first
        yield from new

    @property
    def lost(self) -> Sequence[LostLine]:
        """Return the lines that are no samples, as they cannot be read."""
        return self.body.lost


def texts_from_all_over(files: Sequence[TextFile]) -> Sequence[str]:
    """Return some texts of files, from their beginning to their end."""
    step = max(1, sum(map(len, files)) // _SAMPLED)
    every = ((file, index) for file in files for index in range(len(file)))
    return [file.row(index).text for file, index in islice(every, 0, None, step)]


def refuse_beside(settings: TextDatasetSettings, what: str, keys: Sequence[str]) -> None:
    """Raise SettingError for a key that is of no use beside what a text is."""
    for key in keys:
        if getattr(settings, key):
            raise SettingError(("dataset", key), f"`{key}` means nothing where the text is {what}")
