"""What a layout with shards is: how a shard is called, written and read, and what lists all."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import IO, TYPE_CHECKING, Annotated, NamedTuple
from urllib.parse import quote

from msgspec import Struct
from pydantic import Field

from augcli.disk.folder import Folder
from augcli.disk.inside import suffix_of
from augcli.errors import StorageError
from augcli.kind import load_kind
from augcli.records.provenance import Record
from augcli.records.typed import Whole
from augcli.settings.base import LayoutName
from augcli.task import class_of

if TYPE_CHECKING:
    import polars as pl

_LONGEST = 200

Place = Annotated[list[Whole], Field(min_length=2, max_length=2)]
"""Where in a shard the bytes of a file begin, and how many they are."""


class Sample(Struct, frozen=True, dict=True):
    """A sample on its way into a shard: its line of the manifest, and its class by number."""

    record: Record
    line: str
    number: int | None

    @cached_property
    def told(self) -> str:
        """Return all that a shard has of it, beside the bytes of files that the line tells of."""
        return json.dumps([self.line, self.number])


class Listed(NamedTuple):
    """A shard as it is listed for loaders."""

    shard: str
    samples: int
    bytes: int
    sha256: str


class Census(Struct, frozen=True):
    """What all samples of an output have, which every shard must be the same about."""

    classes: Sequence[str]
    objects: Sequence[str]
    """The classes of objects in samples."""
    columns: Sequence[str]
    """What a layout says that some of them have."""


class Layout(ABC):
    """A way to join samples into shards; the same samples give the same bytes."""

    name: LayoutName
    version: int
    """Raised when the bytes of shards change."""
    libraries: Sequence[str] = ()
    """Those that have a say in the bytes of shards."""
    most_rows: int
    """How many rows of files a shard has at most, about, where nobody says how many there are."""

    @abstractmethod
    def shard(self, split: str, number: int, count: int) -> str:
        """Return the name of one of the shards of a split, below the output folder."""

    @abstractmethod
    def columns(self, record: Record) -> Iterator[str]:
        """Yield what a shard has of such a sample, where all samples must have the same."""

    @abstractmethod
    def write(
        self, file: IO[bytes], samples: Sequence[Sample], files: Folder, census: Census
    ) -> Iterator[tuple[str, Place]]:
        """Write a shard; yield the name and place of each file whose bytes it has."""

    @abstractmethod
    def listing(
        self, splits: Mapping[str, Sequence[Listed]], census: Census
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield name and lines of each file that tells loaders what there is."""

    @abstractmethod
    def of_rows(self, rows: pl.DataFrame) -> bytes:
        """Return a shard of rows of files; the class of a text or a series is an Enum."""

    @abstractmethod
    def listing_of_rows(
        self, splits: Mapping[str, Sequence[Listed]], rows: pl.DataFrame
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield name and lines of each file that tells loaders what of all rows there is."""


def proven(files: Folder, name: str, sha256: str) -> bytes:
    """Return the bytes of an output; StorageError if they are not those that its record tells."""
    data = files.read(name)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise StorageError(f"{name} changed during the run; run the same command again")
    return data


def named(split: str) -> str:
    """Return what a split is called in names of files, which have no room for all letters."""
    told = quote(split, safe="", errors="surrogatepass")
    digest = hashlib.sha256(told.encode()).hexdigest()
    return told if len(told) <= _LONGEST else digest[:32]


def part_of(name: str, output: str) -> str:
    """Return what a file beside an output is called: the folder by which their paths part."""
    pairs = zip(name.split("/"), output.split("/"), strict=False)
    part = next((one for one, other in pairs if one != other), "")
    return re.sub(r"\W", "_", part.partition(".")[0]) or "beside"


def is_picture(name: str) -> bool:
    """Return whether a file beside an output is a picture, and no text that tells of it."""
    return suffix_of(name).lower() in _ends_of_pictures()


@cache
def _ends_of_pictures() -> frozenset[str]:
    forms = load_kind("image").formats.values()
    return frozenset(end for form in forms for end in form.extensions)


def class_number(record: Record, classes: Mapping[str, int]) -> int | None:
    """Return the number of the class that a sample counts for; None where it has none."""
    label = class_of(record.label)
    return None if label is None else classes[label]


def layout_named(name: LayoutName) -> Layout:
    """Return a layout; what it needs is imported when it is first asked for."""
    layout: Layout = importlib.import_module(f"augcli.layouts.{name}").LAYOUT
    return layout
