"""What a recipe may say about a dataset of pictures and its output."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from augcli.dataset import DatasetSettings, OutputSettings, Settings
from augcli.split_shares import SplitShares


class ImageOutput(Settings):
    """The recipe's `output.image`: how results are encoded."""

    format: Literal["keep", "jpeg", "png", "webp", "tiff"] = Field(
        "keep", description="container of the results; keep is that of each source"
    )
    quality: int = Field(95, ge=1, le=100, description="of JPEG and WebP")
    convert: bool = Field(
        False, description="allow losing 16 bit, float or alpha where the container has none"
    )


class ImageDatasetSettings(DatasetSettings):
    """The recipe's `dataset:` for pictures."""

    kind: Literal["image"] = Field("image", description="pictures")
    format: Literal["folders", "csv"] = Field(
        "folders", description="how labels are told: class folders, or a table of files"
    )
    file: str = Field("file", description="csv: the column of paths, relative to the table")
    label: str = Field("label", description="csv: the column of class names")
    split: str | SplitShares | None = Field(
        None, description="csv: the column of splits, if there is one; or shares to draw"
    )
    annotations: Literal["refuse", "ignore"] = Field(
        "refuse",
        description="what to do about masks, boxes and points beside the pictures, which do not "
        "follow them into copies yet",
    )
    checksums: str | None = Field(
        None, description="file of SHA-256 sums as sha256sum writes it, relative to the dataset"
    )
    max_pixels: int = Field(
        100_000_000, ge=1, description="larger pictures are refused before they are decoded"
    )


class ImageOutputSettings(OutputSettings):
    """The recipe's `output:` for pictures."""

    originals: Literal["copy", "link", "reencode", "omit"] = Field(
        "copy", description="what becomes of the sources of augmented splits"
    )
    image: ImageOutput = Field(
        default_factory=ImageOutput, description="how augmented pictures are encoded"
    )

    @property
    def emits_originals(self) -> bool:
        """Return whether the pictures of augmented splits are outputs themselves."""
        return self.originals != "omit"

    @property
    def betrays_copies(self) -> bool:
        """Return whether copies are encoded anew beside originals as they were."""
        return self.originals in ("copy", "link")
