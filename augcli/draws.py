"""Names → uniforms: random numbers that depend on what they are for and on nothing else.

A stream is a 64-bit key. `at` folds one more name or number into it, so a draw is named by its
path: seed, sample id, copy, step key, parameter. There is no state: order, workers and time have
no say. Strings enter as BLAKE2b-64 of their UTF-8 bytes; keys are mixed by the finalizer of
SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
Test vectors freeze every number; the vectorised forms equal the scalar ones bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
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
    return _mix((name + _GOLDEN) & _MASK)


@dataclass(frozen=True, slots=True)
class Draws:
    """A named place in the space of random numbers; `Draws(seed).at("a.jpg", 0, "rotate#0")`."""

    key: int

    def at(self, *names: str | int) -> Draws:
        """Return the stream for these names below this one."""
        key = self.key
        for name in names:  # `_mix`, written out: this is the hottest place of all
            z = (key + _GOLDEN + _word(name)) & _MASK
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
            key = z ^ (z >> 31)
        return Draws(key)

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Return this place's number, uniform in [low, high)."""
        return low + (high - low) * ((self.key >> 11) * 2.0**-53)

    def integer(self, low: int, high: int) -> int:
        """Return this place's whole number, uniform in low..high with both ends included."""
        return low + (self.key * (high - low + 1) >> 64)

    def parted(self, count: int) -> tuple[int, Draws]:
        """Return a whole number below `count`, and what is left for further small numbers."""
        number, rest = divmod(self.key * count, 1 << 64)
        return number, Draws(rest)

    def seed(self) -> int:
        """Return a 31-bit seed for a generator that fills arrays."""
        return self.key >> 33

    def order(self, count: int) -> list[int]:
        """Return 0..count-1 in random order; one more item leaves the order of the others."""
        return sorted(range(count), key=lambda index: self.at(index).key)


class _Crowd(dict[str | int, "_Crowd"]):
    """Many streams, and by each name that was asked for the streams below them."""

    def __init__(self, array: NDArray[np.uint64]):
        self._array = array

    def __missing__(self, name: str | int) -> _Crowd:
        import numpy as np

        with np.errstate(over="ignore"):
            below = _mix_array(self._array + np.uint64((_GOLDEN + _word(name)) & _MASK))
        self[name] = _Crowd(below)
        return self[name]

    @cached_property
    def every(self) -> list[int]:
        """Return the key of each."""
        keys: list[int] = self._array.tolist()
        return keys


class _OneOf(Draws):
    """One stream of a crowd."""

    __slots__ = ("_crowd", "_place")
    __setattr__ = object.__setattr__

    def __init__(self, crowd: _Crowd, place: int):
        self._crowd = crowd
        self._place = place

    @property
    def key(self) -> int:
        return self._crowd.every[self._place]

    def at(self, *names: str | int) -> Draws:
        crowd = self._crowd
        for name in names:
            crowd = crowd[name]
        return _OneOf(crowd, self._place)


def together(draws: Sequence[Draws]) -> list[Draws]:
    """Return equal streams that share their work.

    Samples that go through the same steps ask for the same names: when the first of them does, a
    name is folded into the keys of all at once.
    """
    import numpy as np

    crowd = _Crowd(np.array([each.key for each in draws], np.uint64))
    return [_OneOf(crowd, place) for place in range(len(draws))]


def fold(
    keys: NDArray[np.uint64], numbers: Sequence[int] | NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Return `Draws(key).at(number).key` for arrays of keys and numbers, broadcast together."""
    import numpy as np

    with np.errstate(over="ignore"):
        return _mix_array(keys + words(numbers))


def words(numbers: Sequence[int] | NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return what `fold` adds to keys for these numbers; the same for all keys."""
    import numpy as np

    golden = np.uint64(_GOLDEN)
    with np.errstate(over="ignore"):
        return _mix_array(np.asarray(numbers).astype(np.uint64) + golden) + golden


def streams(keys: NDArray[np.uint64], words: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return `Draws(key).at(number).uniform()`, a row for each key, for the words' numbers."""
    return uniforms(_mix_array(keys[:, None] + words))


def uniforms(keys: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return `Draws(key).uniform()` for an array of keys."""
    import numpy as np

    return (keys >> np.uint64(11)).astype(np.float64) * 2.0**-53


def integers(keys: NDArray[np.uint64], among: int) -> NDArray[np.int64]:
    """Return `Draws(key).integer(0, among - 1)` for an array of keys; `among` is below 2**31."""
    import numpy as np

    half, many = np.uint64(32), np.uint64(among)
    low = (keys & np.uint64(0xFFFFFFFF)) * many >> half
    return ((keys >> half) * many + low >> half).astype(np.int64)


def orders(keys: NDArray[np.uint64], count: int) -> NDArray[np.intp]:
    """Return `Draws(key).order(count)` for an array of keys (len(keys) × count)."""
    import numpy as np

    return np.argsort(fold(keys[:, None], np.arange(count)), axis=1, kind="stable")


class Lots(NamedTuple):
    """One way to draw a number below `count` for each of so many things, in two forms."""

    of_one: Callable[[Draws, int], Sequence[int]]
    """For one stream."""
    of_all: Callable[[NDArray[np.uint64], int], NDArray[np.intp]]
    """The same for an array of keys (len(keys) × count)."""


def _ranks(draws: Draws, count: int) -> list[int]:
    ranks = [0] * count
    for rank, index in enumerate(draws.order(count)):
        ranks[index] = rank
    return ranks


def _rank_arrays(keys: NDArray[np.uint64], count: int) -> NDArray[np.intp]:
    import numpy as np

    return np.argsort(orders(keys, count), axis=1)


def _pick(draws: Draws, count: int) -> Sequence[int]:
    return (draws.integer(0, count - 1),) * count


def _picks(keys: NDArray[np.uint64], count: int) -> NDArray[np.intp]:
    import numpy as np

    return np.repeat(integers(keys, count)[:, None], count, axis=1)


def _indices(_draws: Draws, count: int) -> range:
    return range(count)


def _index_arrays(keys: NDArray[np.uint64], count: int) -> NDArray[np.intp]:
    import numpy as np

    return np.tile(np.arange(count), (len(keys), 1))


PICKED = Lots(_pick, _picks)
"""The same number for all."""
SHUFFLED = Lots(_ranks, _rank_arrays)
"""Places in a random order."""
LISTED = Lots(_indices, _index_arrays)
"""Their own indices: nothing is drawn."""


def _mix_array(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    import numpy as np

    z = z ^ (z >> np.uint64(30))
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z
