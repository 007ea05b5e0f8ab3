"""A dataset of tables and what becomes of it: read, split, drawn, written with its parents.

A run and a replay share `Writing`, so a replay proves the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from itertools import islice

import numpy as np
import polars as pl
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.again import Again
from augcli.balance.classes import doubts
from augcli.dataset.splits import NO_SPLIT, augmented, check_augmented
from augcli.dataset.told import refuse_unnamed
from augcli.errors import Problem, SampleError
from augcli.records.keys import key_as_it_is, key_of_all
from augcli.records.provenance import TableRecord, original_of
from augcli.rows.opened import copied
from augcli.rows.originals import originals
from augcli.rows.packings import PACKERS, packers_of
from augcli.rows.tables import FORM, ORIGINALS, PROVENANCE, REMOVED, lost_lines, parquet_of
from augcli.tabular.aims import foreseen
from augcli.tabular.checks import check_job, labels_of, unlabelled
from augcli.tabular.deciding.apart import Apart
from augcli.tabular.deciding.balance import Decided
from augcli.tabular.deciding.outline import NO_CLASS, Outline, passing
from augcli.tabular.deciding.steps import steps_of
from augcli.tabular.drawn import Drawn
from augcli.tabular.faults import failed_methods, lost_of, without_faults
from augcli.tabular.job import TableJob
from augcli.tabular.methods.base import stages_of
from augcli.tabular.reading.doubts import refuse_unclear, warned
from augcli.tabular.reading.named import refuse_columns, splits_by_name
from augcli.tabular.reading.table import Rows, texts_of
from augcli.tabular.remarks import compared, leaked, remarks, repeats, story
from augcli.tabular.splits import File, files_of, kept_rows, only_split, rows_of, unnamed
from augcli.tabular.whole import read_whole
from augcli.tabular.writing import provenance
from augcli.tabular.writing.extras import extras_of
from augcli.tabular.writing.output import Writing
from augcli.tabular.writing.twins import Prints
from augcli.task import (
    Count,
    Lost,
    Output,
    Plain,
    Processed,
    Processor,
    Source,
    Tally,
    Task,
    failure,
)

_FORM = 13
"""Raised when cells come to be read otherwise, or records tell otherwise what was drawn."""


class TableProcessor(Processor["ProcessedTable"]):
    """What a recipe does with a dataset of tables."""

    job: TableJob

    def __init__(self, job: TableJob, versions: Mapping[str, str]):
        others = {name: told for name, told in versions.items() if name not in PACKERS}
        super().__init__(job, others)

    def process(self, task: Task, sources: Sequence[Source]) -> ProcessedTable:
        """Return what becomes of the files of a dataset; SampleError if they are no table."""
        return ProcessedTable(self, sources)


class ProcessedTable(Processed):
    """All files of a dataset: what is drawn and left out is decided, new rows are written."""

    def __init__(self, processor: TableProcessor, sources: Sequence[Source]):
        self.job, self._versions = processor.job, processor.versions
        told = self.job.dataset
        self._amount = any(each.amount for each in stages_of(self.job.balance))
        whole = read_whole(sources, told, self.job.seed, amount=self._amount)
        self.table, self._splits, self._ours = whole.table, whole.splits, whole.ours
        refuse_unclear(self.table, told)
        if not isinstance(told.split, str | int):
            refuse_unnamed(told, unnamed(self.table, self._splits, told))
            refuse_columns(told, self.table.parts)
        check_augmented(self.job.dataset.augment, self._splits.texts)
        self._sources = [each for each in sources if each.name not in self.table.broken]
        self._named = splits_by_name(told, [each.name for each in sources])
        self._copied = [*copied(self._named, self._sources, "rows")]
        self._labels = labels_of(self.table, self.job.balance, self._ours)
        check_job(self.table, self._labels, self.job)
        self.outlines = self._outlined()
        extras_of(self.table, self.job.output, self._ours)
        self._writing = cache(self._written_as)
        self._warned = partial(warned, self.table, self._ours, self.job.dataset)

    def _outlined(self) -> list[Outline]:
        """Return what is asked for, for each split that is augmented."""
        self._without("label", self._ours & (self._labels.codes < 0))
        self.table.bad |= dict(unlabelled(self.table, self._ours)) | self.table.bad
        self._without("split", rows_of(self._splits, [NO_SPLIT]))
        ours = augmented(self.job.dataset.augment, self._splits.texts)
        usable = ~np.isin(np.arange(len(self.table)), [*self.table.bad])
        apart = Apart(self.job.spread, self._key("methods"))
        made = [
            Outline(self.table, self._splits, self._labels, code, usable, self.job, apart)
            for code, name in enumerate(self._splits.texts)
            if name in ours
        ]
        if not any(each.train.any() for each in made):
            broken = "".join(f"; {name}: {why}" for name, why in self.table.unusable)
            raise SampleError(
                f"no row of {' or '.join(self.job.dataset.augment)} can be used; "
                f"the splits are {', '.join(filter(None, self._splits.texts))}{broken}"
            )
        return [each for each in made if each.train.any()]

    def _without(self, role: str, rows: NDArray[np.bool_]) -> None:
        """Make rows parents of nothing, as they have no label or no split."""
        if (column := self.table.with_role(role)) is None:
            return
        mark = column.style.missing.strip("\"' ")
        hint = f", as {mark!r} means so; if it is one, see `dataset.missing`" if mark else ""
        for row in np.flatnonzero(rows).tolist():
            self.table.bad.setdefault(row, f"column {column.name!r}: there is no {role}{hint}")

    def is_ours(self, row: int) -> bool:
        """Return whether a row is of a split that is augmented."""
        return bool(self._ours[row])

    @cached_property
    def decided(self) -> list[Decided]:
        """Return what is drawn and left out by split; others make up for what steps fail on."""
        self.outlines, decided = without_faults(self.outlines)
        return decided

    @cached_property
    def _drawn(self) -> list[Drawn]:
        return [drawn for each in self.decided for drawn in each.drawn]

    @cached_property
    def _removed(self) -> Rows:
        return np.sort(np.concatenate([each.removed for each in self.decided]))

    def prove(self) -> list[str]:
        """Draw; returns notes on the table and on what could not be as asked.

        Raises FindingsError where rows of a split that is augmented are in others, too.
        """
        return [*self.leaks(), *remarks(self.outlines, self.decided), *doubts(self.tally.counts)]

    def leaks(self) -> list[str]:
        """Return what to tell of rows and groups that are in other splits, too."""
        return leaked(self.outlines, self.job.dataset)

    def oddities(self) -> Iterator[Problem]:
        """Return what the table may be instead, and whom splits part."""
        return (each.problem(self.table.parts[0].name) for each in self._warned())

    def remarks(self) -> list[str]:
        """Return what the table may be instead, what is there twice, and how parts compare."""
        return [*map(str, self._warned()), *self._copied, *compared(self.outlines, self.decided)]

    def again(self) -> list[Again]:
        """Return which of the new rows are no new ones."""
        prints = iter(self._prints_of_drawn())
        new = [list(islice(prints, len(each.drawn))) for each in self.decided]
        return list(repeats(self.outlines, self.decided, new))

    def _prints_of_drawn(self) -> list[Prints]:
        """Return the prints of new rows in the order of what was drawn, not of the files."""
        result = [np.empty(len(each), np.uint64) for each in self._drawn]
        for file in self._files:
            left = np.concatenate([np.empty(0, np.uint64), *self._writing(file).prints()])
            for prints, drawn in zip(result, self._drawn, strict=True):
                places = self._places(file, drawn)
                prints[places], left = left[: len(places)], left[len(places) :]
        return result

    @property
    def tally(self) -> Tally:
        """Return counts as decided, failed rows, and what was found out about the columns."""
        return self._told(self._counts(self._counts_of), self.decided)

    @property
    def outline(self) -> Tally:
        """Return the same as planned, before it is decided which rows are new and which go."""
        counts, notes = self._counts(lambda at: self.outlines[at].counts()), foreseen(self.outlines)
        return self._told(counts, self.outlines, notes)

    def _told(
        self, counts: Sequence[Count], told: Iterable[Outline | Decided], more: Iterable[str] = ()
    ) -> Tally:
        failures = [*self._failures(), *failed_methods(self.table, self.outlines, told)]
        notes = [*self._copied, *story(self.table, self.job), *more, *doubts(counts)]
        return Tally(counts, failures, notes)

    @property
    def lost(self) -> Sequence[Lost]:
        """Return what is not among what is drawn, as workers were lost on it."""
        return [*lost_of(self.table, self.outlines, self.decided, self._failure)]

    def _counts(self, of_asked: Callable[[int], Iterable[Count]]) -> list[Count]:
        asked = {outline.split: place for place, outline in enumerate(self.outlines)}
        found: list[Count] = []
        for split in range(len(self._splits.texts)):
            if split in asked:
                found += of_asked(asked[split])
            else:
                found += passing(self._splits, self._labels, split)
        return [replace(each, label=None) if each.label == NO_CLASS else each for each in found]

    def _counts_of(self, place: int) -> Iterator[Count]:
        """Yield the counts of an augmented split."""
        counts, decided = self.outlines[place].counts(), self.decided[place]
        gone = texts_of(self._labels, self._labels.codes[decided.removed])
        for count in counts:
            new = sum(len(each) for each in decided.drawn if each.label == count.label)
            after = count.before + new - int(gone.eq_missing(count.label).sum())
            yield replace(count, after=after)

    def _failures(self) -> Iterator[Plain]:
        for name, reason in self.table.broken.items():
            split = None if self.job.dataset.split else self._named[name]
            yield failure(name, split, None, reason)
        for part in self.table.parts:
            yield from lost_lines(part.name, part.lost)
        for row, reason in sorted(self.table.bad.items()):
            yield self._failure(row, reason)

    def _failure(self, row: int, reason: str) -> Plain:
        split = self._splits.texts[self._splits.codes[row]] or None
        return failure(self.table.row_id(row), split, self._labels.text(row), reason)

    @cached_property
    def _files(self) -> list[File]:
        return [*files_of(self.table, self._splits, self.job.dataset)]

    @cached_property
    def outputs(self) -> Sequence[Output]:
        """Return the tables with their new rows, and the table of where these come from."""
        tables = [self._output_of(file) for file in self._files]
        asides = [self._aside(PROVENANCE, self._provenance)]
        if len(self._removed):
            asides.append(self._aside(REMOVED, self._removals))
        if partial := [file for file in self._files if not self._kept(file).all()]:
            asides.append(self._aside(ORIGINALS, lambda: self._originals(partial)))
        return [*tables, *asides]

    def _drawn_of(self, file: File) -> list[Drawn]:
        return [*filter(len, (each.at(self._places(file, each)) for each in self._drawn))]

    def _places(self, file: File, drawn: Drawn) -> Rows:
        """Return which of the new rows are in a file: those whose base is."""
        return file.places(self.table, self._splits, drawn.base)

    @cached_property
    def _stays(self) -> NDArray[np.bool_]:
        """Return which rows of the dataset its outputs have."""
        rows = kept_rows(self._splits, self.job.dataset, self.job.output)
        rows[self._removed] = False
        return rows

    def _kept(self, file: File) -> NDArray[np.bool_]:
        """Return which rows of its source an output has."""
        return file.own(self.table, self._splits, self._stays)

    def _output_of(self, file: File) -> Output:
        writing = self._writing(file)
        record = self._record(file, sum(map(len, writing.drawn)))
        if writing.passes:
            return Output(record, key_as_it_is(writing.source), None)
        return Output(record, writing.key, writing.pieces, lost=lambda: [*self._lost_of(writing)])

    def _lost_of(self, writing: Writing) -> Iterator[Lost]:
        """Yield the new rows of a file on which workers were lost."""
        for number, reason in writing.lost.items():
            drawn = writing.drawn_as(number)
            yield Lost(self._failure(int(drawn.base[0]), reason), drawn.label)

    def _written_as(self, file: File) -> Writing:
        source = self._sources[file.part]
        return Writing(
            self.table,
            file.part,
            source,
            self._drawn_of(file),
            self._kept(file),
            self._ours,
            self.job.output,
            self.job.spread,
            self._key(file.name, *packers_of(source.data), *(each.failure for each in self.lost)),
        )

    def _record(self, file: File, new: int) -> Plain:
        source, dialect = self._sources[file.part], self.table.parts[file.part].dialect
        own = int(self._kept(file).sum())
        others = {each.name: each.sha256 for each in self._sources if each is not source}
        names = (outline.name for outline in self.outlines)
        spreads = dict(zip(names, (each.spreads for each in self.decided), strict=True))
        split = file.split or only_split(self.table, self._splits, file.part)
        told = original_of(source, file.name, split)
        made = {"partners": list(others), "partner_sha256": others, "steps": steps_of(self._drawn)}
        return TableRecord(
            **told | made,
            rows=own + new,
            originals=own,
            synthetic=new,
            removed=len(self._removed),
            dialect=dialect.plain() if dialect else None,
            columns=[column.plain() for column in self.table.columns],
            seed=self.job.seed,
            dataset=self.job.dataset.recorded(),
            write=self.job.output.as_files().model_dump(mode="json", exclude={"path"}),
            amount=self._amount,
            spreads=spreads,
        ).plain()

    def _provenance(self) -> Iterator[pl.DataFrame]:
        for file in self._files:
            first, drawn = int(self._kept(file).sum()), self._writing(file).whole
            yield from provenance.to_frames(self.table, self._splits, file.name, first, drawn)

    def _originals(self, files: Sequence[File]) -> Iterator[pl.DataFrame]:
        return (originals(file.name, np.flatnonzero(self._kept(file)).tolist()) for file in files)

    def _removals(self) -> Iterator[pl.DataFrame]:
        balance = self.job.balance
        ids = provenance.row_ids(self.table, self._removed)
        yield pl.DataFrame({"id": ids}).with_columns(method=pl.lit(balance and balance.name))

    def _aside(self, name: str, frames: Callable[[], Iterator[pl.DataFrame]]) -> Output:
        key = self._key(f"{name} {FORM}")
        return Output({"output": name}, key, lambda: parquet_of(frames()), listed=False)

    def _key(self, name: str, *more: object) -> str:
        told = (self.job.dataset, self.job.output)
        settings = [each.model_dump(mode="json", exclude={"path"}) for each in told]
        form = [name, _FORM, settings, self._versions, *more]
        return key_of_all(self._sources, self.job, form)
