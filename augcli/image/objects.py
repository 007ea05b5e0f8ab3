"""The objects of one source picture: as its labels tell them, and as copies have them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol

from augcli.errors import SampleError
from augcli.image import ops
from augcli.image.annotations.base import Parsed
from augcli.image.annotations.upright import upright
from augcli.image.codec import Header, MaskForm, encode_mask, read_mask
from augcli.image.drawing import Drawn
from augcli.image.job import ImageJob
from augcli.image.labelled.base import Beside, Labels, MaskFile
from augcli.image.labelled.schemes import SCHEMES
from augcli.image.opencv import MAX_DECODED_PIXELS
from augcli.image.ops import Op
from augcli.image.picture import Facts, Mask, PixelArray, Placed
from augcli.image.placed import placed
from augcli.image.recorded import plain_targets, told_targets
from augcli.image.settle import settle
from augcli.image.targets import Targets
from augcli.keys import key_as_it_is, key_of, revisions_of
from augcli.provenance import PictureRecord
from augcli.task import Output, Plain, Source


@dataclass(frozen=True)
class Extras:
    """What goes with a picture: what its record says of objects, and the files beside it."""

    told: Plain
    beside: tuple[Output, ...]


class Maker(Protocol):
    """Who makes copies, as far as objects are concerned."""

    @property
    def job(self) -> ImageJob:
        """Return what they are made for."""
        ...

    @property
    def versions(self) -> Mapping[str, str]:
        """Return the libraries that have a say in bytes."""
        ...


class Objects:
    """The objects of a picture, by its labels."""

    def __init__(self, labels: Labels, source: str, header: Header, maker: Maker):
        self._labels = labels
        self._source = source
        self._header = header
        self._maker = maker
        self._size = header.width, header.height
        self._settings = maker.job.dataset.targets
        self._lost: list[str] = []

    @cached_property
    def _parsed(self) -> Parsed:
        found = self._labels.parse(self._size)
        return upright(found, self._size, self._header.orientation, self._labels.place)

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Return where the objects lie."""
        return placed(self._parsed.targets, self._size, self._labels.mates)

    @property
    def classes(self) -> frozenset[str]:
        """Return the classes of what is in the picture."""
        return frozenset(each.label for each in self._parsed.targets)

    @property
    def notes(self) -> list[str]:
        """Return what is odd about the labels, and what copies have lost."""
        return [*self.proven(), *self._lost]

    def proven(self) -> list[str]:
        """Return what is odd about the labels; SampleError where they cannot be read."""
        for mask in self._labels.masks:
            read(mask, self._header.facts)
        return [note.text for note in self._parsed.notes]

    def of_original(self, output: str, *, judged: bool) -> Extras:
        """Return what goes with a picture whose objects are where they were.

        Labels that cannot be read are an error only where they are `judged`.
        """
        beside = beside_original(self._labels, self._source, output)
        try:
            return Extras(self._told(self._parsed.targets), beside)
        except SampleError:
            if judged:
                raise
            return Extras({}, beside)

    def of_copy(self, output: str, drawn: Drawn) -> Extras:
        """Return what goes with a copy."""
        facts = drawn.facts
        assert facts is not None, "a copy is made of what can be read"
        kept, lost = settle(ops.objects_after(drawn.ops, self.placed), self._settings)
        self._lost += (f"an object is left out of a copy: {each.reason}" for each in lost)
        self._lost += [_BACKGROUND] if lost and not kept else []
        files = self._labels.of_copy(output, kept, (facts.width, facts.height))
        beside = [_output(each, self._source) for each in files]
        beside += (self._mask(output, mask, drawn) for mask in self._labels.masks)
        return Extras(self._told(kept), tuple(beside))

    def _mask(self, output: str, mask: MaskFile, drawn: Drawn) -> Output:
        """Return what becomes of a mask in a copy."""
        name = self._labels.mask_of(output, mask.source)
        record = {"output": name, "sha256": "", "source": self._source}
        made = [drawn.text, revisions_of("image", (step["name"] for step in drawn.steps))]
        form = [mask.ignore, self._maker.versions]
        key = key_of({mask.source.name: mask.source.sha256}, made, form)
        make = partial(_moved, mask, self._header.facts, drawn.ops)
        return Output(record, key, lambda: [make()], listed=False)

    def _told(self, targets: Targets) -> Plain:
        hashes = {source.name: source.sha256 for source in self._labels.sources}
        return {
            "targets": plain_targets(targets),
            "annotation": self._labels.form,
            "annotation_sha256": hashes or None,
        }


_BACKGROUND = "a copy has lost all its objects and is kept as background"


def beside_original(labels: Labels, source: str, output: str) -> tuple[Output, ...]:
    """Return the files beside an original."""
    return tuple(_output(each, source) for each in labels.of_original(output))


def read(mask: MaskFile, facts: Facts) -> tuple[PixelArray, MaskForm]:
    """Return a mask's numbers and how they are stored; SampleError with its name if it is none."""
    try:
        return read_mask(bytes(mask.source.data), facts, MAX_DECODED_PIXELS)
    except SampleError as error:
        raise SampleError(f"{mask.source.name}: {error}") from error


def _moved(mask: MaskFile, facts: Facts, lowered: Sequence[Op]) -> bytes:
    values, form = read(mask, facts)
    return encode_mask(ops.mask_after(lowered, Mask(values, mask.ignore)).values, form)


def _output(file: Beside, source: str) -> Output:
    """Return the output that a file beside another is."""
    name, content = file
    record = {"output": name, "sha256": "", "source": source}
    if isinstance(content, Source):
        record["source"] = content.name
        return Output(record, key_as_it_is(content), None, listed=False)
    digest = hashlib.sha256(content).hexdigest()
    return Output(record, key_of({}, digest, None), lambda: [content], listed=False)


def remade(
    record: PictureRecord,
    sources: Sequence[Source],
    facts: Facts | None = None,
    lowered: Sequence[Op] = (),
) -> Iterator[bytes]:
    """Yield the files beside an output again, from its record and the sources that this names.

    `facts` are those of the source, `lowered` what was done to it, if something was.
    """
    if record.beside is None:
        return
    if record.annotation is None or record.annotation.get("format") not in SCHEMES:
        raise SampleError(f"nothing tells how {', '.join(record.beside)} was written")
    needed = [each for each in sources if each.name in (record.annotation_sha256 or {})]
    scheme = SCHEMES[record.annotation["format"]]
    labels = scheme.recorded(record.source, record.annotation, needed)
    if record.copy is None or facts is None:
        for _, content in labels.of_original(record.output):
            yield bytes(content.data) if isinstance(content, Source) else content
        return
    targets, size = told_targets(record.targets or ()), (record.width or 0, record.height or 0)
    for _, content in labels.of_copy(record.output, targets, size):
        yield bytes(content.data) if isinstance(content, Source) else content
    yield from (_moved(mask, facts, lowered) for mask in labels.masks)
