"""What is told of every output: the typed records of all kinds.

A `Record` is a line of the manifest. It is what kinds build, what is checked on reading, where a
field too many or too few counts as damage, and the JSON Schema of the manifest; each form tells its
own story. Outputs that hold many samples have a table beside it (`row_records`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar

from msgspec.structs import asdict

from augcli.errors import SampleError
from augcli.plural import several
from augcli.records.stories import shown_params, told_again, told_marks, told_steps
from augcli.records.typed import (
    Attempt,
    Checked,
    Flag,
    Integer,
    Label,
    Name,
    Repeats,
    Step,
    Text,
    Whole,
    of_kind,
)
from augcli.task import Plain, Source, shown_label


class Record(Checked, frozen=True, kw_only=True):
    """A line of the manifest: an output, where it comes from and what was done."""

    content: ClassVar[str] = ""
    """What a sample is: image, text or values; nothing where it is cells of columns."""

    output: Name
    """Path below the output folder."""
    sha256: Text
    """Of the file; nothing until that is made."""
    source: Name
    """Path below the dataset."""
    source_sha256: Text
    split: Text | None
    """That of the source; null where it has samples of several."""
    label: Label
    copy: Whole | None
    """Number of the copy; null for an original, and for a file of many samples."""
    partners: list[Name]
    """Ids of the other samples used; for a file of many samples, their files."""
    partner_sha256: dict[Text, Text] | None = None
    """Hashes of the partners' files, by name."""
    steps: list[Step]
    """Those applied, in order."""
    attempt: Attempt = None
    repeats: Repeats = None
    stage: Text | None = None
    """That of the copy, where a recipe tells of stages; each counts its copies by itself."""
    group: Text | None = None
    """What the outputs of a group have in common; absent where each is by itself."""
    view: Text | None = None
    """Which of its group it is: the name of a branch, or view0 and so on."""
    beside: dict[Text, Text] | None = None
    """Hashes of files that belong to it, by their paths below the output folder."""

    def plain(self) -> Plain:
        """Return the line; what is odd about few outputs is told of no others."""
        return self.ordered(asdict(self))

    @classmethod
    def ordered(cls, told: Plain) -> Plain:
        """Return what a line tells in its order, without what it leaves out where it is nothing."""
        return {
            name: told[name]
            for name in _order(cls)
            if name in told and not (told[name] is None and name in _RARE)
        }

    @property
    def hashes(self) -> dict[str, str]:
        """Return the hashes of the dataset's files that it is made of, its source's first."""
        return {self.source: self.source_sha256} | (self.partner_sha256 or {})

    @property
    def written(self) -> dict[str, str]:
        """Return the hashes of all files that it tells of, by name: its own first."""
        return {self.output: self.sha256} | (self.beside or {})

    @property
    def new_rows(self) -> range | None:
        """Return which of its rows are new samples; None where it is one sample itself."""
        return None

    @property
    def label_columns(self) -> frozenset[str]:
        """Return which of its columns tell class or split; none where samples have no columns."""
        return frozenset()

    @property
    def example(self) -> tuple[str, ...]:
        """Return what to ask `explain` about it; nothing if no step was applied."""
        return (self.output,) if self.steps else ()

    @property
    def extent(self) -> str:
        """Return how large it is, for people."""
        return ""

    @property
    def shown(self) -> str:
        """Return what it shows, for people."""
        return f"class {shown_label(self.label)}"

    def story(self) -> list[str]:
        """Return it told in lines."""
        kind = "the original" if self.copy is None else f"copy {self.copy}"
        return [
            self.output,
            f"  is {kind} of {self.source} (sha256 {self.source_sha256[:16]}…)",
            f"  split {self.split}, {self.shown}, {self.extent}sha256 {self.sha256[:16]}…",
            *told_marks(self.stage, self.group, self.view),
            *(f"  with {n} (sha256 {sha[:16]}…)" for n, sha in (self.partner_sha256 or {}).items()),
            *told_again(self.attempt, self.repeats),
            *(told_steps(self.steps) or ["  no step was applied"]),
        ]


_ODD = (
    *("length", "reduced", "attempt", "repeats", "stage", "group", "view"),
    *("targets", "annotation", "annotation_sha256", "listing", "beside"),
)
"""What is told last, and only where there is such a thing."""
_RARE = frozenset(("partner_sha256", *_ODD))


@cache
def _order(form: type[Record]) -> Sequence[str]:
    """Return the fields of a form as its lines have them."""
    own = form.__struct_fields__
    return [name for name in own if name not in _ODD] + [name for name in _ODD if name in own]


_OF_PIXELS = ("masks", "pairs")
"""Labels that tell of no objects."""


class PictureRecord(Record, frozen=True, kw_only=True):
    """A picture."""

    content: ClassVar[str] = "image"

    encoding: Plain | None
    """Format, quality and what else it takes to write it; null for the source's own bytes."""
    width: Whole | None
    height: Whole | None
    """In pixels; null where it passes through and cannot be read."""
    reduced: Whole | None = None
    """To which part of its sides the source was decoded: 2, 4 or 8; absent where it was whole."""
    targets: list[Plain] | None = None
    """The objects in it; absent where the dataset has none, or they cannot be read."""
    annotation: Plain | None = None
    """How labels beside it are written; absent where there are none."""
    annotation_sha256: dict[Text, Text] | None = None
    """Hashes of the files that tell of its source's objects, by name."""
    listing: Plain | None = None
    """The settings that it takes to list outputs as the dataset does; absent for class folders."""

    @property
    def hashes(self) -> dict[str, str]:
        """Return the hashes of its source and of the files that tell of its objects."""
        return super().hashes | (self.annotation_sha256 or {})

    @property
    def shown(self) -> str:
        """Return its class, or which objects are in it."""
        if self.annotation is None:
            return super().shown
        counts = Counter(str(each["label"]) for each in self.targets or ())
        told = (f"{count} × {label}" for label, count in sorted(counts.items()))
        format_ = self.annotation.get("format")
        return ", ".join(told) or (f"with {format_}" if format_ in _OF_PIXELS else "no objects")

    @property
    def extent(self) -> str:
        """Return its size."""
        return f"{self.width} x {self.height} px, "

    def story(self) -> list[str]:
        """Return it told in lines, its encoding last."""
        part = f"  its source was decoded to 1/{self.reduced} of its sides"
        encoded = [f"  encoded as {shown_params(self.encoding)}"] if self.encoding else []
        return [*super().story(), *([part] if self.reduced else []), *encoded]


class TextRecord(Record, frozen=True, kw_only=True):
    """A text in a file of its own."""

    content: ClassVar[str] = "text"

    encoding: Text | None
    """How its letters are written; null for the source's own bytes."""


class _ReadAs(Record, frozen=True, kw_only=True):
    content: ClassVar[str] = "values"

    dataset: Annotated[Plain, of_kind("augcli.timeseries.config:SeriesDatasetSettings")]
    """The settings that it takes to read it."""


class SeriesRecord(_ReadAs, frozen=True, kw_only=True):
    """A series in a file of its own."""

    length: Whole | None = None
    """In points; absent where it passes through."""

    @property
    def extent(self) -> str:
        """Return its length."""
        return "" if self.length is None else f"{several(self.length, 'point')}, "


class OfMany:
    """What is told of a file of many samples: originals, then new ones, each with its own line."""

    output: Name
    sha256: Text
    source: Name
    source_sha256: Text
    split: Text | None
    rows: Whole
    originals: Whole
    synthetic: Whole

    @property
    def new_rows(self) -> range:
        """Return which of its rows are new."""
        return range(self.originals, self.rows)

    @property
    def example(self) -> tuple[str, ...]:
        """Return its name and the first new row."""
        return (self.output, str(self.originals)) if self.synthetic else ()

    def story(self) -> list[str]:
        """Return it told in lines."""
        return [
            self.output,
            *([f"  split {self.split}"] if self.split else []),
            f"  has {several(self.originals, 'row')} of {self.source} as they were "
            f"(sha256 {self.source_sha256[:16]}…), then {self.synthetic} new ones",
            f"  sha256 {self.sha256[:16]}…; `augment explain FILE ROW` tells of one row",
        ]


class SeriesFileRecord(OfMany, _ReadAs, frozen=True, kw_only=True):
    """A file of many series."""

    rows: Whole
    originals: Whole
    synthetic: Whole


class TextFileRecord(OfMany, Record, frozen=True, kw_only=True):
    """A file of many texts."""

    content: ClassVar[str] = "text"

    rows: Whole
    originals: Whole
    synthetic: Whole
    dataset: Annotated[Plain, of_kind("augcli.text.config:TextDatasetSettings")]
    files: list[Name]
    """All files of the dataset, whose names tell splits together."""


_LABELS = ("label", "split")


class TableRecord(OfMany, Record, frozen=True, kw_only=True):
    """A table."""

    rows: Whole
    originals: Whole
    synthetic: Whole
    removed: Whole
    """How many rows of the whole dataset were left out."""
    dialect: Plain | None
    columns: list[Annotated[Plain, of_kind("augcli.tabular.reading.columns:Column")]]
    seed: Integer
    dataset: Annotated[Plain, of_kind("augcli.tabular.config:TableDatasetSettings")]
    write: Annotated[Plain, of_kind("augcli.tabular.config:TableOutputSettings")]
    amount: Flag
    """Whether the label is a number to be balanced by its relevance."""
    spreads: dict[Text, Any]
    """split → class → standard deviation of the noise, by column."""

    @property
    def label_columns(self) -> frozenset[str]:
        """Return its columns with the role of label or split."""
        return frozenset(each["name"] for each in self.columns if each["role"] in _LABELS)


R = TypeVar("R", bound=Record)


def original_of(source: Source, output: str, split: str | None) -> dict[str, Any]:
    """Return what a record says of an output that nothing but its source is in, not yet made."""
    return {
        "output": output,
        "sha256": "",
        "source": source.name,
        "source_sha256": source.sha256,
        "split": split,
        "label": None,
        "copy": None,
        "partners": [],
        "steps": [],
    }


def of_forms(records: Sequence[Record], *forms: type[R]) -> list[R]:
    """Return records as those of some forms; SampleError where one is of another kind."""
    found = [each for each in records if isinstance(each, forms)]
    if len(found) < len(records):
        raise SampleError("the manifest tells of it as of an output of another kind")
    return found
