"""Names → uniforms: random numbers that depend on what they are for and on nothing else.

A stream is a 64-bit key. `at` folds one more name or number into it, so a draw is named by its
path: seed, sample id, copy, step key, parameter. There is no state: order, workers and time have
no say. Strings enter as BLAKE2b-64 of their UTF-8 bytes; keys are mixed by the finalizer of
SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
Test vectors freeze every number; the vectorised forms equal the scalar ones bit for bit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from msgspec import Struct

from augcli.lazily import Lazily
from augcli.once import kept
from augcli.params import rounded, rounded_many

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = Lazily("numpy")

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_MOST_SHARED = 32
"""Names below many draws that are worked out for all: what comes after is asked of few."""
_NAME = 0xD1B54A32D192ED03  # keeps the name "7" and the number 7 apart


def _mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


@lru_cache(maxsize=8192)
def _word(name: str | int) -> int:
    """Return what a name or number adds to a key."""
    if isinstance(name, str):
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        name = int.from_bytes(digest, "little") ^ _NAME
    return _mix((name + _GOLDEN) & _MASK) + _GOLDEN


class Drawable(Protocol):
    """Where values come from."""

    def draw(self, draws: Draws) -> float:
        """Return the value for this place."""
        ...

    def draw_many(self, draws: ManyDraws) -> NDArray[Any]:
        """Return the value for each of many places, in an array of their shape."""
        ...


class Draws(Struct, frozen=True):
    """A named place in the space of random numbers; `Draws(seed).at("a.jpg", 0, "rotate#0")`."""

    key: int

    def at(self, *names: str | int) -> Draws:
        """Return the stream for these names below this one."""
        key = self.key
        for name in names:  # `_mix`, written out: this is the hottest place of all
            z = (key + _word(name)) & _MASK
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
            key = z ^ (z >> 31)
        return Draws(key)

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Return this place's number, uniform in [low, high)."""
        return low + (high - low) * ((self.key >> 11) * 2.0**-53)

    def value(self, name: str, spread: Drawable) -> float:
        """Return what a spread draws below this place, rounded as all params are."""
        return rounded(spread.draw(self.at(name)))

    def integer(self, low: int, high: int) -> int:
        """Return this place's whole number, uniform in low..high with both ends included."""
        return low + (self.key * (high - low + 1) >> 64)

    def parted(self, count: int) -> tuple[int, Draws]:
        """Return a whole number below `count`, and what is left for further small numbers."""
        product = self.key * count
        return product >> 64, Draws(product & _MASK)

    def seed(self) -> int:
        """Return a 31-bit seed for a generator that fills arrays."""
        return self.key >> 33

    def order(self, count: int) -> list[int]:
        """Return 0..count-1 in random order; one more item leaves the order of the others."""
        return sorted(range(count), key=lambda index: self.at(index).key)


class ManyDraws:
    """Many places at once: the same names below all of them, and an array of numbers for one.

    Number by number it says what `Draws` says of each.
    """

    def __init__(self, keys: NDArray[np.uint64]):
        self.keys = keys
        self.below: dict[str | int, ManyDraws] = {}
        """Those for names that one of them was asked for."""
        self.values: dict[str, tuple[Drawable, list[float]]] = {}
        """What was drawn by name for one of them, and so for each."""

    @classmethod
    def of(cls, draws: Iterable[Draws]) -> Self:
        """Return places that were told one by one."""
        return cls(np.array([each.key for each in draws], np.uint64))

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, rows: Any) -> Self:
        return type(self)(self.keys[rows])

    def __iter__(self) -> Iterator[Draws]:
        return map(self.one, range(len(self)))

    def at(self, *names: str | int) -> Self:
        """Return the streams for these names below each."""
        keys = self.keys
        for name in names:
            keys = _mix_array(keys + np.uint64(_word(name) & _MASK))
        return type(self)(keys)

    def at_each(self, numbers: Sequence[int] | NDArray[np.int64]) -> Self:
        """Return the streams for numbers, one below each; broadcast where the shapes differ."""
        return self.folded(words(numbers))

    def folded(self, words: NDArray[np.uint64]) -> Self:
        """Return the streams for numbers of which `words` were worked out before."""
        return type(self)(_mix_array(self.keys + words))

    def each_below(self, count: int) -> Self:
        """Return the streams for numbers 0, 1 … below each, in one axis more."""
        return type(self)(self.keys[..., None]).at_each(range(count))

    def across(self) -> Self:
        """Return the same as a column: numbers that are folded in next make a row of each."""
        return type(self)(self.keys[:, None])

    def uniform(self, low: float = 0.0, high: float = 1.0) -> NDArray[np.float64]:
        """Return each place's number, uniform in [low, high)."""
        shares = (self.keys >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return shares if (low, high) == (0, 1) else low + (high - low) * shares

    def integer(self, low: int, high: int | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return each place's whole number, uniform in low..high with both ends included."""
        return low + _high_word(self.keys, high - low + 1).astype(np.int64)

    def parted(self, counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], Self]:
        """Return a whole number below each count, and what is left for further small numbers."""
        above = _high_word(self.keys, counts).astype(np.int64)
        return above, type(self)(self.keys * counts.astype(np.uint64))

    def seed(self) -> NDArray[np.int64]:
        """Return a 31-bit seed for each."""
        return (self.keys >> np.uint64(33)).astype(np.int64)

    def order(self, count: int) -> NDArray[np.intp]:
        """Return 0..count-1 in random order, a row for each."""
        keys = self.across().at_each(range(count)).keys
        return np.argsort(keys, axis=1, kind="stable")

    def one(self, place: int) -> Draws:
        """Return one of them, which shares its work with the others.

        Samples that go through the same steps ask for the same names: when the first of them does,
        a name is folded into the keys of all.
        """
        return _OneOf(self.each[place], self, place)

    def shared(self, name: str | int) -> ManyDraws | None:
        """Return `at(name)` for all; None where others have asked for very many names."""
        if len(self.below) >= _MOST_SHARED:
            return None
        self.below[name] = found = self.at(name)
        return found

    def drawn(self, name: str, spread: Drawable) -> tuple[Drawable | None, list[float]]:
        """Return who first asks for a name, and what it draws for each; nobody as in `shared`."""
        if len(self.values) >= _MOST_SHARED:
            return None, []
        values = spread.draw_many(self.at(name))
        is_mixed = values.dtype == object  # of whole numbers and others, which columns leave alone
        each = map(rounded, values.tolist()) if is_mixed else rounded_many(values).tolist()
        found = self.values[name] = spread, [*each]
        return found

    @kept
    def each(self) -> list[int]:
        """Return the keys as numbers of Python's."""
        numbers: list[int] = self.keys.tolist()
        return numbers


class _OneOf(Draws, frozen=True):
    """One stream of many."""

    many: ManyDraws
    place: int

    def at(self, *names: str | int) -> Draws:
        many = self.many
        for name in names:
            below = many.below.get(name)
            if below is None and (below := many.shared(name)) is None:
                return super().at(*names)
            many = below
        return _OneOf(many.each[self.place], many, self.place)

    def value(self, name: str, spread: Drawable) -> float:
        whose, values = self.many.values.get(name) or self.many.drawn(name, spread)
        return values[self.place] if whose is spread else super().value(name, spread)


def words(numbers: Sequence[int] | NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return what `folded` adds to keys for these numbers; the same for all keys."""
    golden = np.uint64(_GOLDEN)
    return _mix_array(np.asarray(numbers).astype(np.uint64) + golden) + golden


def repeated(
    counts: Sequence[int] | NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each of so many copies of each sample which sample's it is, and its number."""
    places = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts, dtype=np.int64) - counts
    return places, np.arange(len(places)) - starts[places]


class Lots(NamedTuple):
    """One way to draw a number below `count` for each of so many things, in two forms."""

    of_one: Callable[[Draws, int], Sequence[int]]
    """For one stream."""
    of_many: Callable[[ManyDraws, int], NDArray[np.intp]]
    """The same for many (a row for each)."""


def _ranks(draws: Draws, count: int) -> list[int]:
    ranks = [0] * count
    for rank, index in enumerate(draws.order(count)):
        ranks[index] = rank
    return ranks


def _ranks_of_many(draws: ManyDraws, count: int) -> NDArray[np.intp]:
    return np.argsort(draws.order(count), axis=1)


def _pick(draws: Draws, count: int) -> Sequence[int]:
    return (draws.integer(0, count - 1),) * count


def _picks_of_many(draws: ManyDraws, count: int) -> NDArray[np.intp]:
    return np.repeat(draws.integer(0, count - 1)[:, None], count, axis=1)


def _indices(_draws: Draws, count: int) -> range:
    return range(count)


def _indices_of_many(draws: ManyDraws, count: int) -> NDArray[np.intp]:
    return np.tile(np.arange(count), (len(draws), 1))


def weighted(weights: Sequence[float]) -> Lots:
    """Return the way to draw one number for all, each as likely as its weight is large."""
    *ends, total = accumulate(weights)

    def of_one(draws: Draws, count: int) -> Sequence[int]:
        return (bisect_right(ends, draws.uniform() * total),) * count

    def of_many(draws: ManyDraws, count: int) -> NDArray[np.intp]:
        picked = np.searchsorted(ends, draws.uniform() * total, side="right")
        return np.repeat(picked[:, None], count, axis=1)

    return Lots(of_one, of_many)


PICKED = Lots(_pick, _picks_of_many)
"""The same number for all."""
SHUFFLED = Lots(_ranks, _ranks_of_many)
"""Places in a random order."""
LISTED = Lots(_indices, _indices_of_many)
"""Their own indices: nothing is drawn."""


def _high_word(keys: NDArray[np.uint64], factors: int | NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the upper 64 bits of each key times a factor, by halves of words."""
    half, low, factor = np.uint64(32), np.uint64(0xFFFFFFFF), np.asarray(factors, np.uint64)
    above, below = factor >> half, factor & low
    first = (keys >> half) * below + ((keys & low) * below >> half)
    second = (keys & low) * above + (first & low)
    upper: NDArray[np.uint64] = (keys >> half) * above + (first >> half) + (second >> half)
    return upper


def _mix_array(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = z ^ (z >> np.uint64(30))
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z
