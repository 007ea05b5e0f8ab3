"""The bytes of a picture file, read as far as is needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial

from augcli.errors import SampleError, StepError
from augcli.image.codec import (
    Decoded,
    Header,
    can_reduce,
    decoded,
    encode_all,
    losses,
    read_header,
)
from augcli.image.formats import Encoding
from augcli.image.operations import ops
from augcli.image.operations.ops import Stage
from augcli.image.picture import Picture
from augcli.once import kept


class Whole:
    """The bytes of a picture, read as far as is needed."""

    def __init__(self, data: bytes, max_pixels: int):
        self._data = data
        self._max_pixels = max_pixels
        self._decoded: dict[int, Decoded] = {}

    @kept
    def header(self) -> Header:
        """Return what it says of itself."""
        return read_header(self._data, self._max_pixels)

    @kept
    def _is_reducible(self) -> bool:
        return can_reduce(self.header)

    def decoded(self, part: int) -> Decoded:
        """Return the picture, with sides that are such a part of its own."""
        if part not in self._decoded:
            self._decoded[part] = decoded(self._data, self.header, part)
        return self._decoded[part]

    def notes(self, part: int, encoding: Encoding) -> Sequence[str]:
        """Return what is odd about it, and what results lose of it."""
        found = self.decoded(part)
        return [*found.notes, *losses(self._data, found.picture, encoding)]

    def part_for(self, stages: Sequence[Stage]) -> int:
        """Return to which part of its sides it is decoded for these stages, and no others."""
        return ops.reduction(stages) if self._is_reducible else 1

    def check_part(self, part: int, stages: Sequence[Stage]) -> None:
        """Raise SampleError where it cannot have been decoded so for these stages."""
        most = ops.most_reduced(stages) if self._is_reducible else 1
        if part not in (1, 2, 4, 8) or part > most:
            raise SampleError(f"the manifest tells of a picture reduced to 1/{part}, too small")

    def rendered(self, stages: Sequence[Stage], encoding: Encoding, part: int) -> list[bytes]:
        """Return an output's bytes."""
        return self.encoded([ops.applied(stages, self.decoded(part).picture)], encoding)

    def encoded(self, pictures: Sequence[Picture], encoding: Encoding) -> list[bytes]:
        """Return the bytes of what was made of it."""
        return encode_all(pictures, encoding, self.header.icc)


_MOST_TOGETHER = 1 << 18
"""Pixels of results that are held at a time."""
_SMALL = 1 << 14
"""Pixels of all copies of a picture that are made before they are asked for."""


class Together:
    """The copies of a picture. Those that are not large are all rendered, then all encoded.

    One kind of work at a time keeps what it takes in the processor's own memory.
    """

    def __init__(self, whole: Whole, encoding: Encoding):
        self._whole = whole
        self._encoding = encoding
        self._pixels = 0
        self._asked: list[tuple[Sequence[Stage], int]] = []
        self._made: dict[int, bytes | StepError] = {}

    def maker(self, stages: Sequence[Stage], part: int, pixels: int) -> Callable[[], list[bytes]]:
        """Return what gives the bytes of one more copy, which has so many pixels."""
        if self._pixels + pixels > _MOST_TOGETHER:
            return partial(self._whole.rendered, stages, self._encoding, part)
        self._pixels += pixels
        self._asked.append((stages, part))
        return partial(self._bytes_of, len(self._asked) - 1)

    def ahead(self) -> Iterator[None]:
        """Make small copies, one kind of work at each step; errors are told by their makers."""
        if 0 < self._pixels <= _SMALL:
            with suppress(SampleError):
                yield from self._make()

    def _make(self) -> Iterator[None]:
        sources = {part: self._whole.decoded(part).picture for _, part in self._asked}
        yield
        copies = [_rendered(stages, sources[part]) for stages, part in self._asked]
        yield
        self._made = dict(enumerate(self._encoded(copies)))

    def _bytes_of(self, number: int) -> list[bytes]:
        if number not in self._made:
            deque(self._make(), maxlen=0)
        made = self._made.pop(number)
        if isinstance(made, StepError):
            raise made
        return [made]

    def _encoded(self, copies: Sequence[Picture | StepError]) -> list[bytes | StepError]:
        pictures = [each for each in copies if isinstance(each, Picture)]
        files = iter(self._whole.encoded(pictures, self._encoding))
        return [next(files) if isinstance(each, Picture) else each for each in copies]


def _rendered(stages: Sequence[Stage], source: Picture) -> Picture | StepError:
    """Return a copy, or what a step fails on, which is told when that copy is asked for."""
    try:
        return ops.applied(stages, source)
    except StepError as error:
        return error
