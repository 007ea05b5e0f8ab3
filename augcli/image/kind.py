"""Pictures as a kind of dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import ClassVar

from augcli.dataset import Balance, BalanceSettings, Dataset, DatasetSettings
from augcli.errors import Problem
from augcli.image.config import ImageDatasetSettings, ImageOutputSettings
from augcli.kind import Kind
from augcli.provenance import PictureRecord, Record, RowRecord, of_forms
from augcli.task import Buffer, Job, Processor, Source, Task


class ImageKind(Kind):
    """Pictures: their settings, their reader and their worker."""

    dataset_settings = ImageDatasetSettings
    output_settings = ImageOutputSettings
    balances: ClassVar[Mapping[str, type[BalanceSettings]]] = {"copies": Balance}
    preload = ("augcli.image.preload",)

    def scan(self, settings: DatasetSettings, root: Path) -> Dataset:
        """List the pictures at `root`."""
        from augcli.image.readers import scan

        assert isinstance(settings, ImageDatasetSettings)
        return scan(settings, root)

    def starter(self, path: Path) -> str | None:
        """Return a recipe to begin with."""
        from augcli.image.starter import starter

        return starter(path)

    def versions(self) -> dict[str, str]:
        """Return the versions of what decodes, computes and encodes; imports none of it."""
        return dict(_installed(_LIBRARIES))

    def remake(
        self, records: Sequence[Record], sources: Sequence[Source], output: Path
    ) -> Iterator[Iterable[Buffer]]:
        """Yield the bytes of a source's outputs, from their manifest records and it alone."""
        from augcli.image.augment import remake

        pictures = of_forms(records, PictureRecord)
        return ([made] for made in remake(pictures, bytes(sources[0].data)))

    def index(
        self, settings: DatasetSettings, path: Path, records: Iterable[Record]
    ) -> tuple[str, Iterator[str]] | None:
        """Return the table of an output whose dataset was a table."""
        from augcli.image.tables import table_of

        assert isinstance(settings, ImageDatasetSettings)
        return (path.name, table_of(settings, path, records)) if settings.format == "csv" else None

    def figure(self, path: Path, record: Record, row: RowRecord | None) -> str:
        """Return HTML that shows one picture in a page."""
        from augcli.image.figure import figure

        return figure(path)

    def preview(
        self, job: Job, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int, shown: int
    ) -> bytes:
        """Return a contact sheet as PNG."""
        from augcli.image.preview import contact_sheet

        assert isinstance(job.dataset, ImageDatasetSettings)
        pictures = [(task, bytes(files[0].data)) for task, files in sources]
        return contact_sheet(job, pictures, copies, job.dataset.max_pixels)

    def remarks(self, job: Job, dataset: Dataset) -> Iterator[Problem]:
        """Yield what a person should know of what a job makes of these pictures."""
        from augcli.image.remarks import remarks

        return remarks(job, dataset)

    def make_processor(self, job: Job) -> Processor:
        """Return what a job does with each picture."""
        from augcli.image.augment import ImageProcessor

        return ImageProcessor(job, self.versions())


_LIBRARIES = ("opencv-python-headless", "opencv-python", "opencv-contrib-python", "pillow", "numpy")


def _installed(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in names:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue


KIND = ImageKind()
