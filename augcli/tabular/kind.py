"""Tables as a kind of dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from augcli.dataset.files import Listing
from augcli.dataset.formats import formats_of
from augcli.dataset.lists import refuse_rows_of_files
from augcli.dataset.scanned import Wanted, scanned
from augcli.dataset.units import Dataset
from augcli.disk.reading import opened_to_read
from augcli.errors import Problem, SampleError, SettingError
from augcli.kind import Kind, later
from augcli.records.provenance import TableRecord
from augcli.tabular.config import TableDatasetSettings, TableOutputSettings
from augcli.tabular.job import TableJob
from augcli.tabular.methods import METHODS
from augcli.tabular.methods.base import stages_of
from augcli.tabular.methods.chain import Chain
from augcli.tabular.reading.columns import roles_of
from augcli.tabular.reading.dialect import HEAD
from augcli.tabular.reading.named import splits_by_name
from augcli.tabular.reading.readers import TableFormat, format_of, table_format
from augcli.tabular.transform import RowTransform
from augcli.transform import walk


def scan(settings: TableDatasetSettings, root: Path) -> Dataset:
    """List the tables at `root`: a file, or all tables in a folder, as one unit."""
    return scanned(settings, root, Wanted(_is_table, "tables", refuse_other_samples), _dataset)


def refuse_other_samples(listing: Listing, tables: Sequence[str]) -> None:
    """Raise DoubtError where rows of tables tell of files, which are the samples then."""
    refuse_rows_of_files(listing, tables, listing.names)


def remarks(job: TableJob, dataset: Dataset) -> Iterator[Problem]:
    """Yield what a method cannot promise, and what mixup leaves to be asked for."""
    cleaners = [each for each in stages_of(job.balance) if each.cleans]
    for each in cleaners:
        text = (
            f"{each.name} leaves out rows where classes overlap: "
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


def _is_table(name: str) -> bool:
    return table_format(name) is not None


def _dataset(root: Path, files: list[str], settings: TableDatasetSettings) -> Dataset:
    if not files:
        raise SettingError(("dataset", "path"), f"there is no table in {root}")
    _check_names(root, files, settings)
    by_name = splits_by_name(settings, files)
    told = settings.split is not None or len(set(by_name.values())) > 1
    dataset = Dataset(root, held_out=told)
    dataset.gather(files, settings.augment[0])
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
    names_of = format_of(path.name).names_of
    if names_of is None:
        return
    with suppress(SampleError, OSError), opened_to_read(path) as (file, _):
        roles_of(names_of(file.read(2 * HEAD), settings), settings)


KIND = Kind(
    dataset_settings=TableDatasetSettings,
    output_settings=TableOutputSettings,
    balances=METHODS,
    chained=Chain,
    formats=formats_of(TableFormat),
    scan=scan,
    libraries=("polars", "scikit-learn", "scipy", "numpy", "deflate", "zstandard"),
    processor=later("augcli.tabular.augment:TableProcessor"),
    records=(TableRecord,),
    remaking=later("augcli.tabular.remaking:remake"),
    ungrouped="all new rows of a class are made together, by methods that know no strength",
    starter=later("augcli.tabular.starter:starter"),
    linter=later("augcli.tabular.linter:TableLinter"),
    preview=later("augcli.tabular.preview:sheet"),
    play=later("augcli.tabular.playground:playground"),
    figure=later("augcli.tabular.figure:figure"),
    overview=later("augcli.tabular.figure:overview"),
    remarks=remarks,
    contents=later("augcli.tabular.loading:contents"),
    in_words=True,
    court=later("augcli.tabular.court:court"),
)
