"""Samples and datasets, and which package knows which kind of them.

A `Dataset` is the listing that everything else is planned from: ids, splits and labels, no pixels
and no headers. Each unit of it is worked on by itself. Most are one sample in a file that the id
names; of others it says which files they are made of, and that only who reads these can count the
samples. It keeps columns, not objects, so that a million samples stay small.
"""

from __future__ import annotations

import codecs
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from augcli.errors import Problem
from augcli.split_shares import MayDrawSplits
from augcli.strings import Names

KindName = Literal["image", "tabular", "text", "timeseries"]


class Settings(BaseModel):
    """Base of every part of a recipe: frozen, unknown keys refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, defer_build=True
    )  # settings of kinds that no recipe names are never compiled

    def __hash__(self) -> int:
        """Return a hash of what is set; mappings have none of their own."""
        return hash(self.model_dump_json())


def _path_name(path: str) -> str:
    parts = path.encode("utf-8", "surrogatepass").split(b"/")
    if "\0" in path or max(map(len, parts)) > 255 or len(path) > 3000:
        text = "must not hold a zero byte" if "\0" in path else "is too long for a path"
        raise PydanticCustomError("path", "{text}", {"text": text})
    return path


PathName = Annotated[str, AfterValidator(_path_name)]
"""What a file system takes for a path."""

ColumnRef = str | int
"""A column's name, or its number: 0 the first, -1 the last."""


def _encoding(name: str) -> str:
    try:
        "\n".encode(name)  # which base64 and its kin refuse
        return codecs.lookup(name).name
    except (LookupError, UnicodeError):
        text = "is no known encoding of text"
        raise PydanticCustomError("encoding", "{text}", {"text": text}) from None


Encoding = Annotated[str, AfterValidator(_encoding)]
"""How the letters of a file are written; under the name that Python has for it."""


Header = Annotated[bool | None, Field(description="of tables: whether the first row has names")]
Delimiter = Annotated[
    str | None, Field(min_length=1, max_length=1, description="of tables: what separates cells")
]
Quote = Annotated[
    str | None,
    Field(max_length=1, description="of tables: what encloses cells; empty where nothing does"),
]
TextEncoding = Annotated[
    Encoding | None, Field(description="how text is written, such as utf-8 or cp1252")
]
Missing = Annotated[tuple[str, ...], Field(description="texts that mean a missing value")]
MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?")
"""What people write for a missing value."""


class Follow(Settings):
    """The recipe's `dataset.links`, where links may lead out of the dataset."""

    follow: tuple[str, ...] = Field(
        min_length=1, description="folders that links may lead to, relative to the recipe's own"
    )


_TAKING = {"path", "include", "exclude", "links", "leaks"}
"""Settings of a dataset that decide which files are taken, and nothing of what they become."""


class DatasetSettings(Settings, MayDrawSplits):
    """The recipe's `dataset:`; kinds add their own keys."""

    path: PathName = Field(description="file or folder, relative to the recipe's own folder")
    kind: KindName = Field("image", description="what the samples are")
    augment: tuple[str, ...] = Field(
        ("train",),
        min_length=1,
        description="splits that may be augmented; the others pass through",
    )
    splits: dict[str, Annotated[str, Field(min_length=1)]] = Field(
        default_factory=dict,
        description="which split a folder or file is, by its name or a glob of its path: train, "
        "val, test or any other name; `ignore` leaves it out, `class` says that it is no split",
    )
    include: tuple[str, ...] = Field((), description="globs of the only files to take")
    exclude: tuple[str, ...] = Field((), description="globs of files to leave out")
    links: Literal["inside"] | Follow = Field(
        "inside",
        description="links to files are followed inside the dataset; `{follow: [FOLDER]}`: links "
        "to files and folders, too, where they lead into these",
    )
    leaks: Literal["refuse", "allow"] = Field(
        "refuse",
        description="what to do about equal files, or rows, in an augmented and another split",
    )

    @property
    def most_bytes(self) -> int | None:
        """Return how large a file of many samples may be, if that is told."""
        return None

    @property
    def refuses_leaks(self) -> bool:
        """Return whether nothing is made where an augmented split shares samples with another.

        What drawing splits leaves in two of them is told and no more.
        """
        return self.leaks == "refuse" and self.shares is None

    def recorded(self, *, exclude_defaults: bool = False) -> dict[str, Any]:
        """Return what a record says of them: how samples are read, not which files are taken."""
        return self.model_dump(mode="json", exclude=_TAKING, exclude_defaults=exclude_defaults)

    def below(self, folder: Path) -> Self:
        """Return the same with absolute paths for what links may lead to."""
        if isinstance(self.links, str):
            return self
        follow = tuple(str(folder / each) for each in self.links.follow)
        return self.model_copy(update={"links": Follow(follow=follow)})


class RowDatasetSettings(DatasetSettings):
    """The recipe's `dataset:` for kinds whose files may hold many samples."""

    max_bytes: int | None = Field(
        None,
        ge=1,
        description="larger files, as they are or unpacked, are refused: they may be a hoax; "
        "4294967296 when left out, and for archives at most 100 times what they are packed",
    )

    @property
    def most_bytes(self) -> int | None:
        """Return how large a file may be, if that is told."""
        return self.max_bytes


class OutputSettings(Settings):
    """The recipe's `output:`; kinds add their own keys."""

    path: PathName = Field(description="folder to write, relative to the recipe's own folder")

    @property
    def emits_originals(self) -> bool:
        """Return whether the samples of augmented splits are outputs themselves."""
        return True

    @property
    def betrays_copies(self) -> bool:
        """Return whether copies are encoded anew beside originals as they were."""
        return False

    @property
    def asks_classes(self) -> bool:
        """Return whether an output hangs on all classes of the dataset, not on its own alone."""
        return False


WHOLE = "."
"""The id of a unit that is made of several files of a dataset."""


class Sample(NamedTuple):
    """One unit of a dataset: a sample, or files that hold many."""

    id: str
    """Path relative to the dataset, POSIX form; bytes that are not UTF-8 as surrogates."""
    split: str
    label: str | None


@dataclass
class Dataset(Sequence[Sample]):
    """A listing of what is worked on by itself, ascending by id."""

    root: Path
    held_out: bool = True
    """Whether the dataset says which samples belong to which split."""
    split_folders: bool = False
    """Whether ids begin with the name of their split, or tell nothing of it: outputs keep them."""
    rejected: list[tuple[Sample, str]] = field(default_factory=list)
    """Samples that the listing names but that cannot be used, with reasons."""
    checksums: dict[str, str] = field(default_factory=dict)
    """id → the SHA-256 that a sample's file must have, where the dataset says so."""
    objects: Sequence[str] | None = None
    """The classes of objects in the samples, where these are no classes of samples."""
    lists: Sequence[str] | None = None
    """The files that tell of many samples; None where it is not known which these are."""
    census: Callable[[int], Mapping[str, int]] | None = None
    """Gives how many objects of each class are in a row; files are read for it."""
    extensions: dict[str, str] = field(default_factory=dict)
    """id → the extension that the names of its outputs get, where its own tells no format."""
    together: dict[str, str] = field(default_factory=dict)
    """id → what a sample must stay together with where splits are drawn, as far as it is told."""
    notes: list[Problem] = field(default_factory=list)
    """What a person should know about the listing, for `check` and `plan`."""

    def __post_init__(self) -> None:
        self._ids: list[str] = []
        self._inputs: dict[int, Sequence[str]] = {}
        """row → the files that a unit is made of, where its id does not name the only one"""
        self._values: dict[int, str] = {}
        """row → what a file that tells of many samples tells of this one, as JSON"""
        self._owners: dict[str, int] = {}
        """such a file → row"""
        self._uncounted: set[int] = set()
        self._splits = Names()
        self._labels = Names()

    def extend(self, samples: Iterable[Sample]) -> None:
        """Add samples, which must come in ascending order of id."""
        for sample in samples:
            assert not self._ids or self._ids[-1] < sample.id, "samples must ascend"
            self._ids.append(sample.id)
            self._splits.append(sample.split)
            self._labels.append(sample.label)

    def add_with(self, sample: Sample, files: Sequence[str], value: str | None = None) -> None:
        """Add one sample in ascending order, files that belong to it, and what is told of it."""
        if files:
            self._inputs[len(self)] = [sample.id, *files]
        if value is not None:
            self._values[len(self)] = value
        self.extend([sample])

    def value(self, row: int) -> str | None:
        """Return what a file that tells of many samples tells of this one, as JSON."""
        return self._values.get(row)

    def gather(self, files: Sequence[str], split: str, beside: Sequence[str] = ()) -> None:
        """Add files as one unit, whose samples are counted by those who read them.

        `beside` are files that it needs and that hold no samples.
        """
        name = files[0] if len(files) == 1 else WHOLE
        row = len(self)
        self.extend([Sample(name, split, None)])
        self._inputs[row] = [*files, *beside]
        self._owners |= dict.fromkeys([WHOLE, *files], row)
        self._uncounted.add(row)

    def as_one(self) -> Dataset:
        """Return the same as one unit, for steps that take samples from all over the dataset."""
        if self.uncounted:
            return self
        whole = Dataset(self.root, held_out=self.held_out, rejected=self.rejected, notes=self.notes)
        whole.gather(self._ids, self.splits[0])
        return whole

    def with_splits(self, splits: Iterable[str]) -> Dataset:
        """Return the same samples in other splits, one for each."""
        other = copy(self)
        other.held_out, other.split_folders, other._splits = True, False, Names()
        for split in splits:
            other._splits.append(split)
        return other

    def inputs(self, row: int) -> Sequence[str]:
        """Return the files that a unit is made of."""
        return self._inputs.get(row) or (self._ids[row],)

    @property
    def uncounted(self) -> Collection[int]:
        """Return the rows of units whose samples are counted by those who read them; the few."""
        return self._uncounted

    def row_of(self, ident: str) -> int | None:
        """Return the row of a unit."""
        row = bisect_left(self._ids, ident)
        return row if self._ids[row : row + 1] == [ident] else None

    def owner_of(self, name: str) -> str:
        """Return the id of the unit that a file is an input of; without one, its own name."""
        row = self._owners.get(name)
        return name if row is None else self._ids[row]

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, row: int) -> Sample:  # type: ignore[override]
        split = self._splits[row]
        assert split is not None
        return Sample(self._ids[row], split, self._labels[row])

    def __iter__(self) -> Iterator[Sample]:
        return map(Sample, self._ids, map(str, self._splits), self._labels)

    def group(self, row: int) -> tuple[str, str | None]:
        """Return split and class of a row."""
        return str(self._splits[row]), self._labels[row]

    @property
    def groups(self) -> Iterator[tuple[str, str | None]]:
        """Yield split and class of each row."""
        return zip(map(str, self._splits), self._labels, strict=True)

    @property
    def ids(self) -> Sequence[str]:
        """Return the ids, ascending."""
        return self._ids

    @property
    def numbered(self) -> tuple[str, ...]:
        """Return the classes of objects in the order in which they are numbered."""
        return tuple(self.objects or self.classes)

    def _found_in_rows(self) -> set[str]:
        """Return the classes of objects where no one file names them; all rows are read for it."""
        rows = range(len(self)) if self.census else ()
        return {label for row in rows for label in (self.census(row) if self.census else ())}

    @property
    def splits(self) -> list[str]:
        """Return the names of the splits, sorted."""
        return sorted(str(name) for name in self._splits.names)

    @property
    def classes(self) -> list[str]:
        """Return the names of the classes, of samples or of objects in them, sorted."""
        if self.objects is not None:
            return sorted(self.objects or self._found_in_rows())
        return sorted(name for name in self._labels.names if name is not None)
