"""What `check` finds out about series: those that are the same, and steps that suit them badly."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from augcli.checks.alike import Alike
from augcli.checks.findings import Lint
from augcli.checks.repeating import among, repeating
from augcli.checks.spreads import losing_spread, widened
from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset
from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.task import Processed, Task
from augcli.timeseries.augment import ProcessedSeries
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.marks import mark_of
from augcli.timeseries.series import Values
from augcli.timeseries.single import ProcessedFile
from augcli.timeseries.society import PeersOf, Society
from augcli.timeseries.transform import Facts, SeriesTransform
from augcli.transform import located

_TRIED, _FEWEST = 32, 4
_POINTS, _CLOSE = 64, 0.005
"""By which series are compared, and how near they are then, in standard deviations."""


class SeriesLinter:
    """Takes in the series of a dataset, and tells what a person should know of them."""

    def __init__(self, job: SeriesJob, dataset: Dataset):
        self._job, self._dataset = job, dataset
        self._libraries: list[Library] = []
        self._alike, self._shapes = Alike(frozenset(), "series"), _Shapes()
        self._names: list[str] = []
        self._repeats = Counter[bool]()
        """How many copies repeat another, and how many do not."""

    def take(self, task: Task, processed: Processed) -> None:
        """Take in a file that is one series, or all of a dataset that hold many."""
        if isinstance(processed, ProcessedFile):
            self._alike.splits = augmented(self._job.dataset.augment, self._dataset.splits)
            self._repeats.update(among(each.record for each in processed.outputs))
            with suppress(SampleError):  # one that only passes through is not judged
                self._met(processed.library, processed.library.entries[task.source])
        elif isinstance(processed, ProcessedSeries):
            self._libraries.append(processed.library)
            found = processed.decided.copies.column("repeats")
            self._repeats.update(each is not None for each in found)

    def _met(self, library: Library, entry: Entry) -> None:
        """Compare a series with all that were met before."""
        if entry.trouble is None:
            values = library.series(entry.id).values
            same = _hash(values)
            self._alike.take(entry.split, entry.label, same, self._shapes.first(values, same))
            self._names.append(entry.id)

    def told(self) -> Iterator[Lint]:
        """Yield what is to be told of all that was taken in."""
        yield from repeating(self._repeats)
        for library in self._libraries:
            entries = [each for each in library.entries.values() if each.trouble is None]
            splits = augmented(self._job.dataset.augment, {each.split for each in entries})
            self._alike.splits = splits
            for entry in entries:
                self._met(library, entry)
            yield from self._judged(library, [each for each in entries if each.split in splits])
        yield from self._alike.told(self._names.__getitem__)

    def _judged(self, library: Library, entries: list[Entry]) -> Iterator[Lint]:
        """Yield the steps that change none of some series, or leave little of them."""
        society = Society(library)
        some = entries[:: max(1, len(entries) // _TRIED)][:_TRIED]
        for path, step in located(self._job.steps):
            if isinstance(step, SeriesTransform) and step.p > 0:
                tries = [_tried(step, library, society, each) for each in some]
                known = [each for each in tries if each is not None]
                if len(known) < _FEWEST:
                    continue
                if not any(each.changed for each in known):
                    text = f"{step.name} changes none of {len(known)} series that it was tried on"
                    yield Lint("no-effect", text, path[:-1])
                yield from losing_spread(step.name, [each.times for each in known], path[:-1])


class _Try(NamedTuple):
    """What a step did to a series."""

    changed: bool
    times: float
    """How many times as wide as before its values are spread."""


def _tried(step: SeriesTransform, library: Library, society: Society, entry: Entry) -> _Try | None:
    """Return what a step does to a series; None where it cannot have it."""
    facts = Facts(entry.channels, entry.length, PeersOf(society, entry))
    if step.refusal(facts) is not None:
        return None
    params = step.make_params(Draws(0).at(entry.id, step.name), facts)
    if step.mixes and not params["partners"]:
        return None
    partners = [library.series(ident) for ident in params.get("partners", ())]
    if step.mixes and step.refusal_of(entry.length, [each.length for each in partners]):
        return None
    file, series = library.file(entry.file), library.series(entry.id)
    try:
        made = step.apply(series, params, partners)
    except SampleError:
        return None
    is_changed = mark_of(file, made) != mark_of(file, series)
    return _Try(is_changed, widened(_spread(series.values), _spread(made.values)))


def _spread(values: Values) -> NDArray[np.float64]:
    """Return the standard deviation of each channel; of one without values it is 0."""
    known = np.ma.masked_invalid(np.asarray(values, np.float64))
    return np.ma.filled(known.std(axis=-1), 0.0)


class _Shapes:
    """What series are but for offset and scale, as far as some of their points tell.

    Written with few digits, as in files and sounds, a shape is never quite the same again.
    """

    def __init__(self) -> None:
        self._known: dict[int, list[tuple[int, NDArray[np.float32]]]] = {}

    def first(self, values: Values, same: int) -> int:
        """Return the hash of the first series of a shape; a constant one is like none."""
        numbers = np.asarray(values, np.float64)
        spread = float(np.nanstd(numbers)) if numbers.size else 0.0
        if not np.isfinite(spread) or spread == 0:
            return same
        size = numbers.shape[-1]
        points = numbers[..., np.linspace(0, size - 1, min(size, _POINTS)).astype(int)]
        shape = ((points - np.nanmean(numbers)) / spread).astype(np.float32)
        roughly = np.round(shape[..., :: _POINTS // 8], 1) + 0.0
        known = self._known.setdefault(hash((values.shape, roughly.tobytes())), [])
        for first, other in known:
            if np.allclose(shape, other, rtol=0, atol=_CLOSE, equal_nan=True):
                return first
        known.append((same, shape))
        return same


def _hash(values: Values) -> int:
    data = np.ascontiguousarray(values).tobytes() + repr(values.shape).encode()
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little", signed=True)
