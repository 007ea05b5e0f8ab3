"""A dataset of series and what becomes of it: read, drawn, made and written with its story.

A run and a replay share `Writing` and `alone`, so a replay proves the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain, count, islice
from operator import attrgetter
from typing import TYPE_CHECKING

from augcli.again import Again
from augcli.balance.classes import check_steps, check_target, doubts, refuse_amounts
from augcli.balance.targets import counted, spread, targets
from augcli.dataset.leaks import groups_heeded, heeded
from augcli.dataset.splits import NO_SPLIT, augmented, check_augmented
from augcli.dataset.told import refuse_unnamed
from augcli.errors import Problem, SampleError, SettingError
from augcli.plural import several
from augcli.records.keys import key_as_it_is, key_of, key_of_all
from augcli.requests.asked import Copies, Splits
from augcli.requests.courses import dealt_out
from augcli.rows.originals import originals_of
from augcli.rows.tables import FORM, ORIGINALS, PROVENANCE, lost_lines, parquet_of
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
from augcli.timeseries import remarks
from augcli.timeseries.beyond import beyond
from augcli.timeseries.copies import Copy, CopyColumns, Decided, block_of
from augcli.timeseries.courses import refuse_groups
from augcli.timeseries.drawing import Drawing
from augcli.timeseries.formats import versions_for
from augcli.timeseries.formats.base import Own
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry, Library, size_of
from augcli.timeseries.parted import library_of, parted
from augcli.timeseries.places import output_names
from augcli.timeseries.provenance import Story
from augcli.timeseries.records import File, Records
from augcli.timeseries.single import ProcessedFile
from augcli.timeseries.society import Society
from augcli.timeseries.writing import Ahead, Writing
from augcli.transform import prepare

if TYPE_CHECKING:
    import polars as pl

_BLOCK = 256
"""How many series are drawn for at a time."""
_READING = 9
"""Raised when files come to be read otherwise, so that what was made of them is made again."""


class SeriesProcessor(Processor[Processed]):
    """What a recipe does with a dataset of series."""

    job: SeriesJob

    def __init__(self, job: SeriesJob, versions: Mapping[str, str]):
        super().__init__(job, versions)
        if job.dataset.tells_splits and not job.output.emits_originals:
            text = "`omit` is not available where a column says in which split a series is"
            raise SettingError(("output", "originals"), text)
        prepare(job.steps)

    def process(self, task: Task, sources: Sequence[Source]) -> Processed:
        """Return what becomes of a file, or of all files; SampleError if there are no series."""
        if isinstance(task.request, Splits):
            return ProcessedSeries(self, sources)
        return ProcessedFile(self.job, self.versions, task, sources[0])

    def records(self, library: Library) -> Records:
        """Return what makes the records of outputs."""
        return Records(library, self.job.dataset, self.versions, self.job.steps)


class ProcessedSeries(Processed):
    """All files of a dataset: what is drawn for each series is decided, new ones are written."""

    def __init__(self, processor: SeriesProcessor, sources: Sequence[Source]):
        self._job, self._settings, self._sources = processor.job, processor.job.dataset, sources
        self.library = library = library_of(processor.job, sources)
        settings = self._settings.of_files
        self._records = processor.records(library)
        if settings.split_column is None:
            refuse_unnamed(settings, library.unnamed)
        if self._settings.split_column is not None:
            sound = (entry for entry in library.entries.values() if entry.trouble is None)
            check_augmented(self._settings.augment, {entry.split for entry in sound})
        self._ours = augmented(
            self._settings.augment, {entry.split for entry in library.entries.values()}
        )
        self._drawing = Drawing(processor.job, library, Society(library))
        self._groups = library.groups(self._ours)
        classes = {entry.label for entry in library.entries.values() if entry.label is not None}
        check_steps(self._job.steps, classes)
        check_target(self._job.balance, classes)
        refuse_amounts(self._job.balance, library.of_amounts)
        self._originals = self._job.output.emits_originals
        refuse_groups(self._job)
        each = sum(self._job.asked) * self._job.group + self._originals
        counts = {group: len(entries) * each for group, entries in self._groups.items()}
        self._targets = targets(self._job.balance, counts)
        shared = library.shared(self._ours)
        self._leaks = heeded(self._settings, ("series", "series"), shared, " = ".join)
        self._leaks += groups_heeded(self._settings, parted(library, self._settings, self._ours))

    @cached_property
    def decided(self) -> Decided:
        """Draw all copies; series that a step refuses are left out and made up for by others."""
        refused: dict[str, str] = {}
        while True:
            found = self._drawn(refused)
            if not found.refused:
                return Decided(found.copies, refused, found.lost)
            refused |= found.refused

    def _drawn(self, refused: Mapping[str, str]) -> Decided:
        amounts = self.amounts(refused)
        asked = ((id_, amounts[id_].counts) for id_ in self.library.entries if id_ in amounts)
        blocks = iter(lambda: list(islice(asked, _BLOCK)), [])
        result = Decided(CopyColumns(), {}, {})
        for part in self._job.spread(self._key, self._drawn_block, blocks):
            if part.made is None:
                result.lost[part.items[0][0]] = str(part.loss)
                continue
            result.take(part.made())
        return result

    def _drawn_block(
        self, block: Sequence[tuple[str, Sequence[int]]], begin: Callable[[int], None]
    ) -> bytes:
        """Return what is drawn for series, and what is refused."""
        copies: list[Copy] = []
        refused: dict[str, str] = {}
        asked = [(self.library.entries[ident], counts) for ident, counts in block]
        for number, drawn in enumerate(self._drawing.of(asked)):
            begin(number)
            ident, _ = block[number]
            try:
                copies += list(drawn)
            except SampleError as error:
                refused[ident] = str(error)
        return block_of(copies, refused)

    def amounts(self, refused: Mapping[str, str]) -> dict[str, Copies]:
        """Return id → copies of all series that can be augmented."""
        amounts: dict[str, Copies] = {}
        asked, size = self._job.asked, self._job.group
        for group, entries in self._groups.items():
            healthy = [e for e in entries if e.trouble is None and e.id not in refused]
            given = len(healthy) * sum(asked) * size + sum(map(self._stays, entries))
            wanted = (self._targets.get(group, 0) - given) // size
            extras = spread(self._job.seed, healthy, attrgetter("id"), wanted)
            amounts |= {entry.id: each for entry, each in dealt_out(extras, asked, size)}
        return amounts

    @cached_property
    def _amounts(self) -> dict[str, Copies]:
        """Return the same once it is seen which series steps refuse."""
        return self.amounts(self.decided.refused)

    def _stays(self, entry: Entry) -> bool:
        """Return whether a series is in the output as it is, also one that cannot be used."""
        return self._originals and (entry.trouble is None or not self.library.single)

    def prove(self) -> list[str]:
        """Return notes on what was not as asked."""
        alone = Counter(chain.from_iterable(self.decided.copies.column("alone")))
        left = [f"{name} left out {n} times: no partner" for name, n in sorted(alone.items())]
        told = [*remarks.found_out(self.library), *beyond(self.library, self.decided.copies)]
        return [*left, *told, *self._leaks, *doubts(self._counts)]

    def oddities(self) -> Iterator[Problem]:
        """Yield what was guessed of the files."""
        for doubt in remarks.doubts(self.library, self._ours):
            yield doubt.problem(self.library.files[0])

    def remarks(self) -> list[str]:
        """Return what was guessed of the files, in words."""
        return list(map(str, remarks.doubts(self.library, self._ours)))

    def again(self) -> list[Again]:
        """Return which series are no new ones; those in files of their own say so themselves."""
        repeats = self.decided.copies.column("repeats")
        return [] if self.library.single else list(remarks.repeats(repeats))

    @property
    def tally(self) -> Tally:
        """Return counts, failed series, and what was found out about the files."""
        amounts, entries = self._amounts, self.library.entries
        asked = (((entries[i].split, entries[i].label), each) for i, each in amounts.items())
        dealt = self._job.dealt(asked)
        return Tally(self._counts, list(self._failures()), list(self._story()), dealt)

    @property
    def lost(self) -> Sequence[Lost]:
        """Return the series that nothing was drawn for, as workers were lost on them."""
        amounts = self._amounts
        entries = ((self.library.entries[ident], why) for ident, why in self.decided.lost.items())
        return [Lost(_failure(e, why), e.label, amounts[e.id].count) for e, why in entries]

    @cached_property
    def _counts(self) -> list[Count]:
        before = Counter((e.split, e.label) for e in self.library.entries.values())
        amounts = self._amounts
        after: Counter[tuple[str, str | None]] = Counter()
        for entry in self.library.entries.values():
            group = (entry.split, entry.label)
            if group not in self._groups:
                after[group] += 1
            else:
                new = amounts[entry.id].count if entry.id in amounts else 0
                after[group] += new + self._stays(entry)
        return counted(before, after, self._targets)

    def _failures(self) -> Iterator[Plain]:
        for name, reason in sorted(self.library.broken.items()):
            place = self.library.places[name]
            yield failure(name, place.split or None, place.label, reason)
        for name in self.library.files:
            yield from lost_lines(name, self.library.lost[name])
        for entry in self.library.entries.values():
            why = entry.trouble or self.decided.refused.get(entry.id)
            if why and (entry.split in self._ours or entry.split == NO_SPLIT):
                yield _failure(entry, why)

    def _story(self) -> Iterator[str]:
        yield from doubts(self._counts)
        yield from map(str, remarks.doubts(self.library, self._ours))
        yield from remarks.found_out(self.library)
        if self.library.single:
            files = several(len(self.library.files), "file")
            yield f"{files}, {size_of(self.library.entries.values())} each"
            return
        for name in self.library.files:
            entries = [e for e in self.library.entries.values() if e.file == name]
            yield f"{name}: {len(entries)} series of {size_of(entries)}"

    @cached_property
    def outputs(self) -> Sequence[Output]:
        """Return the files with their new series, and the table of where these come from."""
        if self.library.single:
            return list(self._singles())
        stories = [file.story for file in self._files]
        record = {"output": PROVENANCE, "rows": sum(len(each.copies) for each in stories)}
        digests = [story.digest for story in stories]
        versions = versions_for((), self._settings, self._records.versions)
        key = key_of({}, digests, [record, FORM, versions])
        aside = Output(record, key, lambda: parquet_of(self._frames()), listed=False)
        return [*map(self._output_of, self._files), aside, *self._originals_aside(stories)]

    def _originals_aside(self, stories: Sequence[Story]) -> Iterator[Output]:
        """Yield the table of which rows of their sources originals are, where it is not all."""
        told = [(story.output, story.own) for story in stories if story.own]
        if told:
            key = key_of({}, [[output, list(own)] for output, own in told], [FORM])
            make = partial(originals_of, told)
            yield Output({"output": ORIGINALS}, key, make, listed=False)

    def _frames(self) -> Iterator[pl.DataFrame]:
        """Yield the table of where new series come from in parts."""
        return chain.from_iterable(each.story.frames(each.writing.lost) for each in self._files)

    def _output_of(self, file: File) -> Output:
        writing = file.writing
        if writing.passes:
            return Output(file.record, writing.key, None)
        lost = partial(self._lost_of, file)
        return Output(file.record, writing.key, writing.pieces, lost=lambda: [*lost()])

    def _lost_of(self, file: File) -> Iterator[Lost]:
        for number, reason in file.writing.lost.items():
            copy = file.story.copies[number]
            yield Lost(_failure(self.library.entries[copy.source], reason), copy.label)

    @cached_property
    def _files(self) -> list[File]:
        parted = self._settings.shares is not None
        return [file for name in self.library.files for file in self._of_file(name, parted=parted)]

    def _of_file(self, name: str, *, parted: bool) -> Iterator[File]:
        """Yield what comes of a file of many series: a file for each split that was drawn of it."""
        entries = [e for e in self.library.entries.values() if e.file == name]
        if not parted:
            yield self._many(name, name, entries, None)
            return
        for split in sorted({entry.split for entry in entries}):
            inside = [entry for entry in entries if entry.split == split]
            yield self._many(name, f"{split}/{name}", inside, [entry.row for entry in inside])

    def _many(self, name: str, output: str, entries: Sequence[Entry], rows: Own) -> File:
        """Return an output with many series of a file: with some of its rows, or as it is."""
        copies = self.decided.of(entry.id for entry in entries)
        splits = {entry.split for entry in entries}
        keeps = self._originals or not splits <= self._ours
        own, kept = (len(entries), rows) if keeps else (0, ())
        marked = self._job.is_marked
        story = Story(output, own, copies, self.library.entries, kept, is_marked=marked)
        split = splits.pop() if len(splits) == 1 else None
        record = self._records.of_file(name, output, split, copies, own)
        as_it_is = keeps and rows is None and not copies
        source = self.library.sources[name]
        key = key_as_it_is(source) if as_it_is else self._records.key(record, story.digest)
        writing = Writing(self.library, name, copies, kept, self._job.spread, key)
        return File(record, story, writing)

    def _singles(self) -> Iterator[Output]:
        """Yield the files that come of files with one series."""
        copies = self.decided.of(self.library.files)
        names = output_names(dict(sorted(self.library.places.items())))
        ahead = Ahead(self.library, copies, self._job.spread, self._key)
        numbers = count()
        for name in self.library.files:
            entry, base = self.library.entries[name], names[name]
            if self._stays(entry) or entry.split not in self._ours:
                record = self._records.of_original(entry, base)
                yield Output(record, key_as_it_is(self.library.sources[name]), None)
            for copy in self.decided.of([name]):
                record = self._records.of_copy(entry, base, copy)
                key = self._records.key(record, copy.drawn)
                yield Output(record, key, partial(ahead.get, next(numbers)))

    @cached_property
    def _key(self) -> str:
        """Return the hash of all that what is drawn, and made of it, depends on."""
        settings = self._settings.model_dump(mode="json", exclude={"path"})
        form = [settings, self._records.versions, _READING]
        return key_of_all(self._sources, self._job, form)


def _failure(entry: Entry, reason: str) -> Plain:
    return failure(entry.id, entry.split or None, entry.label, reason)
