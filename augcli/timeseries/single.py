"""One series in a file of its own and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, partial

from augcli.dataset.told import refuse_unnamed
from augcli.errors import SampleError, SettingError
from augcli.records.keys import key_as_it_is
from augcli.requests.asked import Copies
from augcli.requests.redraws import Vain
from augcli.task import Output, Processed, Source, Task
from augcli.timeseries import remarks
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.copies import Copy
from augcli.timeseries.drawing import Drawing
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.places import Place
from augcli.timeseries.records import Records, of_passed
from augcli.timeseries.society import Society
from augcli.timeseries.writing import alone


class ProcessedFile(Processed):
    """A file that is one series, by itself; what only passes through is not even opened."""

    def __init__(self, job: SeriesJob, versions: Mapping[str, str], task: Task, source: Source):
        self._job, self._versions, self._task, self._source = job, versions, task, source
        self._vain = Vain()
        self._told: set[str] = set()
        self.short = self._vain.lost

    @cached_property
    def outputs(self) -> Sequence[Output]:
        """Return the original and its copies."""
        task, job = self._task, self._job
        if not isinstance(task.request, Copies):
            return [self._passed()]
        library = self.library
        entry = library.entries[task.source]
        _refuse_unnamed(job.dataset, library)
        if entry.trouble:
            raise SampleError(entry.trouble)
        records = Records(library, job.dataset, self._versions, job.steps)
        drawing = Drawing(job, library, Society(library))
        (drawn,) = drawing.of([(entry, task.request.counts)], self._vain)
        own = records.of_original(entry, task.base)
        as_it_is = Output(own, key_as_it_is(self._source), None)
        originals = [as_it_is] if job.output.emits_originals else []
        return [*originals, *(self._copy(records, entry, copy) for copy in drawn)]

    @cached_property
    def library(self) -> Library:
        """Return the file; SampleError where it cannot be read."""
        task = self._task
        places = {task.source: Place(task.split, task.label)}
        return Library([self._source], self._job.dataset, places, single=True)

    def _passed(self) -> Output:
        task, settings = self._task, self._job.dataset
        record = of_passed(self._source, task.base, task.split, task.label, settings)
        return Output(record, key_as_it_is(self._source), None)

    def _copy(self, records: Records, entry: Entry, copy: Copy) -> Output:
        record = records.of_copy(entry, self._task.base, copy)
        make = partial(alone, records.library, copy, self._told.add)
        return Output(record, records.key(record, copy.drawn), lambda: [make()])

    def prove(self) -> list[str]:
        """Return what was taken of its columns; SampleError where the file cannot be read."""
        assert self.outputs
        if not isinstance(self._task.request, Copies):
            return []
        return list(remarks.columns([self.library.file(self._source.name)]))

    def remarks(self) -> list[str]:
        """Return what was told of its copies while they were made."""
        return [*self._told]


def _refuse_unnamed(settings: SeriesDatasetSettings, library: Library) -> None:
    """Raise SampleError for a file that has a column of splits of its own."""
    try:
        refuse_unnamed(settings, library.unnamed)
    except SettingError as error:
        raise SampleError(str(error)) from None
