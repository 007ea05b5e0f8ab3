"""Pictures as a kind of dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from augcli.balances import ObjectBalance
from augcli.dataset import Dataset
from augcli.errors import Problem
from augcli.formats import formats_of
from augcli.image.config import ImageDatasetSettings, ImageOutputSettings
from augcli.image.formats import ImageFormat
from augcli.image.job import ImageJob
from augcli.kind import Kind, starter_of
from augcli.provenance import PictureRecord, Record, of_forms
from augcli.row_records import RowRecord
from augcli.task import Buffer, Processor, Source, Task


def scan(settings: ImageDatasetSettings, root: Path) -> Dataset:
    """List the pictures at `root`."""
    from augcli.image.readers import scan

    return scan(settings, root)


def remake(
    records: Sequence[Record], sources: Sequence[Source], output: Path
) -> Iterator[Iterable[Buffer]]:
    """Yield the bytes of a source's outputs, from their manifest records and it alone."""
    from augcli.image.augment import remake

    pictures = of_forms(records, PictureRecord)
    return ([made] for made in remake(pictures, sources))


def index(
    settings: ImageDatasetSettings, path: Path, records: Callable[[], Iterator[Record]]
) -> Iterator[tuple[str, Iterable[str]]]:
    """Return the files that tell of the outputs of a dataset that had such."""
    from augcli.image.tables import indexes

    return indexes(settings, path, lambda: (r for r in records() if isinstance(r, PictureRecord)))


def figure(path: Path, record: Record, row: RowRecord | None) -> str:
    """Return HTML that shows one picture in a page."""
    from augcli.image.figure import figure

    return figure(path, record)


def preview(
    job: ImageJob, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int, shown: int
) -> bytes:
    """Return a contact sheet as PNG."""
    from augcli.image.preview import contact_sheet

    return contact_sheet(job, sources, copies)


def remarks(job: ImageJob, dataset: Dataset) -> Iterator[Problem]:
    """Yield what a person should know of what a job makes of these pictures."""
    from augcli.image.remarks import remarks

    return remarks(job, dataset)


def make_processor(job: ImageJob) -> Processor:
    """Return what a job does with each picture."""
    from augcli.image.augment import ImageProcessor

    return ImageProcessor(job, KIND.versions())


KIND = Kind(
    dataset_settings=ImageDatasetSettings,
    output_settings=ImageOutputSettings,
    balances={"copies": ObjectBalance},
    formats=formats_of(ImageFormat),
    scan=scan,
    libraries=(
        "opencv-python-headless",
        "opencv-python",
        "opencv-contrib-python",
        "pillow",
        "numpy",
    ),
    make_processor=make_processor,
    remake=remake,
    preload=("augcli.image.preload",),
    starter=starter_of("augcli.image"),
    preview=preview,
    remarks=remarks,
    index=index,
    figure=figure,
)
