"""How one step learns: sources looked at, parts worked on, a model put together.

Both are shared out as new samples are, in blocks that the next run finds; which worker did what has
no say. Sources come in the order of their classes and contents, so that names have none either.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from secrets import token_hex
from typing import Any

from msgspec import Struct

from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset
from augcli.draws import Draws
from augcli.engines.cpus import one_thread
from augcli.errors import EngineError, SampleError, UnreadError
from augcli.kind import load_kind
from augcli.plural import several
from augcli.requests.asked import PassThrough
from augcli.requests.spread import Part, Spread
from augcli.settings.base import DatasetSettings
from augcli.steps.learned import Learner, Learning, Model, Seen
from augcli.store.models import Lesson
from augcli.store.sources import read_sources, stats_of
from augcli.task import Task

_TOGETHER = 32
"""Sources that are looked at by one worker."""
_NOT_OF_ALL = "unread"
"""Stands for the seal where sources could not be read, so that the next run looks at all again."""


class Study(Struct, frozen=True, dict=True):
    """What a step learns from a dataset."""

    step: type[Learning]
    dataset: Dataset
    settings: DatasetSettings
    spread: Spread
    progress: Callable[[int, int], None]

    @cached_property
    def learner(self) -> Learner[Any]:
        """Return how it learns."""
        return self.step.learner()

    @cached_property
    def asked(self) -> str:
        """Return the hash of how it learns, and by which versions of libraries."""
        versions = load_kind(self.settings.kind).versions()
        return _hash_of([self.step.name, self.learner.revision, versions])

    @cached_property
    def rows(self) -> Sequence[int]:
        """Return the sources that it learns from: of large classes some, chosen by their names."""
        ours = augmented(self.settings.augment, self.dataset.splits)
        classes: dict[str | None, list[int]] = defaultdict(list)
        for row, (split, label) in enumerate(self.dataset.groups):
            if split in ours and row not in self.dataset.uncounted:
                classes[label].append(row)
        most = min(self.learner.most, -(-self.learner.in_all // max(1, len(classes))))
        place = Draws(0).at("learned")
        for rows in classes.values():
            rows.sort(key=lambda row: place.at(self.dataset.ids[row]).key)
        return sorted(row for rows in classes.values() for row in rows[:most])

    @cached_property
    def seal(self) -> str:
        """Return the hash of what tells the sources, and how they are read, as untouched."""
        stats = (stats_of(self.dataset.root, [self._file(row)]) for row in self.rows)
        expected = (self.dataset.checksums.get(self.dataset[row].id) for row in self.rows)
        told = zip(self.rows, expected, stats, strict=True)
        sources = [[*self.dataset[row], sha256, stat] for row, sha256, stat in told]
        return _hash_of([self.settings.recorded(), sources])

    @cached_property
    def seen(self) -> Sequence[Seen]:
        """Return what is kept of each source that can be used, equal ones of a class once."""
        told = (each for each in self._told.values() if each)
        seen = (Seen(label, sha256, b64decode(data)) for label, sha256, data in told)
        found = {(each.label or "", each.sha256): each for each in seen}
        return [found[key] for key in sorted(found)]

    @cached_property
    def _told(self) -> Mapping[int, Sequence[Any] | None]:
        """Return what is told of each source, None of those that cannot be used.

        It has none of those that could not be read, or looked at, for a reason that may pass: what
        an earlier run has left says nothing of them.
        """
        told = dict(self._looked_at(self.rows, self.seal))
        rest = [row for row in self.rows if row not in told]
        return told | dict(self._looked_at(rest, token_hex()))

    def _looked_at(self, rows: Sequence[int], key: str) -> Iterator[tuple[int, Any]]:
        blocks = [rows[at : at + _TOGETHER] for at in range(0, len(rows), _TOGETHER)]
        for part in self._shared(f"{self.asked}{key}", self._look, blocks, len(rows)):
            yield from json.loads(part.whole) if part.made else ()

    @cached_property
    def sources(self) -> str:
        """Return the hash of the classes and contents of the sources."""
        return _hash_of([each[:2] for each in self.seen])

    def model(self) -> Model:
        """Return what is learned."""
        parts = list(self.learner.parts(self.seen))
        worked = []
        key = f"{self.asked}{self.sources}"
        for part in self._shared(key, self._work, [[each] for each in parts], len(parts)):
            if part.made is None:
                text = f"{self.step.name} cannot learn: {part.loss}; run the same command again"
                raise EngineError(text)
            worked.append(part.whole)
        with one_thread():
            told = self.learner.learned(self.seen, worked)
        return Model.of(self.step.name, self.learner.revision, self.sources, told)

    def blank(self) -> Model:
        """Return what stands for a model where costs are guessed."""
        return Model.of(self.step.name, self.learner.revision, "", self.learner.blank())

    def story(self, model: Model) -> str:
        """Return in words what a model was learned from, or is to be."""
        if not model.sources:
            return f"{self.step.name} first learns from {several(len(self.rows), 'source')}"
        return f"{self.step.name} has learned from {self.learner.story(model.told)}"

    def lesson(self, model: Model) -> Lesson:
        """Return what is to be remembered of how a model came to be."""
        seal = self.seal if len(self._told) == len(self.rows) else _NOT_OF_ALL
        return Lesson(self.asked, seal, self.sources, model.sha256)

    def _shared(
        self, key: str, maker: Any, blocks: Sequence[Sequence[Any]], total: int
    ) -> Iterator[Part]:
        """Yield what is made of blocks by whoever works."""
        done = 0
        for part in self.spread(_hash_of(key), maker, blocks):
            yield part
            done += len(part.items)
            self.progress(done, total)

    def _look(self, rows: Sequence[int], begin: Callable[[int], None]) -> bytes:
        """Return what is told of some sources, without those that could not be read."""
        told = []
        for place, row in enumerate(rows):
            begin(place)
            with suppress(UnreadError):  # told of where the sample is
                told.append((row, self._told_of(row)))
        return json.dumps(told).encode()

    def _told_of(self, row: int) -> Sequence[Any] | None:
        """Return class, hash and what is kept of a source; None where it cannot be used."""
        source, split, label = self.dataset[row]
        task = Task(row, source, split, label, source, [self._file(row)], PassThrough())
        try:
            files = read_sources(self.dataset.root, task, self.settings)
            data = self.learner.look(files, self.settings)
        except UnreadError:
            raise
        except SampleError:
            return None
        is_right = self.dataset.checksums.get(source) in (None, files[0].sha256)
        return (label, files[0].sha256, b64encode(data).decode()) if is_right else None

    def _work(self, parts: Sequence[Any], begin: Callable[[int], None]) -> bytes:
        """Return what is worked out of a part; others have no say in its last digits."""
        begin(0)
        with one_thread():
            return b"".join(self.learner.worked(self.seen, part) for part in parts)

    def _file(self, row: int) -> str:
        return self.dataset.inputs(row)[0]


def _hash_of(told: Any) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]
