"""Pictures as a kind of dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from augcli.dataset.formats import formats_of
from augcli.image.config import ImageDatasetSettings, ImageOutputSettings
from augcli.image.formats import ImageFormat
from augcli.kind import Kind, later
from augcli.records.provenance import PictureRecord, Record
from augcli.settings.balance import ObjectBalance


def index(
    settings: ImageDatasetSettings,
    path: Path,
    records: Callable[[], Iterator[Record]],
    mixes: bool,
) -> Iterator[tuple[str, Iterable[str]]]:
    """Return the files that tell of the outputs of a dataset that had such, or of mixtures."""
    from augcli.image.tables import indexes

    def pictures() -> Iterator[PictureRecord]:
        return (record for record in records() if isinstance(record, PictureRecord))

    return indexes(settings, path, pictures, mixes=mixes)


KIND = Kind(
    dataset_settings=ImageDatasetSettings,
    output_settings=ImageOutputSettings,
    balances={"copies": ObjectBalance},
    formats=formats_of(ImageFormat),
    scan=later("augcli.image.readers:scan"),
    libraries=(
        "opencv-python-headless",
        "opencv-python",
        "opencv-contrib-python",
        "pillow",
        "numpy",
        "zlib-ng",
    ),
    processor=later("augcli.image.augment:ImageProcessor"),
    records=(PictureRecord,),
    remaking=later("augcli.image.remaking:remake"),
    revision=4,
    preload=("augcli.image.preload",),
    starter=later("augcli.image.starter:starter"),
    linter=later("augcli.image.warnings.linter:PictureLinter"),
    play=later("augcli.image.playground:playground"),
    preview=later("augcli.image.preview:sheet"),
    remarks=later("augcli.image.warnings.remarks:remarks"),
    index=index,
    figure=later("augcli.image.figure:figure"),
    contents=later("augcli.image.loading:contents"),
    filed=later("augcli.image.loading:filed"),
    court=later("augcli.image.court:court"),
)
