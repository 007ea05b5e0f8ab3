"""What every part of a recipe may say; kinds add their own keys."""

from __future__ import annotations

import codecs
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from augcli.addresses import fault_in
from augcli.settings.shares import MayDrawSplits

KindName = Literal["image", "tabular", "text", "timeseries"]
LayoutName = Literal["webdataset", "parquet"]
"""Ways to join outputs into shards."""


class Settings(BaseModel):
    """Base of every part of a recipe: frozen, unknown keys refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, defer_build=True
    )  # settings of kinds that no recipe names are never compiled

    def __hash__(self) -> int:
        """Return a hash of what is set; mappings have none of their own."""
        return hash(self.model_dump_json())

    @classmethod
    def again(cls, told: Mapping[str, Any]) -> Self:
        """Return settings that a record tells, which name no path."""
        return cls.model_validate({"path": "", **told})


def _path_name(path: str) -> str:
    parts = path.encode("utf-8", "surrogatepass").split(b"/")
    if "\0" in path or max(map(len, parts)) > 255 or len(path) > 3000:
        text = "must not hold a zero byte" if "\0" in path else "is too long for a path"
        raise PydanticCustomError("path", "{text}", {"text": text})
    if fault := fault_in(path):
        raise PydanticCustomError("path", "{text}", {"text": fault})
    return path


PathName = Annotated[str, AfterValidator(_path_name)]
"""What a file system takes for a path."""

Beside = Annotated[PathName, AfterValidator(posixpath.normpath)]
"""A file or folder of a dataset that is none of its samples, called as a listing calls it."""

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
MISSING = (
    *("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None", "none", "?"),
)
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

    path: PathName = Field(
        description="file or folder, relative to the recipe's own folder, or an address such as "
        "s3://bucket/folder"
    )
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
    group: ColumnRef | None = Field(
        None,
        description="what stays in one split: a column, or a regular expression of the paths of "
        "samples that are files, of which the first group counts; drawn splits keep it whole, and "
        "what is in an augmented and another split is refused; a new row takes it from its base",
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

    lists_files: ClassVar[bool] = True
    """Whether a dataset that is one file may name others beside it."""

    @property
    def beside(self) -> tuple[str, ...]:
        """Return the files and folders of the dataset that are named, and hold no samples."""
        return ()

    @property
    def most_bytes(self) -> int | None:
        """Return how large a file of many samples may be, if that is told."""
        return None

    def of_amounts(self) -> Self:
        """Return the same where the label is said to be a number, as far as that can be said."""
        return self

    @property
    def predicts(self) -> bool:
        """Return whether the label is said to be a number."""
        return False

    def alone(self) -> Self:
        """Return the same for a sample that is a file by itself, which is read by its name."""
        known = type(self).model_fields
        told: set[str] = {"format", "one_per_file"} & known.keys()
        return self.model_copy(update={key: known[key].default for key in told})

    @property
    def refuses_leaks(self) -> bool:
        """Return whether nothing is made where an augmented split shares samples with another.

        What drawing splits leaves in two of them is told and no more; what a column of splits had
        in two of them before is refused.
        """
        drawn = self.shares is not None and self.shares.of is None
        return self.leaks == "refuse" and not drawn

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

    lists_files: ClassVar[bool] = False

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

    path: PathName = Field(
        description="folder to write, relative to the recipe's own folder, or an address such as "
        "s3://bucket/folder"
    )
    layout: Literal["files"] | LayoutName = Field(
        "files",
        description="`files`: an output is a file; `webdataset`: tars of them, `parquet`: tables "
        "of them, either also of the rows in them; loaders stream these shard by shard",
    )
    shards: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="how many shards each split has; when left out, a power of two by which none "
        "has many more than 1000 samples (of rows of files 40000 in tars, 1000000 in tables) or "
        "128 MB",
    )

    def complete(self, path: str) -> Self:
        """Return the same at another path, as files, with the samples of augmented splits."""
        told = {"path": path, "originals": "copy", "layout": "files", "shards": None}
        known = type(self).model_fields
        return self.model_copy(update={key: told[key] for key in told if key in known})

    def as_files(self) -> Self:
        """Return the same without shards, which have no say in the bytes of outputs."""
        return self.model_copy(update={"layout": "files", "shards": None})

    @property
    def emits_originals(self) -> bool:
        """Return whether the samples of augmented splits are outputs themselves."""
        return bool(getattr(self, "originals", "copy") != "omit")

    @property
    def links_originals(self) -> bool:
        """Return whether they are the very files of the dataset."""
        return False

    @property
    def betrays_copies(self) -> bool:
        """Return whether copies are encoded anew beside originals as they were."""
        return False

    def places(
        self, read: DatasetSettings, samples: Iterable[tuple[str, str, str | None]]
    ) -> Sequence[str]:
        """Return what outputs are called after, where that is not the id of their sample.

        A sample is its id, split and class.
        """
        return ()

    @property
    def asks_classes(self) -> bool:
        """Return whether an output hangs on all classes of the dataset, not on its own alone."""
        return False
