"""Tables as a kind of dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import ClassVar

from augcli.dataset import BalanceSettings, Dataset, DatasetSettings, Sample
from augcli.encodings import open_text
from augcli.errors import Problem, SampleError, SettingError, did_you_mean
from augcli.files import listed
from augcli.kind import Kind
from augcli.layout import kept
from augcli.reading import opened_to_read
from augcli.tabular.columns import roles_of
from augcli.tabular.config import SUFFIXES, TableDatasetSettings, TableOutputSettings
from augcli.tabular.dialect import HEAD, sniff
from augcli.tabular.methods import METHODS
from augcli.tabular.methods.base import Method
from augcli.tabular.named import splits_by_name
from augcli.tabular.transform import RowTransform
from augcli.task import Buffer, Job, Processor, Record, Source, Task
from augcli.transform import walk


class TableKind(Kind):
    """Tables: their settings, their reader and their worker."""

    dataset_settings = TableDatasetSettings
    output_settings = TableOutputSettings
    balances: ClassVar[Mapping[str, type[BalanceSettings]]] = METHODS

    def scan(self, settings: DatasetSettings, root: Path) -> Dataset:
        """List the tables at `root`: a file, or all tables in a folder, as one sample."""
        assert isinstance(settings, TableDatasetSettings)
        if root.is_file():
            return _dataset(root.parent, kept(settings, [root.name]), settings)
        if not root.is_dir():
            beside = root.parent.iterdir() if root.parent.is_dir() else ()
            near = did_you_mean(root.name, (each.name for each in beside))
            raise SettingError(("dataset", "path"), f"there is no file or folder {root}{near}")
        listing = listed(settings, root)
        names = kept(settings, listing.take(_is_table, "tables"))
        files, rejected = listing.apart(names, settings.augment[0])
        dataset = _dataset(root, files, settings)
        dataset.rejected += rejected
        dataset.notes += listing.notes
        return dataset

    def starter(self, path: Path) -> str | None:
        """Return a recipe to begin with."""
        from augcli.tabular.starter import starter

        return starter(path)

    def versions(self) -> dict[str, str]:
        """Return the versions of what reads, computes and writes; imports none of it."""
        return {name: metadata.version(name) for name in _LIBRARIES}

    def remake(
        self, records: Sequence[Record], sources: Sequence[Source], output: Path
    ) -> Iterator[Iterable[Buffer]]:
        """Yield the tables of an output again, from records, sources and provenance."""
        from augcli.tabular.remaking import remake

        return remake(records, sources, output)

    def remarks(self, job: Job, dataset: Dataset) -> Iterator[Problem]:
        """Yield what a method cannot promise, and what mixup leaves to be asked for."""
        assert isinstance(job.output, TableOutputSettings)
        if isinstance(job.balance, Method) and job.balance.cleans:
            text = (
                f"{job.balance.name} leaves out rows where classes overlap: "
                "how many is known after the run, and counts are not exact"
            )
            yield Problem("balance.method", 0, 0, text, "note", "counts")
        rows = (step for step in walk(job.steps) if isinstance(step, RowTransform))
        if not job.output.soft_labels and any(step.own_share for step in rows):
            text = (
                "mixed rows keep the class of their heavier part; `soft_labels: true` under "
                "`output` adds a column for each class with its share"
            )
            yield Problem("steps", 0, 0, text, "note", "soft-labels")

    def preview(
        self, job: Job, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int, shown: int
    ) -> bytes:
        """Return small histograms of columns as PNG, new rows over those as they were."""
        from augcli.tabular.augment import TableProcessor
        from augcli.tabular.preview import sheet

        (task, files) = sources[0]
        return sheet(TableProcessor(job, self.versions()).process(task, files), shown)

    def make_processor(self, job: Job) -> Processor:
        """Return what a job does with the tables."""
        from augcli.tabular.augment import TableProcessor

        return TableProcessor(job, self.versions())


_LIBRARIES = ("polars", "scikit-learn", "scipy", "numpy")
_BEYOND_ASCII = bytes(range(0x80, 0x100))


def _is_table(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES


def _dataset(root: Path, files: list[str], settings: TableDatasetSettings) -> Dataset:
    if not files:
        raise SettingError(("dataset", "path"), f"there is no table in {root}")
    _check_names(root, files, settings)
    by_name = splits_by_name(settings, files)
    told = settings.split is not None or len(set(by_name.values())) > 1
    dataset = Dataset(root, held_out=told, files=files)
    dataset.extend([Sample(files[0] if len(files) == 1 else ".", settings.augment[0], None)])
    return dataset


def _check_names(root: Path, files: list[str], settings: TableDatasetSettings) -> None:
    """See that a file has the columns that a recipe names; what cannot be read is told later."""
    first: SettingError | None = None
    for name in files:
        try:
            return _check_names_of(root / name, settings)
        except SettingError as error:
            first = first or error
    assert first is not None
    raise first


def _check_names_of(path: Path, settings: TableDatasetSettings) -> None:
    if path.suffix.lower() in (".parquet", ".pq"):
        return
    with suppress(SampleError, OSError), opened_to_read(path) as (file, _):
        head = file.read(2 * HEAD).rstrip(_BEYOND_ASCII)  # no letter is cut in two
        roles_of(sniff(open_text("", head, settings.encoding), settings).names, settings)


KIND = TableKind()
