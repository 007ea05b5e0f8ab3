"""Texts as a kind of dataset."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from augcli.dataset.formats import format_at, formats_of
from augcli.dataset.layout import file_splits
from augcli.dataset.scanned import Wanted, scanned
from augcli.dataset.shares import refuse_named, refuse_order
from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset
from augcli.errors import Problem, SettingError
from augcli.kind import Kind, later
from augcli.records.provenance import TextFileRecord, TextRecord
from augcli.settings.balance import Balance
from augcli.text.config import TextDatasetSettings, TextOutputSettings
from augcli.text.formats.base import TextFormat
from augcli.text.formats.folders import refuse_annotations, refuse_folders, scan_folders
from augcli.text.formats.open import check_keys
from augcli.text.job import TextJob
from augcli.text.recommended import recommended_copies
from augcli.text.transform import recommending


def scan(settings: TextDatasetSettings, root: Path) -> Dataset:
    """List the texts at `root`: a file, or all files of a folder, as one unit."""
    if settings.format == "folders":
        return scan_folders(settings, root)
    wanted = Wanted(lambda name: _is_chosen(name, settings), "texts", refuse_annotations)
    return scanned(settings, root, wanted, _dataset)


def remarks(job: TextJob, dataset: Dataset) -> Iterator[Problem]:
    """Yield a warning if copies are recommended that nobody asked for."""
    asked, who = any(job.asked) or job.balance, recommending(job.steps)
    if dataset.uncounted or asked or who is None:
        return
    ours = augmented(job.dataset.augment, dataset.splits)
    count = sum(sample.split in ours for sample in dataset)
    text = (
        f"no `copies` are asked for, so none are made; {who}'s authors recommend "
        f"{recommended_copies(count)} for {count} texts"
    )
    yield Problem(str(dataset.root), 0, 0, text, "warning", "no-copies")


def _is_chosen(name: str, settings: TextDatasetSettings) -> bool:
    told = settings.format in ("lines", "conll") or bool(settings.include)
    return told or format_at(TextFormat, name) is not None


def _dataset(root: Path, files: list[str], settings: TextDatasetSettings) -> Dataset:
    if not files:
        hint = "`format: lines` takes a text a line, `folders` one of each .txt file"
        raise SettingError(("dataset", "path"), f"there are no texts in {root}; {hint}")
    check_keys(files, settings)
    refuse_folders(settings, files)
    by_name = {} if settings.split_column is not None else file_splits(settings, files)
    if settings.shares:
        refuse_order(settings.shares)
        refuse_named(by_name.items())
    told = settings.split is not None or len(set(by_name.values())) > 1
    dataset = Dataset(root, held_out=told)
    dataset.gather(files, settings.augment[0], beside=[*_lexicon(root, settings)])
    return dataset


def _lexicon(root: Path, settings: TextDatasetSettings) -> Iterator[str]:
    """Yield the files of the lexicon, which are hashed and watched as the dataset's own are."""
    if settings.lexicon_path is None:
        return
    path = root / settings.lexicon_path
    if path.is_file():
        yield settings.lexicon_path
        return
    from augcli.text.language import folders, wndb

    known = (*wndb.FILES, *folders.FILES)
    found = [name for name in known if (path / name).is_file()]
    if not found:
        told = f"there is no file at {path}, and no folder with {', '.join(folders.FILES)}"
        raise SettingError(("dataset", "lexicon"), f"{told} or WordNet")
    yield from (os.path.join(settings.lexicon_path, name) for name in found)  # noqa: PTH118 – relative


KIND = Kind(
    dataset_settings=TextDatasetSettings,
    output_settings=TextOutputSettings,
    balances={"copies": Balance},
    formats=formats_of(TextFormat),
    scan=scan,
    libraries=("polars",),
    processor=later("augcli.text.augment:TextProcessor"),
    records=(TextRecord, TextFileRecord),
    remaking=later("augcli.text.remaking:remake"),
    starter=later("augcli.text.starter:starter"),
    linter=later("augcli.text.linter:TextLinter"),
    preview=later("augcli.text.preview:sheet"),
    remarks=remarks,
    play=later("augcli.text.playground:playground"),
    figure=later("augcli.text.differences:figure"),
    wording=later("augcli.text.differences:wording"),
    contents=later("augcli.text.loading:contents"),
    filed=later("augcli.text.loading:filed"),
    in_words=True,
    court=later("augcli.text.court:court"),
)
