"""What a recipe may say about a dataset of time series and its output."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from augcli.dataset.formats import FormatName
from augcli.settings.balance import Balance
from augcli.settings.base import (
    MISSING,
    Beside,
    ColumnRef,
    Delimiter,
    Header,
    Missing,
    OutputSettings,
    Quote,
    RowDatasetSettings,
    Settings,
    TextEncoding,
)
from augcli.settings.shares import SplitShares


class Windows(Settings):
    """The recipe's `dataset.windows`, where long series are cut into many."""

    length: Annotated[int, Field(ge=2, le=100_000_000)] = Field(
        description="points of a window; what is left at the end is in none"
    )
    stride: Annotated[int, Field(ge=1, le=100_000_000)] | None = Field(
        None, description="points from the start of one to that of the next; `length` if left out"
    )

    @property
    def step(self) -> int:
        """Return how many points there are from the start of one to that of the next."""
        return self.stride or self.length

    def starts(self, points: int) -> range:
        """Return where the windows of so many points begin."""
        return range(0, points - self.length + 1, self.step)


class SeriesDatasetSettings(RowDatasetSettings):
    """The recipe's `dataset:` for time series."""

    model_config = ConfigDict(defer_build=True)

    kind: Literal["timeseries"] = Field("timeseries", description="time series")
    format: Annotated[str, FormatName("timeseries")] | None = Field(
        None, description="of the files; found out by their names when left out"
    )
    layout: Literal["wide", "long"] | None = Field(
        None,
        description="of tables: a row is a series (wide), or a point of one (long, the default "
        "where `id`, `time` or `channels` are given)",
    )
    label: ColumnRef | None = Field(
        None, description="column of the class; in npz files the name of the array (y)"
    )
    columns: dict[str, Literal["number", "category"]] = Field(
        default_factory=dict,
        description="whether labels that are numbers are to be predicted, or are classes, instead "
        "of what was found out: `{LABEL: number}`",
    )
    split: ColumnRef | SplitShares | None = Field(
        None,
        description="tables: column that says in which split a series is; in npz files the name "
        "of an array; by names of files and folders when left out; or shares to draw",
    )
    id: ColumnRef | None = Field(
        None, description="long: column that names the series; without it a file is one series"
    )
    time: ColumnRef | None = Field(None, description="long: column of the points' times")
    channels: tuple[ColumnRef, ...] = Field(
        (),
        description="columns of values; when left out all that are numbers, wide: and are called "
        "alike",
    )
    ignore: tuple[ColumnRef, ...] = Field(
        (), description="columns of no values, though they are numbers; they go with their rows"
    )
    windows: Windows | None = Field(
        None, description="long: cuts each series into many, of so many points each"
    )
    point_labels: tuple[ColumnRef, ...] = Field(
        (), description="long: columns of labels of single points, which move with their points"
    )
    array: str | None = Field(None, description="npz: the name of the array of series (X)")
    axes: Literal["nct", "ntc"] | None = Field(
        None,
        description="npy, npz: what the axes of an array are: series, channels, time (nct, taken "
        "to be so when left out) or series, time, channels",
    )
    labels: Beside | None = Field(
        None,
        description="sounds: table of their classes, below the dataset; `label` and `split` are "
        "columns of it, and `file` that of their paths or names",
    )
    file: ColumnRef = Field("file", description="`labels`: the column of paths, or of names")
    header: Header = None
    delimiter: Delimiter = None
    quote: Quote = None
    encoding: TextEncoding = None
    missing: Missing = MISSING
    decimal: Literal[".", ","] | None = Field(
        None,
        description="tables: what stands before decimals, found out when left out; the other may "
        "stand between thousands",
    )
    one_per_file: bool | None = Field(
        None,
        description="npy: whether a file is one series (channels x time, or a spectrogram, "
        "frequency x time); so it is in class folders when left out",
    )

    @property
    def beside(self) -> tuple[str, ...]:
        """Return the table of classes, if there is one."""
        return (self.labels,) if self.labels else ()

    @property
    def label_kind(self) -> Literal["number", "category"] | None:
        """Return what labels are said to be."""
        return self.columns.get(str(self.label))

    @property
    def predicts(self) -> bool:
        """Return whether the label is said to be a number."""
        return self.label_kind == "number"

    @property
    def of_files(self) -> SeriesDatasetSettings:
        """Return what is said of the files themselves, where a table beside them has classes."""
        if self.labels is None:
            return self
        beside = dict.fromkeys(("label", "split", "delimiter", "quote", "encoding"))
        return self.model_copy(update={**beside, "columns": {}})


class SeriesOutputSettings(OutputSettings):
    """The recipe's `output:` for time series."""

    originals: Literal["copy", "omit"] = Field(
        "copy", description="what becomes of the series of augmented splits"
    )


class CopiesBalance(Balance):
    """More copies, made by the recipe's steps."""

    method: Literal["copies"] = Field("copies", description="more copies by the recipe's steps")


class SmoteBalance(Balance):
    """New series between a series and one of its nearest of the class."""

    mixes: ClassVar[bool] = True

    method: Literal["smote"] = Field("smote", description="between near series of a class")
    k: int = Field(5, ge=1, le=100, description="how many nearest series may be the partner")


BALANCES: dict[str, type[Balance]] = {"copies": CopiesBalance, "smote": SmoteBalance}
