"""One source picture and what becomes of it: params drawn, lowered, applied, encoded.

`CopyDraws` makes all that is random; the rest is pure, and shared with `remaking.py` (replays).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import chain

from msgspec.structs import replace

from augcli.balance.classes import names_classes
from augcli.errors import Problem, SampleError, StepError
from augcli.image.codec import refusal
from augcli.image.drawing import CopyDraws, Drawn
from augcli.image.formats import Encoding, encoding_for
from augcli.image.job import ImageJob, known_to
from augcli.image.labelled.base import Labels
from augcli.image.labelled.schemes import labels_of
from augcli.image.listing.whole import Together, Whole
from augcli.image.objects import Extras, Objects, beside_original, told_of
from augcli.image.operations import ops
from augcli.image.operations.ops import Op
from augcli.image.operations.runs import Runs
from augcli.image.peers import Neighbours
from augcli.image.picture import Facts, Picture, Placed
from augcli.image.records import Records, blank
from augcli.image.settle import Settled
from augcli.image.transform import asks_objects
from augcli.names import Spot, encoded_name
from augcli.once import kept
from augcli.records.keys import key_of_told, told
from augcli.requests.asked import Copies
from augcli.requests.redraws import Fault, Vain
from augcli.task import Output, Plain, Processed, Processor, Source, Task


class ImageProcessor(Processor["ProcessedPicture"]):
    """What a recipe does with each source picture."""

    job: ImageJob

    def __init__(self, job: ImageJob, versions: Mapping[str, str], draws: CopyDraws | None = None):
        super().__init__(job, versions)
        self._draws = draws
        self.runs = Runs()
        self._known = known_to(job)
        self.max_pixels = job.dataset.max_pixels
        self.output = job.output
        self.form = cache(partial(_form, self.versions))  # no cycle with self
        """Gives what records tell of an encoding, and what keys have beside source and steps."""

    @kept
    def asks_objects(self) -> bool:
        """Return whether any step depends on where objects lie."""
        return asks_objects(self.job.steps)

    @kept
    def blank(self) -> Plain:
        """Return the record of an output that nothing is told of but how the dataset is listed."""
        return blank(self.job.dataset.listing)

    @kept
    def names_classes(self) -> bool:
        """Return whether any step names a class."""
        return names_classes(self.job.steps)

    def process(self, task: Task, sources: Sequence[Source]) -> ProcessedPicture:
        """Return what becomes of a source; raises SampleError if it cannot be used."""
        labels = labels_of(self.job.dataset, task, sources[: len(task.inputs)])
        into = self.output.annotations
        if labels and into not in (None, labels.form["format"]):
            from augcli.image.labelled.converted import Converted

            labels = Converted.of(task.source, labels, into, self.job.classes)
        return ProcessedPicture(self, task, sources, labels)

    def drawn(
        self,
        task: Task,
        facts: Facts,
        objects: Objects | None,
        peers: Neighbours,
        vain: Vain | None = None,
    ) -> Iterator[Sequence[Drawn]]:
        """Yield what is drawn for each copy of a task, or its group; faults are raised or told."""
        facts = replace(facts, peers=peers) if task.partners else facts
        if self._known or self.job.answers:
            facts = replace(facts, known=self._known, answers=self.job.answers)
        draws = self._draws or CopyDraws(self.job, [task])
        if objects is None:
            concerned = self.job.dataset.concerned(task.label)
            return draws.of(task, concerned, facts, vain=vain)
        facts = replace(facts, says=objects.says)
        return draws.of(task, objects.classes, facts, objects.seen, objects.is_wanted, vain)

    def over(self, tasks: Sequence[Task]) -> ImageProcessor:
        """Return the same for some tasks, whose copies are drawn together."""
        return ImageProcessor(self.job, self.versions, CopyDraws(self.job, tasks))


class ProcessedPicture(Processed):
    """One source picture; its outputs are known from its header, it is decoded at first need."""

    def __init__(
        self,
        processor: ImageProcessor,
        task: Task,
        sources: Sequence[Source],
        labels: Labels | None,
    ):
        self._processor = processor
        self._task = task
        self._whole = Whole(bytes(sources[0].data), processor.max_pixels)
        self._digest = sources[0].sha256
        self._peers = Neighbours(task, sources, processor)
        self._labels = labels
        self._vain = Vain()
        self.short = self._vain.lost
        request = task.request
        self._count = request.count if isinstance(request, Copies) else None
        self._encoding, self._extension = encoding_for(task.base, processor.output.image)
        self._told_encoding, self._form = processor.form(self._encoding)
        self._records = Records(task, self._digest, self._extension, processor.blank)
        self._fitting: Facts | None = None
        """What the encoding was last found to hold."""
        self._parts: set[int] = set()
        """To which parts of its sides it is decoded."""
        self._draw()

    def _draw(self) -> None:
        """Draw the copies; again where steps failed on some."""
        self._together = Together(self._whole, self._encoding)
        self._alone: dict[str, None] = {}
        self._copied: dict[str, Drawn] = {}
        """Which copy a file is, or lies beside."""
        self._vain.lost.clear()
        self._original = [*self._originals()]
        self._groups = [*self._drawn()]
        vars(self).pop("outputs", None)

    def draw_again(self, output: str, error: StepError) -> bool:
        """Draw a copy anew that a step failed on when it was made."""
        drawn = self._copied.get(output)
        if drawn is None:
            return False
        self._vain.made[drawn.place] = Fault(drawn.attempt + 1, error)
        self._draw()
        return True

    @kept
    def outputs(self) -> Sequence[Output]:
        """Return the original, where it is wanted, and the copies."""
        return [*self._original, *self._copies()]

    def settle(self) -> Iterator[None]:
        """Work out maps and curves with those of other pictures, and read partners."""
        copies = chain.from_iterable(self._groups)
        self._processor.runs.take(chain.from_iterable(drawn.stages for drawn in copies))
        yield
        self._processor.runs.work_out()
        with suppress(SampleError):
            _ = self.outputs

    def ahead(self) -> Iterator[None]:
        """Make small copies, all as far as the same step."""
        return self._together.ahead()

    def prove(self) -> list[str]:
        """Decode the source; returns notes on it. What only passes through is not judged."""
        if self._count is not None:
            _ = self.outputs
            notes = self._whole.notes(min(self._parts, default=1), self._encoding)
            alone = [_ALONE.format(name) for name in self._alone]
            of_objects = self._objects.notes if self._objects else ()
            return [*notes, *alone, *self._peers.notes, *of_objects]
        try:
            notes = self._objects.proven() if self._objects else ()
            return [*self._whole.header.notes, *notes]
        except SampleError as error:
            return [f"passed through as it is, though damaged: {error}"]

    @property
    def digest(self) -> str:
        """Return the hash of the source's bytes."""
        return self._digest

    @property
    def picture(self) -> Picture:
        """Return the decoded source; SampleError where it is damaged."""
        return self._whole.decoded(1).picture

    @property
    def copies(self) -> Collection[Drawn]:
        """Return what was drawn for each copy."""
        _ = self.outputs
        return {drawn.spot: drawn for drawn in self._copied.values()}.values()

    @property
    def is_turned(self) -> bool:
        """Return whether the source has a tag that turns it; SampleError where it is damaged."""
        return self._whole.header.orientation != 1

    def oddities(self) -> Iterable[Problem]:
        """Return what is odd about the labels, each with its place."""
        return self._objects.oddities() if self._objects else ()

    @property
    def objects(self) -> tuple[Placed, ...]:
        """Return what steps see of its objects; SampleError where they cannot be read."""
        return self._objects.seen if self._objects else ()

    @property
    def classes(self) -> frozenset[str]:
        """Return the classes in it that steps may name; SampleError where they cannot be read."""
        return self._objects.classes if self._objects else frozenset()

    def settled(self, lowered: Sequence[Op]) -> Settled:
        """Return what becomes of its objects after some operations."""
        return self._objects.after(ops.fuse(lowered)) if self._objects else Settled((), ())

    @kept
    def _objects(self) -> Objects | None:
        """Return the objects in it; None where the dataset has none, or it cannot be read."""
        if not self._labels or not self._facts_if_readable():
            return None
        return Objects(self._labels, self._task.source, self._whole.header, self._processor)

    def _originals(self) -> Iterator[Output]:
        fate = "copy" if self._count is None else self._processor.output.originals
        if fate == "omit":
            return
        drawn = Drawn([], [], [], self._facts_if_readable())
        if fate == "reencode":
            self._refuse(drawn.facts)
            name = encoded_name(self._task.base, self._extension)
            yield self._encoded(name, None, drawn, self._extras(name))
            return
        extras = self._extras(self._task.base)
        record = self._records.record(self._task.base, None, drawn, None, extras.told)
        key = key_of_told(self._records.hashes(drawn), told(None), told(fate))
        yield Output(record, key, None, linked=fate == "link", beside=extras.beside)

    def _extras(self, name: str) -> Extras:
        """Return what goes with an original."""
        if self._objects:
            return self._objects.of_original(name, judged=self._count is not None)
        if not self._labels:
            return _NOTHING
        beside = beside_original(self._labels, self._task.source, name)
        return Extras(told_of(self._labels), beside)

    def _facts_if_readable(self) -> Facts | None:
        if self._count is not None:
            return self._whole.header.facts
        try:
            return self._whole.header.facts
        except SampleError:
            return None

    def _drawn(self) -> Iterator[Sequence[Drawn]]:
        """Yield the copies, those of a group together; SampleError where a file cannot hold one."""
        if not self._count:
            return
        facts = replace(self._whole.header.facts, sha256=self._digest)
        draws = self._processor.drawn(self._task, facts, self._objects, self._peers, self._vain)
        for group in draws:
            for drawn in group:
                self._refuse(drawn.facts)
                if drawn.alone:
                    self._alone |= dict.fromkeys(drawn.alone)
            yield group

    def _refuse(self, facts: Facts | None) -> None:
        """Raise SampleError where a file would hold no such picture."""
        if facts and facts != self._fitting and (reason := refusal(facts, self._encoding)):
            raise SampleError(reason)
        self._fitting = facts

    def _copies(self) -> list[Output]:
        made: list[Output] = []
        for group in self._groups:
            try:
                made += self._group(group)
            except StepError as error:
                self._vain.lost[group[0].place] = str(error)
        return made

    def _group(self, group: Sequence[Drawn]) -> list[Output]:
        """Return a copy, or all of its group, of which none is left out alone."""
        made: list[Output] = []
        if self._objects and self._objects.drops(group):
            return made
        for drawn in group:
            name = encoded_name(self._task.base, self._extension, drawn.spot)
            extras = self._objects.of_copy(name, drawn) if self._objects else _NOTHING
            made.append(self._encoded(name, drawn.spot, drawn, extras))
            self._copied[name] = drawn
            for each in extras.beside:
                self._copied[each.name] = drawn
        return made

    def _encoded(self, name: str, spot: Spot | None, drawn: Drawn, extras: Extras) -> Output:
        facts, stages = drawn.facts, drawn.stages
        assert facts is not None, "what cannot be read is not encoded"
        part = self._whole.part_for(stages)
        self._parts.add(part)
        reduced = {"reduced": part} if part > 1 else {}
        made = f"{drawn.made},{part}" if reduced else drawn.made
        return Output(
            self._records.record(name, spot, drawn, self._told_encoding, extras.told | reduced),
            key_of_told(self._records.hashes(drawn), f"[{made}]", self._form),
            self._together.maker(stages, part, facts.width * facts.height),
            beside=extras.beside,
        )


def _form(versions: Mapping[str, str], encoding: Encoding) -> tuple[Plain, str]:
    plain = encoding.to_json()
    return plain, told([plain, versions])


_NOTHING = Extras({}, ())
_ALONE = "{} is left out of a copy: there is no other picture that it may take"
