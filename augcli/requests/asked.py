"""What is asked of a unit of a dataset."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from msgspec import Struct, convert
from msgspec.structs import asdict

Plain = dict[str, Any]
"""Plain JSON."""


class PassThrough(Struct, frozen=True):
    """One sample that is not to be touched."""

    asks: ClassVar = "nothing"


class Copies(Struct, frozen=True):
    """One sample that is augmented: so many copies of it, beside the original."""

    asks: ClassVar = "copies"

    counts: tuple[int, ...]
    """How many of each stage, of which there mostly is one."""
    group: int = 1
    """How many outputs each of them is."""

    @property
    def count(self) -> int:
        """Return the number of outputs."""
        return sum(self.counts) * self.group


class Splits(Struct, frozen=True):
    """Samples that are counted by those who read them: what each of their splits is to become."""

    asks: ClassVar = "splits"

    copies: int
    """Of each sample, before classes are balanced."""
    balance: Plain | None
    """The settings of `balance:`, and `revision`, that of the method."""
    augment: list[str]
    """The splits that are augmented; samples of others pass through."""
    splits: list[list[str]]
    """Names and globs with what they mean, in the order in which they are asked."""
    leaks: str
    """What is done about a sample that is in an augmented split and another."""


Request = PassThrough | Copies | Splits


class Stamps(NamedTuple):
    """Hashes of what the outputs of a source depend on beside the source itself."""

    made: str
    """Where new samples are made."""
    passing: str
    """Where it only goes through: no step has a say in that."""

    def of(self, asks: str) -> str:
        """Return the one for what a request `asks`."""
        return self.passing if asks == PassThrough.asks else self.made


_REQUESTS: dict[str, type[Request]] = {each.asks: each for each in (PassThrough, Copies, Splits)}


def plain_request(request: Request) -> Plain:
    """Return a request as plain JSON."""
    told = {k: [*v] if type(v) is tuple else v for k, v in asdict(request).items()}
    return {"asks": request.asks, **told}


def request_of(plain: Plain) -> Request:
    """Return the request that was made plain."""
    return convert(plain, _REQUESTS[plain["asks"]])


def asks_copies(plain: Plain) -> bool:
    """Return whether a request that was made plain is for copies."""
    return any(plain.get("counts", ()))


def without_copies(plain: Plain) -> Plain:
    """Return a request for copies that was made plain as one for the original alone."""
    return plain | {"counts": [0] * len(plain["counts"])}
