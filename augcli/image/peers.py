"""The pictures that one may be mixed with: those of its pools in a run, recorded ones in a replay.

What is wrong with one of them is no fault of the picture that was to be mixed with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from itertools import islice

from augcli.draws import Draws
from augcli.errors import PartnerError, SampleError
from augcli.image.codec import decoded
from augcli.image.kernels.opencv import MAX_DECODED_PIXELS
from augcli.image.labelled.base import Labels, MaskFile
from augcli.image.labelled.schemes import labels_of
from augcli.image.listing.whole import Whole
from augcli.image.objects import Maker, Objects, labels_recorded
from augcli.image.operations.ops import Stage
from augcli.image.over import Numbers, read
from augcli.image.picture import Facts, Mask, Picture, Placed
from augcli.records.provenance import PictureRecord
from augcli.requests.asked import PassThrough
from augcli.task import Partner, Source, Task


class Shelf:
    """Decoded pictures, as long as there is room; those that came first go first."""

    def __init__(self, room: int = 1 << 26):
        self._room = room
        self._held: dict[tuple[str, int], Picture] = {}

    def picture(self, name: str, part: int, decoded: Callable[[int], Picture]) -> Picture:
        """Return a picture with such a part of its sides, decoded if it is not there any more."""
        if (name, part) not in self._held:
            self._held[name, part] = decoded(part)
        picture = self._held[name, part]
        while len(self._held) > 1 and self._size > self._room:
            del self._held[next(iter(self._held))]
        return picture

    @property
    def _size(self) -> int:
        return sum(each.pixels.nbytes for each in self._held.values())


class OtherPicture:
    """A picture that another is mixed with, as far as a replay needs it."""

    label: str | None = None

    def __init__(self, source: Source, max_pixels: int, shelf: Shelf):
        self.source = source
        self._max_pixels = max_pixels
        self._shelf = shelf

    @cached_property
    def whole(self) -> Whole:
        """Return its file; PartnerError where that cannot be read."""
        with blamed(self.source.name):
            return Whole(bytes(self.source.data), self._max_pixels)

    @property
    def facts(self) -> Facts:
        """Return its facts."""
        with blamed(self.source.name):
            return self.whole.header.facts

    def part_for(self, stages: Sequence[Stage]) -> int:
        """Return to which part of its sides it is decoded for these stages of its own."""
        with blamed(self.source.name):
            return self.whole.part_for(stages)

    def picture(self, stages: Sequence[Stage], part: int) -> Picture:
        """Return its pixels, for these stages decoded to such a part of its sides."""
        with blamed(self.source.name):
            self.whole.check_part(part, stages)
            return self._shelf.picture(self.source.name, part, self._decoded)

    def _decoded(self, part: int) -> Picture:
        return decoded(bytes(self.source.data), self.whole.header, part).picture

    @property
    def masks(self) -> Sequence[MaskFile]:
        """Return the files of its masks."""
        return ()

    def mask(self, number: int) -> Mask:
        """Return one of its masks."""
        with blamed(self.source.name):
            if number >= len(self.masks):
                raise SampleError(f"it has {len(self.masks)} masks, fewer than its partner")
            found = read(self.masks[number], self.facts, number)
            if not isinstance(found, Numbers):
                raise SampleError("pictures of the same are not mixed")
            return found.mask

    @property
    def objects(self) -> tuple[Placed, ...]:
        """Return no objects: a replay has them in its records."""
        return ()

    @property
    def seen(self) -> tuple[Placed, ...]:
        """Return no objects."""
        return ()

    @property
    def hashes(self) -> dict[str, str]:
        """Return the hashes of the files that pixels are taken from, by name."""
        with blamed(self.source.name):
            files = [self.source, *(mask.source for mask in self.masks)]
            return {file.name: file.sha256 for file in files}


class RecordedPicture(OtherPicture):
    """One that a record tells of."""

    def __init__(self, sources: Sequence[Source], form: Mapping[str, object] | None, shelf: Shelf):
        super().__init__(sources[0], MAX_DECODED_PIXELS, shelf)
        self._labels = labels_recorded(sources[0].name, dict(form), sources[1:]) if form else None

    @property
    def masks(self) -> Sequence[MaskFile]:
        """Return the files of its masks."""
        return self._labels.masks if self._labels else ()


class Neighbour(OtherPicture):
    """One of a pool."""

    def __init__(self, partner: Partner, sources: Sequence[Source], maker: Maker, shelf: Shelf):
        super().__init__(sources[0], maker.job.dataset.max_pixels, shelf)
        self.label = partner.label
        self._partner = partner
        self._sources = sources
        self._maker = maker

    @cached_property
    def _labels(self) -> Labels | None:
        name, label, inputs, value = self._partner
        task = Task(-1, name, "", label, name, inputs, PassThrough(), value=value)
        with blamed(name):
            return labels_of(self._maker.job.dataset, task, self._sources)

    @cached_property
    def _objects(self) -> Objects | None:
        if self._labels is None:
            return None
        return Objects(self._labels, self.source.name, self.whole.header, self._maker)

    @property
    def masks(self) -> Sequence[MaskFile]:
        """Return the files of its masks."""
        return self._labels.masks if self._labels else ()

    @property
    def objects(self) -> tuple[Placed, ...]:
        """Return the objects that its labels tell of."""
        with blamed(self.source.name):
            return self._objects.placed if self._objects else ()

    @property
    def seen(self) -> tuple[Placed, ...]:
        """Return the same, or where labels tell of none the areas of its masks."""
        with blamed(self.source.name):
            return self._objects.seen if self._objects else ()


class Neighbours:
    """The pictures of a sample's pools, each read at its first use."""

    def __init__(self, task: Task, sources: Iterable[Source], maker: Maker):
        self._pools = task.partners
        self._partners = {each.source: each for pool in task.partners.values() for each in pool}
        self._sources = {source.name: source for source in sources}
        self._maker = maker
        self._shelf = Shelf()
        self._known: dict[str, Neighbour] = {}
        self._unsound: dict[str, str] = {}

    def pick(self, draws: Draws, count: int, pool: str) -> list[str]:
        """Return the ids of some of a pool, none twice as long as there are others.

        Files of a folder are nobody's samples, so that no plan leaves out a broken one: it is here.
        """
        places = [each.source for each in self._pools.get(pool, ())]
        sound = partial(filter, self._is_sound) if pool.endswith("/") else iter
        picked: list[str] = []
        for number in range(count if places else 0):
            start = draws.at(number).integer(0, len(places) - 1)
            turned = places[start:] + places[:start]
            new = [each for each in turned if each not in picked]
            picked += islice(sound([*new, *turned]), 1)
        return picked

    def _is_sound(self, ident: str) -> bool:
        if ident in self._unsound:
            return False
        try:
            self[ident].picture([], 1)
        except PartnerError as error:
            self._unsound[ident] = str(error)
        return ident not in self._unsound

    @property
    def notes(self) -> Iterator[str]:
        """Yield why others were picked than those that were drawn."""
        return (f"{text}; another is taken" for text in self._unsound.values())

    def __getitem__(self, ident: str) -> Neighbour:
        """Return one of them."""
        if ident not in self._known:
            partner = self._partners[ident]
            sources = [self._sources[name] for name in partner.inputs]
            self._known[ident] = Neighbour(partner, sources, self._maker, self._shelf)
        return self._known[ident]


class Recorded:
    """The pictures that a record names as partners."""

    def __init__(self, record: PictureRecord, sources: Iterable[Source], shelf: Shelf):
        known = {source.name: source for source in sources}
        files = [known[name] for name in record.partner_sha256 or ()]
        begins = [at for at, file in enumerate(files) if file.name in record.partners]
        ends = [*begins[1:], len(files)]
        parts = [files[begin:end] for begin, end in zip(begins, ends, strict=False)]
        self._known = {p[0].name: RecordedPicture(p, record.annotation, shelf) for p in parts}

    def pick(self, draws: Draws, count: int, pool: str) -> list[str]:
        """Return nobody: what a record tells is not drawn again."""
        return []

    def __getitem__(self, ident: str) -> OtherPicture:
        """Return one of them; SampleError where the record does not name it."""
        if ident not in self._known:
            raise SampleError(f"the manifest tells no hash of the partner {ident}")
        return self._known[ident]


@contextmanager
def blamed(name: str) -> Iterator[None]:
    """Say of which other picture it is what is wrong."""
    try:
        yield
    except PartnerError:
        raise
    except SampleError as error:
        raise PartnerError(f"its partner {name} cannot be used: {error}") from error
