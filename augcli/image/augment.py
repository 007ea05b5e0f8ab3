"""One source picture and what becomes of it: params drawn, lowered, applied, encoded.

`draw_copies` makes everything that is random, from names and facts; lowering and `render` are pure
functions of the params, shared by a run and by `remake`, so a replay proves the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

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
from augcli.image.drawing import Drawn, draw_copies, lower
from augcli.image.formats import Encoding, encoding_for
from augcli.image.job import ImageJob
from augcli.image.labelled.base import Labels
from augcli.image.labelled.schemes import SCHEMES
from augcli.image.objects import Extras, Objects, beside_original, remade
from augcli.image.opencv import MAX_DECODED_PIXELS
from augcli.image.ops import Op
from augcli.image.picture import Facts
from augcli.image.transform import ImageTransform
from augcli.keys import key_of, revisions_of
from augcli.names import encoded_name
from augcli.provenance import PictureRecord
from augcli.task import Copies, Output, Processed, Source, Task
from augcli.transform import check_steps
from augcli.typed import Step


def render(decoded: Decoded, lowered: Sequence[Op], encoding: Encoding) -> bytes:
    """Return an output's bytes."""
    return encode(ops.apply(lowered, decoded.picture), encoding, decoded.icc)


def remake(records: Sequence[PictureRecord], sources: Sequence[Source]) -> Iterator[bytes]:
    """Yield the bytes of a source's outputs, from their manifest records and it alone."""
    data = bytes(sources[0].data)
    decoded = None
    for record in records:
        if record.encoding is None:
            yield data
        else:
            check_steps(ImageTransform, record.steps)
            decoded = decoded or decode(data, MAX_DECODED_PIXELS)
            yield _rendered_again(record.steps, decoded, Encoding.from_json(record.encoding))
        yield from remade(record, sources)


def _rendered_again(steps: Sequence[Step], decoded: Decoded, encoding: Encoding) -> bytes:
    lowered = lower(steps, decoded.picture.facts)
    try:
        return render(decoded, lowered, encoding)
    except cv2.error as error:
        raise SampleError(f"OpenCV refuses what the manifest tells: {error.err}") from error


class ImageProcessor:
    """What a recipe does with each source picture."""

    def __init__(self, job: ImageJob, versions: Mapping[str, str]):
        self.job = job
        self.max_pixels = job.dataset.max_pixels
        self.output = job.output
        self.versions = dict(versions)

    def process(self, task: Task, sources: Sequence[Source]) -> ProcessedPicture:
        """Return what becomes of a source; raises SampleError if it cannot be used."""
        scheme = SCHEMES.get(self.job.dataset.format)
        labels = scheme.labels(task, sources) if scheme else None
        return ProcessedPicture(self, task, sources[0], labels)


class ProcessedPicture(Processed):
    """One source picture; its outputs are known from its header, it is decoded at first need."""

    def __init__(
        self, processor: ImageProcessor, task: Task, source: Source, labels: Labels | None
    ):
        self._processor = processor
        self._task = task
        self._data = bytes(source.data)
        self._digest = source.sha256
        self._labels = labels
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
            return [*self._decoded.notes, *(self._objects.notes if self._objects else ())]
        try:
            return [*self._header.notes, *(self._objects.proven() if self._objects else ())]
        except SampleError as error:
            return [f"passed through as it is, though damaged: {error}"]

    @cached_property
    def _header(self) -> Header:
        return read_header(self._data, self._processor.max_pixels)

    @cached_property
    def _objects(self) -> Objects | None:
        """Return the objects in it; None where the dataset has none, or it cannot be read."""
        facts = self._facts_if_readable()
        if not self._labels or not facts:
            return None
        size, settings = (facts.width, facts.height), self._processor.job.dataset.targets
        return Objects(self._labels, self._task.source, size, settings)

    @cached_property
    def _decoded(self) -> Decoded:
        return decoded(self._data, self._header)

    def _originals(self) -> Iterator[Output]:
        fate = "copy" if self._count is None else self._processor.output.originals
        if fate == "omit":
            return
        drawn = Drawn([], [], self._facts_if_readable())
        if fate == "reencode":
            name = encoded_name(self._task.base, self._extension)
            yield self._encoded(name, None, drawn, self._extras(name))
            return
        extras = self._extras(self._task.base)
        record = self._record(self._task.base, None, drawn, None, extras)
        linked = fate == "link"
        yield Output(record, self._key(None, fate), None, linked=linked, beside=extras.beside)

    def _extras(self, name: str) -> Extras:
        """Return what goes with an original."""
        if self._objects:
            return self._objects.of_original(name, judged=self._count is not None)
        return Extras({}, beside_original(self._labels, name) if self._labels else ())

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
        label = self._objects.classes if self._objects else task.label
        draws = draw_copies(self._processor.job, task.source, label, facts)
        for copy, drawn in zip(range(self._count), draws, strict=False):
            name = encoded_name(task.base, self._extension, copy)
            extras = self._objects.of_copy(name, drawn) if self._objects else _NOTHING
            yield self._encoded(name, copy, drawn, extras)

    def _encoded(self, name: str, copy: int | None, drawn: Drawn, extras: Extras) -> Output:
        reason = drawn.facts and refusal(drawn.facts, self._encoding)
        if reason:
            raise SampleError(reason)
        record = self._record(name, copy, drawn, self._encoding.to_json(), extras)
        revisions = revisions_of("image", (step["name"] for step in drawn.steps))
        return Output(
            record,
            self._key([drawn.text, revisions], self._form),
            lambda: [render(self._decoded, drawn.ops, self._encoding)],
            beside=extras.beside,
        )

    def _key(self, made: Any, form: Any) -> str:
        return key_of({self._task.source: self._digest}, made, form)

    @cached_property
    def _form(self) -> list[Any]:
        """Return what all copies' bytes depend on beside source and steps."""
        return [self._encoding.to_json(), self._processor.versions]

    def _record(
        self,
        name: str,
        copy: int | None,
        drawn: Drawn,
        encoding: dict[str, Any] | None,
        extras: Extras,
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
            **extras.told,
        ).plain()


_NOTHING = Extras({}, ())
