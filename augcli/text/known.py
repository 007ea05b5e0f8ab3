"""Whether a text is one of very many, by their hashes."""

from __future__ import annotations

from array import array

_BITS = 16
"""The first ones of a hash tell where it would stand."""
_HALF = 1 << (_BITS - 1)


class Known:
    """The hashes of texts in ascending order."""

    def __init__(self, hashes: array[int]):
        import numpy as np

        ordered = np.sort(np.frombuffer(hashes, np.int64))
        firsts = ordered >> (64 - _BITS)
        self._ordered = array("q", ordered.tobytes())
        self._starts = np.searchsorted(firsts, np.arange(-_HALF, _HALF + 1)).tolist()

    def __contains__(self, text: str) -> bool:
        digest = hash(text)
        first = (digest >> (64 - _BITS)) + _HALF
        start, end = self._starts[first], self._starts[first + 1]
        return start < end and digest in self._ordered[start:end]
