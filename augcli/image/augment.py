"""One source picture and what becomes of it: params drawn, lowered, applied, encoded.

`draw_copies` makes everything that is random, from names and facts; lowering and `render` are pure
functions of the params, shared by a run and by `remake`, so a replay proves the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from operator import attrgetter
from pathlib import Path
from typing import Any

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.image import opencv as cv2
from augcli.image import ops
from augcli.image.codec import (
    Decoded,
    Header,
    decode,
    decoded,
    encode,
    read_header,
    refusal,
)
from augcli.image.formats import Encoding, encoding_for
from augcli.image.job import ImageJob
from augcli.image.opencv import MAX_DECODED_PIXELS
from augcli.image.ops import Op
from augcli.image.picture import Facts, Picture
from augcli.image.transform import ImageTransform
from augcli.keys import key_of, revisions_of
from augcli.names import encoded_name
from augcli.provenance import PictureRecord
from augcli.redraws import Distinct, tries
from augcli.task import Copies, Output, Processed, Source, Task
from augcli.transform import Control, check_steps, keyed, step_named, taken
from augcli.typed import Step


@dataclass(frozen=True)
class Drawn:
    """What was drawn for one copy: the record's steps, what they mean, and the facts after."""

    steps: list[Step]
    ops: list[Op]
    facts: Facts | None
    """None for an original that passes through unread."""
    text: str = "[]"
    """The steps as JSON."""
    attempt: int = 0
    repeats: int | None = None
    """The copy whose params these equal in spite of drawing again."""


def draw_copies(job: ImageJob, source: str, label: str | None, facts: Facts) -> Iterator[Drawn]:
    """Yield what is drawn for copy 0, 1, 2 … of a source; SampleError where a step refuses it."""
    place, copies = Draws(job.seed).at(source), Distinct[Drawn](attrgetter("text"))
    steps = list(keyed(job.steps))
    for copy in count():
        streams = tries(place.at(copy), "attempt")
        drawn, attempt, _, repeats = copies.pick(
            _draw(steps, here, label, facts, job.dataset.max_pixels) for here in streams
        )
        yield replace(drawn, attempt=attempt, repeats=repeats) if attempt else drawn


def _draw(
    steps: Sequence[tuple[str, ImageTransform | Control]],
    draws: Draws,
    label: str | None,
    facts: Facts,
    max_pixels: int,
) -> Drawn:
    records: list[Step] = []
    lowered: list[Op] = []
    for step, here in taken(steps, draws, label, draws):
        reason = step.refusal(facts)
        if reason:
            raise SampleError(reason)
        params = step.make_params(here, facts)
        records.append({"name": step.name, "params": params})
        new = step.lower(params, facts)
        facts = ops.facts_after(new, facts)
        _check_result(step.name, facts, max_pixels)
        lowered += new
    return Drawn(records, lowered, facts, json.dumps(records))


def _check_result(name: str, facts: Facts, max_pixels: int) -> None:
    if facts.width * facts.height > max_pixels:
        raise SampleError(
            f"{name} makes {facts.width} × {facts.height} px of it, "
            f"more than dataset.max_pixels ({max_pixels})"
        )


def render(decoded: Decoded, lowered: Sequence[Op], encoding: Encoding) -> bytes:
    """Return an output's bytes."""
    return encode(ops.apply(lowered, decoded.picture), encoding, decoded.icc)


def remake(
    records: Sequence[PictureRecord], sources: Sequence[Source], _output: Path
) -> Iterator[list[bytes]]:
    """Yield the bytes of a source's outputs, from their manifest records and it alone."""
    data, decoded = bytes(sources[0].data), None
    for record in records:
        if record.encoding is None:
            yield [data]
            continue
        check_steps(ImageTransform, record.steps)
        decoded = decoded or decode(data, MAX_DECODED_PIXELS)
        lowered = lower(record.steps, decoded.picture.facts)
        try:
            yield [render(decoded, lowered, Encoding.from_json(record.encoding))]
        except cv2.error as error:
            raise SampleError(f"OpenCV refuses what the manifest tells: {error.err}") from error


def lower(steps: Sequence[Step], facts: Facts) -> list[Op]:
    """Return the operations that recorded steps mean for a picture with these facts."""
    lowered: list[Op] = []
    for step in steps:
        new = step_named(ImageTransform, step["name"]).lower(step["params"], facts)
        facts = ops.facts_after(new, facts)
        _check_result(step["name"], facts, MAX_DECODED_PIXELS)
        lowered += new
    return lowered


class ImageProcessor:
    """What a recipe does with each source picture."""

    def __init__(self, job: ImageJob, versions: Mapping[str, str]):
        self.job = job
        self.max_pixels = job.dataset.max_pixels
        self.output = job.output
        self.versions = dict(versions)

    def process(self, task: Task, sources: Sequence[Source]) -> ProcessedPicture:
        """Return what becomes of a source; raises SampleError if it cannot be used."""
        source = sources[0]
        return ProcessedPicture(self, task, bytes(source.data), source.sha256)


class ProcessedPicture(Processed):
    """One source picture; its outputs are known from its header, it is decoded at first need."""

    def __init__(self, processor: ImageProcessor, task: Task, data: bytes, digest: str):
        self._processor = processor
        self._task = task
        self._data = data
        self._digest = digest
        request = task.request
        self._count = request.count if isinstance(request, Copies) else None
        self._encoding, self._extension = encoding_for(task.base, processor.output.image)
        self._outputs = [*self._originals(), *self._copies()]

    @property
    def outputs(self) -> Sequence[Output]:
        """Return the original, where it is wanted, and the copies."""
        return self._outputs

    def prove(self) -> list[str]:
        """Decode the source; returns notes on it. What only passes through is not judged."""
        if self._count is not None:
            return list(self._decoded.notes)
        try:
            return list(self._header.notes)
        except SampleError as error:
            return [f"passed through as it is, though damaged: {error}"]

    @property
    def digest(self) -> str:
        """Return the hash of the source's bytes."""
        return self._digest

    @property
    def picture(self) -> Picture:
        """Return the decoded source; SampleError where it is damaged."""
        return self._decoded.picture

    @property
    def is_turned(self) -> bool:
        """Return whether the source has a tag that turns it; SampleError where it is damaged."""
        return self._header.orientation != 1

    @cached_property
    def _header(self) -> Header:
        return read_header(self._data, self._processor.max_pixels)

    @cached_property
    def _decoded(self) -> Decoded:
        return decoded(self._data, self._header)

    def _originals(self) -> Iterator[Output]:
        fate = "copy" if self._count is None else self._processor.output.originals
        if fate == "omit":
            return
        if fate == "reencode":
            name = encoded_name(self._task.base, self._extension)
            yield self._encoded(name, None, Drawn([], [], self._header.facts))
            return
        drawn = Drawn([], [], self._facts_if_readable())
        record = self._record(self._task.base, None, drawn, None)
        yield Output(record, self._key(None, fate), None, linked=fate == "link")

    def _facts_if_readable(self) -> Facts | None:
        if self._count is not None:
            return self._header.facts
        try:
            return self._header.facts
        except SampleError:
            return None

    def _copies(self) -> Iterator[Output]:
        if not self._count:
            return
        task, facts = self._task, self._header.facts
        draws = draw_copies(self._processor.job, task.source, task.label, facts)
        for copy, drawn in zip(range(self._count), draws, strict=False):
            yield self._encoded(encoded_name(task.base, self._extension, copy), copy, drawn)

    def _encoded(self, name: str, copy: int | None, drawn: Drawn) -> Output:
        reason = drawn.facts and refusal(drawn.facts, self._encoding)
        if reason:
            raise SampleError(reason)
        record = self._record(name, copy, drawn, self._encoding.to_json())
        revisions = revisions_of("image", (step["name"] for step in drawn.steps))
        return Output(
            record,
            self._key([drawn.text, revisions], self._form),
            lambda: [render(self._decoded, drawn.ops, self._encoding)],
        )

    def _key(self, made: Any, form: Any) -> str:
        return key_of({self._task.source: self._digest}, made, form)

    @cached_property
    def _form(self) -> list[Any]:
        """Return what all copies' bytes depend on beside source and steps."""
        return [self._encoding.to_json(), self._processor.versions]

    def _record(
        self, name: str, copy: int | None, drawn: Drawn, encoding: dict[str, Any] | None
    ) -> dict[str, Any]:
        task, facts = self._task, drawn.facts
        return PictureRecord(
            output=name,
            sha256="",
            source=task.source,
            source_sha256=self._digest,
            split=task.split,
            label=task.label,
            copy=copy,
            partners=[],
            steps=drawn.steps,
            attempt=drawn.attempt or None,
            repeats=drawn.repeats,
            encoding=encoding,
            width=facts.width if facts else None,
            height=facts.height if facts else None,
        ).plain()
