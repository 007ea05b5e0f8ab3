"""Tables as a kind of dataset."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import ClassVar

from augcli.dataset import BalanceSettings, Dataset, DatasetSettings, Sample
from augcli.errors import Problem, SampleError, SettingError
from augcli.globs import any_of
from augcli.tabular.columns import roles_of
from augcli.tabular.config import TableDatasetSettings, TableOutputSettings
from augcli.tabular.dialect import HEAD, sniff
from augcli.tabular.methods import METHODS
from augcli.task import Buffer, Job, Processor, Record, Source, Task

SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".data", ".parquet", ".pq")


class TableKind:
    """Tables: their settings, their reader and their worker."""

    dataset_settings = TableDatasetSettings
    output_settings = TableOutputSettings
    balances: ClassVar[Mapping[str, type[BalanceSettings]]] = METHODS
    whole = True
    preload = ()

    def load_transforms(self) -> None:
        """Register the steps on rows."""
        importlib.import_module("augcli.tabular.transforms")

    def scan(self, settings: DatasetSettings, root: Path) -> Dataset:
        """List the tables at `root`: a file, or all tables in a folder, as one sample."""
        assert isinstance(settings, TableDatasetSettings)
        if root.is_file():
            return _dataset(root.parent, [root.name], settings)
        if not root.is_dir():
            raise SettingError(("dataset", "path"), f"there is no file or folder {root}")
        return _dataset(root, sorted(_files(settings, root)), settings)

    def versions(self) -> dict[str, str]:
        """Return the versions of what reads, computes and writes; imports none of it."""
        return {name: metadata.version(name) for name in _LIBRARIES}

    def remake(
        self, records: Sequence[Record], sources: Sequence[Source], output: Path
    ) -> Iterator[Iterable[Buffer]]:
        """Yield the tables of an output again, from records, sources and provenance."""
        from augcli.tabular.augment import remake

        return remake(records, sources, output)

    def figure(self, path: Path) -> str:
        """Return nothing: a table's story is told by its counts."""
        return ""

    def remarks(self, job: Job, dataset: Dataset) -> Iterator[Problem]:
        """Yield nothing: what there is to say of a table is known when it was read."""
        return iter(())

    def index(
        self, settings: DatasetSettings, path: Path, records: Iterable[Record]
    ) -> tuple[str, Iterator[str]] | None:
        """Return nothing: tables list themselves."""
        return None

    def preview(self, job: Job, sources: Sequence[tuple[Task, bytes]], copies: int) -> bytes:
        """Refuse: there is nothing to draw."""
        raise SettingError(
            ("dataset", "kind"),
            "a preview is a picture; for tables see `augment plan` for columns and counts, "
            "and `augment explain FILE ROW` after a run",
        )

    def make_processor(self, job: Job) -> Processor:
        """Return what a job does with the tables."""
        from augcli.tabular.augment import TableProcessor

        return TableProcessor(job, self.versions())


_LIBRARIES = ("polars", "scikit-learn", "scipy", "numpy")


def _files(settings: TableDatasetSettings, root: Path) -> Iterator[str]:
    wanted, unwanted = any_of(settings.include or ["**"]), any_of(settings.exclude)
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        chosen = wanted.fullmatch(name) and not unwanted.fullmatch(name)
        if path.suffix.lower() in SUFFIXES and chosen and path.is_file():
            yield name


def _dataset(root: Path, files: list[str], settings: TableDatasetSettings) -> Dataset:
    if not files:
        raise SettingError(("dataset", "path"), f"there is no table in {root}")
    _check_names(root / files[0], settings)
    told = settings.split is not None or len({Path(name).stem for name in files}) > 1
    dataset = Dataset(root, held_out=told, files=files)
    dataset.extend([Sample(files[0] if len(files) == 1 else ".", settings.augment[0], None)])
    return dataset


def _check_names(path: Path, settings: TableDatasetSettings) -> None:
    """See that the columns are there that a recipe names; what cannot be read is told later."""
    if path.suffix.lower() in (".parquet", ".pq"):
        return
    with suppress(SampleError, OSError), path.open("rb") as file:
        roles_of(sniff(file.read(2 * HEAD), settings).names, settings)


KIND = TableKind()
