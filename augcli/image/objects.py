"""The objects of one source picture: as its labels tell them, and as copies have them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

from msgspec import Struct

from augcli.errors import Problem, SampleError
from augcli.image.annotations.base import Note, Parsed
from augcli.image.annotations.upright import upright
from augcli.image.codec import Header
from augcli.image.drawing import Drawn
from augcli.image.formats import Encoding, encoding_for
from augcli.image.instances import with_pixels
from augcli.image.job import ImageJob
from augcli.image.kernels.regions import areas, numbers_in
from augcli.image.labelled.base import Beside, Labels, MaskFile
from augcli.image.labelled.schemes import scheme_named
from augcli.image.operations import ops
from augcli.image.operations.ops import Op, Stage
from augcli.image.operations.placed import placed
from augcli.image.over import Done, Numbers, Shades, name_of, read
from augcli.image.picture import Facts, Mask, Picture, PixelArray, Placed, Said
from augcli.image.recorded import plain_targets, told_targets
from augcli.image.settle import Settled, settle
from augcli.image.targets import Targets
from augcli.once import kept
from augcli.records.keys import key_as_it_is, key_of, key_of_told, told
from augcli.records.provenance import PictureRecord
from augcli.task import Output, Plain, Source


class Extras(Struct, frozen=True):
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

    @property
    def asks_objects(self) -> bool:
        """Return whether any step depends on where objects lie."""
        ...

    @property
    def names_classes(self) -> bool:
        """Return whether any step names a class."""
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
        self._masks: dict[str, Numbers | Shades] = {}

    @kept
    def _parsed(self) -> Parsed:
        found = self._labels.parse(self._size)
        return upright(found, self._size, self._header.orientation, self._labels.place)

    @kept
    def placed(self) -> tuple[Placed, ...]:
        """Return where the objects lie."""
        found = placed(self._parsed.targets, self._size, self._labels.mates)
        numbers = self._labels.instances and self._known(self._labels.instances)
        return with_pixels(found, numbers.mask) if isinstance(numbers, Numbers) else found

    @kept
    def seen(self) -> tuple[Placed, ...]:
        """Return what steps see that ask where objects lie: where labels tell of none, areas."""
        if self.placed or not self._maker.asks_objects:
            return self.placed
        return placed(tuple(chain.from_iterable(map(areas, self._numbered))), self._size)

    @property
    def _numbered(self) -> Iterator[Mask]:
        known = map(self._known, self._labels.masks)
        return (each.mask for each in known if isinstance(each, Numbers))

    @property
    def says(self) -> frozenset[Said]:
        """Return what texts say of the picture."""
        return self._labels.says

    @kept
    def classes(self) -> frozenset[str]:
        """Return the classes in it that steps may name: where labels tell of none, numbers."""
        told = frozenset(each.label for each in self._parsed.targets)
        if told or not self._maker.names_classes:
            return told
        return frozenset(chain.from_iterable(map(numbers_in, self._numbered)))

    @property
    def notes(self) -> list[str]:
        """Return what is odd about the labels, and what copies have lost."""
        return [*self.proven(), *self._lost]

    def proven(self) -> list[str]:
        """Return what is odd about the labels; SampleError where they cannot be read."""
        for mask in self._labels.masks:
            self._known(mask)
        return [note.text for note in self._parsed.notes]

    def oddities(self) -> Iterator[Problem]:
        """Yield what is odd about the labels, or why those of what passes through are damaged."""
        try:
            yield from (note.problem for note in self._parsed.notes)
        except SampleError as error:
            yield Note(self._source, str(error)).problem

    def of_original(self, output: str, *, judged: bool) -> Extras:
        """Return what goes with a picture whose objects are where they were.

        Labels that cannot be read are an error only where they are `judged`.
        """
        if self._labels.converts:
            files = self._labels.of_copy(output, self._parsed.targets, self._size)
            beside = tuple(_output(each, self._source) for each in files)
            return Extras(self._told(self._parsed.targets), beside)
        beside = beside_original(self._labels, self._source, output)
        try:
            return Extras(self._told(self._parsed.targets), beside)
        except SampleError:
            if judged:
                raise
            return Extras(told_of(self._labels), beside)

    def is_wanted(self, drawn: Drawn) -> bool:
        """Return whether a copy is not to be drawn again: that lost all objects, if it had any."""
        return self._settings.empty != "redraw" or not self._is_emptied(drawn)

    def drops(self, group: Iterable[Drawn]) -> bool:
        """Return whether a copy, or all of its group, is left out; it is noted."""
        is_dropped = self._settings.empty == "drop" and any(map(self._is_emptied, group))
        self._lost += [_DROPPED] if is_dropped else []
        return is_dropped

    def _is_emptied(self, drawn: Drawn) -> bool:
        return bool(self.placed) and not self.after(drawn.stages).kept

    def of_copy(self, output: str, drawn: Drawn) -> Extras:
        """Return what goes with a copy."""
        facts = drawn.facts
        assert facts is not None, "a copy is made of what can be read"
        left, lost = self.after(drawn.stages)
        self._lost += (f"an object is left out of a copy: {each.reason}" for each in lost)
        lacks = (self._labels.lacks(each) for each in left)
        self._lost += (f"a copy has not all of an object: {text}" for text in lacks if text)
        self._lost += [_BACKGROUND] if lost and not left else []
        files = self._labels.of_copy(output, left, (facts.width, facts.height))
        beside = [_output(each, self._source) for each in files]
        beside += (self._mask(output, mask, drawn) for mask in self._labels.masks)
        return Extras(self._told(left), tuple(beside))

    @property
    def targets(self) -> Targets:
        """Return the objects as they were read."""
        return self._parsed.targets

    def after(self, stages: Sequence[Stage]) -> Settled:
        """Return what operations leave of the objects."""
        return settle(ops.objects_through(stages, self.placed), self._settings)

    def done(self, drawn: Drawn) -> Done:
        """Return what was drawn, for what lies over the picture."""
        return Done(drawn.steps, drawn.stages, self._encoding)

    @kept
    def _encoding(self) -> Encoding:
        """Return how its copies are stored."""
        return encoding_for(self._source, self._maker.job.output.image)[0]

    def masks_after(self, done: Done) -> Iterator[PixelArray]:
        """Yield the numbers of each mask in a copy."""
        for mask in self._labels.masks:
            if not mask.pair:
                yield self._known(mask).after(done)

    def pairs_after(self, done: Done) -> Iterator[Picture]:
        """Yield the pictures of the same in a copy."""
        for mask in self._labels.masks:
            if mask.pair:
                yield Picture(self._known(mask).after(done))

    def _known(self, mask: MaskFile) -> Numbers | Shades:
        """Return what a mask holds, read once for all copies."""
        name = mask.source.name
        if name not in self._masks:
            number = next((n for n, each in enumerate(self._labels.masks) if each == mask), 0)
            self._masks[name] = read(mask, self._header.facts, number)
        return self._masks[name]

    def _mask(self, output: str, mask: MaskFile, drawn: Drawn) -> Output:
        """Return what becomes of a mask in a copy."""
        name = self._labels.mask_of(output, mask.source)
        name = name_of(name) if mask.pair else name
        done = self.done(drawn)
        record = {"output": name, "sha256": "", "source": self._source}
        sources = told({mask.source.name: mask.source.sha256, **drawn.hashes})
        key = key_of_told(sources, f"[{drawn.made}]", self._forms[mask.source.name])
        return Output(record, key, lambda: [self._known(mask).made(done)], listed=False)

    @kept
    def _forms(self) -> Mapping[str, str]:
        """Return what all copies of each mask depend on beside it and the steps."""
        encoding = self._encoding.to_json()
        own = {
            mask.source.name: [mask.ignore, *mask.pair, encoding] if mask.pair else mask.ignore
            for mask in self._labels.masks
        }
        form = self._maker.versions, _REVISION
        return {name: told([each, *form]) for name, each in own.items()}

    def _told(self, targets: Targets) -> Plain:
        return {"targets": plain_targets(targets), **told_of(self._labels)}


_REVISION = 4
"""Of how masks are written."""
_DROPPED = "a copy has lost all its objects and is left out"
_BACKGROUND = "a copy has lost all its objects and is kept as background"


def told_of(labels: Labels) -> Plain:
    """Return what a record says of how labels are written, and of the files that it takes."""
    hashes = {source.name: source.sha256 for source in labels.sources}
    return {"annotation": labels.form, "annotation_sha256": hashes or None}


def beside_original(labels: Labels, source: str, output: str) -> tuple[Output, ...]:
    """Return the files beside an original."""
    return tuple(_output(each, source) for each in labels.of_original(output))


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
    if record.annotation is None or not scheme_named(str(record.annotation.get("format"))):
        raise SampleError(f"nothing tells how {', '.join(record.beside)} was written")
    needed = [each for each in sources if each.name in (record.annotation_sha256 or {})]
    labels = labels_recorded(record.source, record.annotation, needed)
    if (record.copy is None or facts is None) and not labels.converts:
        for _, content in labels.of_original(record.output):
            yield bytes(content.data) if isinstance(content, Source) else content
        return
    targets, size = told_targets(record.targets or ()), (record.width or 0, record.height or 0)
    for _, content in labels.of_copy(record.output, targets, size):
        yield bytes(content.data) if isinstance(content, Source) else content
    if facts and record.encoding:
        done = Done(record.steps, ops.fuse(lowered), Encoding.from_json(record.encoding))
        for number, mask in enumerate(labels.masks):
            yield read(mask, facts, number).made(done)


def labels_recorded(picture: str, form: Plain, sources: Sequence[Source]) -> Labels:
    """Return the labels of a picture as its record tells of them."""
    if "of" in form:
        from augcli.image.labelled.converted import Converted

        return Converted(picture, form, {}, None)
    scheme = scheme_named(form["format"])
    if scheme is None:
        raise SampleError(f"no labels are kept as {form['format']} by this version")
    return scheme.recorded(picture, form, sources)
