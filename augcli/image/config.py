"""What a recipe may say about a dataset of pictures and its output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field

from augcli.disk.inside import suffix_of
from augcli.image.annotations.layouts import usual_place
from augcli.image.kernels.resample import Border
from augcli.settings.base import (
    Beside,
    ColumnRef,
    DatasetSettings,
    Delimiter,
    Header,
    OutputSettings,
    PathName,
    Settings,
)
from augcli.settings.shares import SplitShares
from augcli.task import Plain
from augcli.transform import Label


class ImageOutput(Settings):
    """The recipe's `output.image`: how results are encoded."""

    format: Literal["keep", "jpeg", "png", "webp", "tiff"] = Field(
        "keep", description="container of the results; keep is that of each source"
    )
    quality: int = Field(95, ge=1, le=100, description="of JPEG and WebP")
    convert: bool = Field(
        False, description="allow losing 16 bit, float or alpha where the container has none"
    )


class TargetSettings(Settings):
    """The recipe's `dataset.targets`: which objects are kept that were moved or cut."""

    min_visibility: float = Field(
        0.1, ge=0, le=1, description="how much of an object must be left, of its area"
    )
    min_area: float = Field(1, ge=0, description="area that must be left, in pixels")
    min_side: float = Field(
        1, ge=0, description="shorter side of its box that must be left, in pixels"
    )
    empty: Literal["keep", "redraw", "drop"] = Field(
        "keep",
        description="what becomes of a copy that has lost all objects: it stays as background, is "
        "drawn again, up to 8 times, or is left out",
    )
    ignore: tuple[Annotated[int, Field(ge=0, le=65535)], ...] | None = Field(
        None,
        min_length=1,
        max_length=3,
        description="masks: the number that stands for unknown, or its red, green and blue, which "
        "a constant border gets and needs: often 255, or 0 where that is the background; pairs: "
        "what numbers get there, 0 when left out",
    )
    interpolation: dict[str, Literal["nearest", "linear", "cubic"]] = Field(
        default_factory=dict,
        description="pairs: folder → what lies between its pixels; when left out nearest for "
        "numbers (palettes, deep gray, gray of labels), as the step says for other pictures",
    )
    tones: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="pairs: folder → names of the steps that change its tones as the picture's; "
        "none when left out, so that it is moved alone",
    )


class ImageDatasetSettings(DatasetSettings):
    """The recipe's `dataset:` for pictures."""

    kind: Literal["image"] = Field("image", description="pictures")
    format: Literal["folders", "csv", "coco", "masks", "metadata", "pairs", "voc", "yolo"] = Field(
        "folders",
        description="how labels are told: class folders, a table of files, objects as COCO, "
        "Pascal VOC or YOLO have them, masks beside pictures, captions and more as "
        "Hugging Face's metadata.jsonl has them, or pairs: other pictures of the same",
    )
    targets: TargetSettings = Field(
        default_factory=TargetSettings, description="which objects are kept that were moved or cut"
    )
    file: ColumnRef = Field("file", description="csv: the column of paths, relative to the table")
    images: PathName = Field(
        "", description="csv: the folder that paths are relative to, below that of the table"
    )
    suffix: str = Field(
        "",
        description="csv: what paths lack behind them, such as .jpg where they are ids; those "
        "that end in its extension lack nothing",
    )
    label: ColumnRef | tuple[ColumnRef, ...] = Field(
        "label",
        description="csv: the column of class names; or a list of columns that are called as "
        "classes are, with 1 where a picture is of one, and 0 where it is not",
    )
    label_separator: str | None = Field(
        None,
        min_length=1,
        description="csv: separates the labels of a cell that has several, in any order",
    )
    header: Header = None
    delimiter: Delimiter = None
    split: ColumnRef | SplitShares | None = Field(
        None, description="csv, metadata: the column of splits, if there is one; or shares to draw"
    )
    masks: tuple[str, ...] = Field(
        (), description="masks: globs of the files that are masks, where names do not tell"
    )
    input: str | None = Field(
        None,
        description="pairs: the folder of the pictures that the others, in folders beside it, "
        "belong to; when left out, it is found by its name",
    )
    annotations: Literal["refuse", "ignore"] = Field(
        "refuse",
        description="what to do about masks, boxes and points beside the pictures, which do not "
        "follow them into copies yet",
    )
    captions: Literal["heed", "ignore"] = Field(
        "heed",
        description="metadata: whether texts keep steps from their pictures that make them untrue: "
        "mirrors where left or right is named, other hues where colours are",
    )
    checksums: Beside | None = Field(
        None, description="file of SHA-256 sums as sha256sum writes it, relative to the dataset"
    )
    max_bytes: int = Field(
        1_000_000_000, ge=1, description="larger files of annotations of many pictures are refused"
    )
    max_pixels: int = Field(
        100_000_000, ge=1, description="larger pictures are refused before they are decoded"
    )

    @property
    def beside(self) -> tuple[str, ...]:
        """Return the file of checksums, if there is one."""
        return (self.checksums,) if self.checksums else ()

    @property
    def listing(self) -> Plain | None:
        """Return what it takes to list pictures as the dataset does; None where nothing is told."""
        told = self.model_dump(mode="json", include=_LISTING, exclude_defaults=True)
        table = PurePosixPath(self.path)
        is_table = self.format == "csv" and table.suffix
        return told | ({"path": table.name} if is_table else {}) or None

    @property
    def separator(self) -> str | None:
        """Return what separates the labels of a picture that may have several."""
        return self.label_separator or ("|" if isinstance(self.label, tuple) else None)

    def named(self, cell: str) -> str:
        """Return the name of a picture that a cell tells; one with the extension lacks nothing."""
        is_whole = cell.endswith(suffix_of(f"_{self.suffix}") or self.suffix)
        return cell if is_whole else f"{cell}{self.suffix}"

    def unfilled(self, border: Border | None) -> str | None:
        """Return that nothing tells the number which masks get from such a border, or None."""
        if border != "constant" or self.format != "masks" or self.targets.ignore is not None:
            return None
        return (
            "masks get a number from a constant border, and nothing tells which: say `targets: "
            "{ignore: [255]}` under `dataset`, or another number that is unknown, or [0] where 0 "
            "is the background"
        )

    def labels_in(self, label: str | None) -> frozenset[str]:
        """Return the labels of a picture."""
        told = label.split(self.separator) if label and self.separator else (label,)
        return frozenset(filter(None, told))

    def concerned(self, label: str | None) -> Label:
        """Return what `only` and `except` look at: a class, or several."""
        return self.labels_in(label).union(filter(None, [label])) if self.separator else label


_LISTING = {
    *("format", "annotations", "split", "header", "delimiter"),
    *("file", "images", "suffix", "label", "label_separator"),
}


class ImageOutputSettings(OutputSettings):
    """The recipe's `output:` for pictures."""

    originals: Literal["copy", "link", "reencode", "omit"] = Field(
        "copy", description="what becomes of the sources of augmented splits"
    )
    image: ImageOutput = Field(
        default_factory=ImageOutput, description="how augmented pictures are encoded"
    )

    annotations: Literal["coco", "voc", "yolo"] | None = Field(
        None, description="how labels are written; as they were read when left out"
    )

    def places(
        self, read: DatasetSettings, samples: Iterable[tuple[str, str, str | None]]
    ) -> Sequence[str]:
        """Return where pictures lie in the layout of the format that labels are turned into."""
        assert isinstance(read, ImageDatasetSettings), "of the same kind"
        if self.annotations is None or self.annotations == read.format:
            return ()
        return [usual_place(self.annotations, own, split) for own, split, _ in samples]

    @property
    def asks_classes(self) -> bool:
        """Return whether labels are numbered anew."""
        return self.annotations is not None

    @property
    def links_originals(self) -> bool:
        """Return whether they are the very files of the dataset."""
        return self.originals == "link"

    @property
    def betrays_copies(self) -> bool:
        """Return whether copies are encoded anew beside originals as they were."""
        return self.originals in ("copy", "link")
