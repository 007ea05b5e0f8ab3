"""What a run made, sample by sample, read when it is asked for: for loaders and notebooks."""

from __future__ import annotations

import hashlib
import html
from array import array
from collections.abc import Iterator, Sequence
from copy import copy
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, overload

from msgspec import Struct

from augcli.commands.explain import record_of_row
from augcli.commands.replay import again, followed
from augcli.commands.verify import opened
from augcli.dataset.files import Bounds
from augcli.errors import SampleError, UsageError
from augcli.kind import AnyKind, Kept, load_kind
from augcli.loaded import Content, Contents
from augcli.plural import several
from augcli.records.provenance import Record
from augcli.records.row_records import RowRecord
from augcli.reports.run_json import given_sources, read_run, recorded_sources
from augcli.rows.tables import row_story
from augcli.store.lines import Lines
from augcli.store.manifest import DamagedLineError
from augcli.task import Plain, Shares, shown_label


class Sample(Struct, frozen=True, eq=False):
    """A sample of an output: an original or a copy, or a row of a file that holds many."""

    record: Record
    """The line of its file in the manifest."""
    row: int | None
    """Its place in a file that holds many, counted from 0."""
    content: Content

    @property
    def value(self) -> Any:
        """Return a picture (H×W×C array, RGB), a text, a series (channels × time) or cells by name.

        None where the file has something that is no sample; `content.trouble` says what.
        """
        return self.content.value

    @property
    def label(self) -> str | Shares | None:
        """Return its class, shares of classes where it is mixed, or None."""
        return self.content.label

    @property
    def split(self) -> str | None:
        """Return its split."""
        return self.content.split

    @property
    def is_new(self) -> bool:
        """Return whether augment made it."""
        new = self.record.new_rows
        return self.record.copy is not None if new is None else self.row in new

    @property
    def id(self) -> str:
        """Return its file, and its row where that has many."""
        return self.record.output if self.row is None else f"{self.record.output}#{self.row}"

    def __repr__(self) -> str:
        told = {"id": self.id, "split": self.split, "label": self.label, "is_new": self.is_new}
        return f"Sample({', '.join(f'{name}={value!r}' for name, value in told.items())})"


class _Open(NamedTuple):
    """The file that was read last."""

    line: int
    stat: list[int] | None
    """What tells it as untouched; None where it is gone, and was made again."""
    record: Record
    contents: Contents


class Outputs(Sequence[Sample]):
    """All samples of an output folder, in the order of its manifest, or some of them.

    Nothing but places of lines is held in memory. A line is parsed when a sample of its file is
    asked for: only then StorageError tells of one that is damaged. A file that is gone is made
    again from the sources, in memory; one whose bytes are not what the manifest tells is refused
    (SampleError).
    """

    def __init__(self, path: Path, sources: Path | None = None):
        self._output = opened(path)
        told = read_run(self._output)
        self.kind: str = told["recipe"]["dataset"]["kind"]
        dataset = given_sources(sources, told) if sources else recorded_sources(self._output, told)
        self._bounds = Bounds.recorded(told["recipe"]["dataset"], dataset)
        self._lines = Lines(self._output)
        self._chosen: Sequence[int] = range(self._lines.samples)
        self._open: _Open | None = None

    @property
    def _kind(self) -> AnyKind:
        return load_kind(self.kind)

    def __getstate__(self) -> dict[str, Any]:
        """Return what tells it elsewhere: all but the file that was read last."""
        return {**vars(self), "_open": None}

    def __len__(self) -> int:
        return len(self._chosen)

    @overload
    def __getitem__(self, index: int) -> Sample: ...

    @overload
    def __getitem__(self, index: slice) -> Outputs: ...

    def __getitem__(self, index: int | slice) -> Sample | Outputs:
        if isinstance(index, slice):
            return self._some(self._chosen[index])
        return self._sample(self._chosen[index])

    def __iter__(self) -> Iterator[Sample]:
        return map(self._sample, self._chosen)

    def where(
        self, *, split: str | None = None, label: str | None = None, new: bool | None = None
    ) -> Outputs:
        """Return the samples of a split or a class, or those that augment made (or did not)."""
        asked = (split, label, new)
        kept = (
            place
            for place in self._chosen
            if all(a is None or a == b for a, b in zip(asked, self._facts(place), strict=True))
        )
        return self._some(array("q", kept))

    def _facts(self, place: int) -> tuple[str | None, str | Shares | None, bool]:
        """Return split and class of a sample, and whether augment made it."""
        line, row, record = self._at(place)
        if record.new_rows is None:
            return record.split, record.label, record.copy is not None
        content = self._contents(line, record)[row]
        return content.split, content.label, row in record.new_rows

    def _some(self, chosen: Sequence[int]) -> Outputs:
        some = copy(self)
        some._chosen, some._open = chosen, self._open
        return some

    def _at(self, place: int) -> tuple[int, int, Record]:
        """Return the number of a sample's line, its row there, and the line."""
        line, row = self._lines.find(place)
        if self._open and self._open.line == line:
            return line, row, self._open.record
        return line, row, self._lines.record(line)

    def _contents(self, line: int, record: Record) -> Contents:
        """Return the samples of a file; those of the last one are kept while it is untouched."""
        stat = self._output.files.identity(record.output)
        if self._open is None or (self._open.line, self._open.stat) != (line, stat):
            read = self._kind.contents
            if read is None:
                raise UsageError(f"there is no way to read single samples of {self.kind} outputs")
            self._open = None
            with followed():
                contents = read(record, self._bytes(record))
            if len(contents) != (1 if record.new_rows is None else record.new_rows.stop):
                raise DamagedLineError(self._output.manifest, line + 1)
            self._open = _Open(line, stat, record, contents)
        return self._open.contents

    def _bytes(self, record: Record) -> bytes:
        """Return the bytes of a file, from the disk or made again."""
        folder = self._output.files
        if folder.stat(record.output) is None:
            remake = partial(self._kind.remake, kept=Kept(self._output.path, folder.path))
            return again(self._bounds, record, remake)
        data = folder.read(record.output)
        if hashlib.sha256(data).hexdigest() != record.sha256:
            raise SampleError(f"{record.output} is not what the manifest tells; `augment verify`")
        return data

    def _sample(self, place: int) -> Sample:
        line, row, record = self._at(place)
        content = self._contents(line, record)[row]
        return Sample(record, None if record.new_rows is None else row, content)

    def origin(self, index: int) -> Record | RowRecord:
        """Return where a sample comes from and what was done: its line, or that of its row."""
        _, row, record = self._at(self._chosen[index])
        if record.new_rows is None:
            return record
        return record_of_row(self._output, record, row)

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a line for each sample, under its id.

        Those of a table have its columns; of others it tells split, label and whether they are new,
        and texts themselves. pandas must be installed.
        """
        pandas = import_module("pandas")
        lines = {self._id(place): self._line(place) for place in self._chosen}
        return pandas.DataFrame.from_dict(lines, orient="index")

    def _id(self, place: int) -> str:
        _, row, record = self._at(place)
        return record.output if record.new_rows is None else f"{record.output}#{row}"

    def _line(self, place: int) -> Plain:
        split, label, new = self._facts(place)
        told = {"split": split, "label": label, "new": new}
        if not self._kind.in_words:
            return told
        value = self._sample(place).value
        return value if isinstance(value, dict) else told | {"text": value}

    def _repr_html_(self) -> str:
        """Return some samples, as a notebook shows them."""
        step = max(1, -(-len(self._chosen) // _SHOWN))
        shown = "".join(map(self._figure, self._chosen[::step]))
        return f"<p>{several(len(self), 'sample')}</p>{shown}"

    def _figure(self, place: int) -> str:
        caption = html.escape(f"{self._id(place)}: {shown_label(self._facts(place)[1])}")
        shown = self._drawn(place) or f"<code>{html.escape(str(self._line(place)))}</code>"
        return f"<figure>{shown}<figcaption>{caption}</figcaption></figure>"

    def _drawn(self, place: int) -> str:
        """Return a sample as a page shows it; nothing where it has no figure, or no file."""
        _, row, record = self._at(place)
        figure, new = self._kind.figure, record.new_rows
        alone, is_new = new is None, new is not None and row in new
        if figure is None or not (alone or is_new) or not self._output.files.stat(record.output):
            return ""
        told = row_story(self._output.files.path, record.output, row) if is_new else None
        return figure(self._output.files.proven(record.output), record, told)


_SHOWN = 12
