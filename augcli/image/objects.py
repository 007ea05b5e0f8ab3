"""The objects of one source picture: as its labels tell them, and as copies have them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from augcli.errors import SampleError
from augcli.image import ops
from augcli.image.annotations.base import Parsed, Size
from augcli.image.config import TargetSettings
from augcli.image.drawing import Drawn
from augcli.image.labelled.base import Beside, Labels
from augcli.image.labelled.schemes import SCHEMES
from augcli.image.picture import Placed
from augcli.image.placed import placed
from augcli.image.recorded import plain_targets, told_targets
from augcli.image.settle import settle
from augcli.image.targets import Targets
from augcli.keys import key_as_it_is, key_of
from augcli.provenance import PictureRecord
from augcli.task import Output, Plain, Source


@dataclass(frozen=True)
class Extras:
    """What goes with a picture: what its record says of objects, and the files beside it."""

    told: Plain
    beside: tuple[Output, ...]


class Objects:
    """The objects of a picture, by its labels."""

    def __init__(self, labels: Labels, source: str, size: Size, settings: TargetSettings):
        self._labels = labels
        self._source = source
        self._size = size
        self._settings = settings
        self._lost: list[str] = []

    @cached_property
    def _parsed(self) -> Parsed:
        return self._labels.read(self._size)

    @cached_property
    def _placed(self) -> tuple[Placed, ...]:
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
        return [note.text for note in self._parsed.notes]

    def of_original(self, output: str, *, judged: bool) -> Extras:
        """Return what goes with a picture whose objects are where they were.

        Labels that cannot be read are an error only where they are `judged`.
        """
        beside = beside_original(self._labels, output)
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
        kept, lost = settle(ops.objects_after(drawn.ops, self._placed), self._settings)
        self._lost += (f"an object is left out of a copy: {each.reason}" for each in lost)
        self._lost += [_BACKGROUND] if lost and not kept else []
        files = self._labels.of_copy(output, kept, (facts.width, facts.height))
        return Extras(self._told(kept), tuple(_output(each, self._source) for each in files))

    def _told(self, targets: Targets) -> Plain:
        hashes = {source.name: source.sha256 for source in self._labels.sources}
        return {
            "targets": plain_targets(targets),
            "annotation": self._labels.form,
            "annotation_sha256": hashes or None,
        }


_BACKGROUND = "a copy has lost all its objects and is kept as background"


def beside_original(labels: Labels, output: str) -> tuple[Output, ...]:
    """Return the files beside an original."""
    return tuple(_output(each, output) for each in labels.of_original(output))


def _output(file: Beside, source: str) -> Output:
    """Return the output that a file beside another is."""
    name, content = file
    record = {"output": name, "sha256": "", "source": source}
    if isinstance(content, Source):
        record["source"] = content.name
        return Output(record, key_as_it_is(content), None, listed=False)
    digest = hashlib.sha256(content).hexdigest()
    return Output(record, key_of({}, digest, None), lambda: [content], listed=False)


def remade(record: PictureRecord, sources: Sequence[Source]) -> Iterator[bytes]:
    """Yield the files beside an output again, from its record and the sources that this names."""
    if record.beside is None:
        return
    if record.annotation is None or record.annotation.get("format") not in SCHEMES:
        raise SampleError(f"nothing tells how {', '.join(record.beside)} was written")
    needed = [each for each in sources if each.name in (record.annotation_sha256 or {})]
    labels = SCHEMES[record.annotation["format"]].recorded(record.annotation, needed)
    for _, content in _files(record, labels):
        yield bytes(content.data) if isinstance(content, Source) else content


def _files(record: PictureRecord, labels: Labels) -> Iterator[Beside]:
    if record.copy is None:
        return labels.of_original(record.output)
    if record.width is None or record.height is None:
        raise SampleError("nothing tells how large it is")
    targets = told_targets(record.targets or ())
    return labels.of_copy(record.output, targets, (record.width, record.height))
