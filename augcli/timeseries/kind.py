"""Time series as a kind of dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import ClassVar

from augcli.dataset import BalanceSettings, Dataset, DatasetSettings
from augcli.kind import Kind
from augcli.task import Buffer, Job, Processor, Record, Source, Task
from augcli.timeseries.config import BALANCES, SeriesDatasetSettings, SeriesOutputSettings


class SeriesKind(Kind):
    """Time series: their settings, their reader and their worker."""

    dataset_settings = SeriesDatasetSettings
    output_settings = SeriesOutputSettings
    balances: ClassVar[Mapping[str, type[BalanceSettings]]] = BALANCES
    preload = ("augcli.timeseries.augment", "scipy.special")

    def scan(self, settings: DatasetSettings, root: Path) -> Dataset:
        """List the files at `root`: as one unit, or each as one where it is one series."""
        from augcli.timeseries.listing import scan

        assert isinstance(settings, SeriesDatasetSettings)
        return scan(settings, root)

    def starter(self, path: Path) -> str | None:
        """Return a recipe to begin with."""
        from augcli.timeseries.starter import starter

        return starter(path)

    def versions(self) -> dict[str, str]:
        """Return the versions of what computes and writes; imports none of it."""
        return {name: metadata.version(name) for name in ("numpy", "scipy", "polars")}

    def remake(
        self, records: Sequence[Record], sources: Sequence[Source], output: Path
    ) -> Iterator[Iterable[Buffer]]:
        """Yield the files of an output again, from records, sources and provenance."""
        from augcli.timeseries.remaking import remake

        return remake(records, sources, output)

    def figure(self, path: Path, record: Record, row: int | None) -> str:
        """Return HTML that shows one series of an output file."""
        from augcli.timeseries.figure import figure

        return figure(path, record, row or 0)

    def preview(
        self, job: Job, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int, shown: int
    ) -> bytes:
        """Return small multiples as PNG."""
        from augcli.timeseries.preview import small_multiples

        return small_multiples(job, sources, shown, copies)

    def make_processor(self, job: Job) -> Processor:
        """Return what a job does with the series."""
        from augcli.timeseries.augment import SeriesProcessor

        return SeriesProcessor(job, self.versions())


KIND = SeriesKind()
