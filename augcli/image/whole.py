"""The bytes of a picture file, read as far as is needed."""

from __future__ import annotations

from collections.abc import Sequence

from augcli.errors import SampleError
from augcli.image import ops
from augcli.image.codec import (
    Decoded,
    Header,
    can_reduce,
    decoded,
    encode,
    losses,
    read_header,
)
from augcli.image.formats import Encoding
from augcli.image.ops import Stage
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
        return ops.reduction(stages) if can_reduce(self.header) else 1

    def check_part(self, part: int, stages: Sequence[Stage]) -> None:
        """Raise SampleError where it cannot have been decoded so for these stages."""
        most = ops.most_reduced(stages) if can_reduce(self.header) else 1
        if part not in (1, 2, 4, 8) or part > most:
            raise SampleError(f"the manifest tells of a picture reduced to 1/{part}, too small")

    def rendered(self, stages: Sequence[Stage], encoding: Encoding, part: int) -> list[bytes]:
        """Return an output's bytes."""
        source = self.decoded(part)
        return [encode(ops.applied(stages, source.picture), encoding, source.icc)]
