"""Polygons cut to a frame, exactly.

At each side of the frame what lies beyond is cut off, and each part that is left becomes a ring
of its own. As readers of polygons fill them, so is inside what a ray leaves an odd number of times.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from augcli.image.picture import Points


def area(ring: Points) -> float:
    """Return the area in a ring."""
    points = ring.tolist()  # rings are short: as plain numbers they take a tenth of the time
    ahead = points[1:] + points[:1]
    twice: float = sum(x * v - y * u for (x, y), (u, v) in zip(points, ahead, strict=True))
    return abs(twice) / 2


def clipped(ring: Points, size: tuple[int, int]) -> list[Points]:
    """Return the parts of a ring that lie within 0, 0, width, height."""
    if len(ring) < 3:
        return []
    rings, least, most = [ring], ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
    for axis, side in enumerate(size):
        if most[axis] <= 0 or least[axis] >= side:
            return []
        if least[axis] < 0:
            rings = [part for each in rings for part in cut(each, each[:, axis])]
        if most[axis] > side:
            rings = [part for each in rings for part in cut(each, side - each[:, axis])]
    return [each for each in rings if area(each) > 0]


def cut(ring: Points, inside: Points) -> list[Points]:
    """Return the parts of a ring where a linear function, given at its points, is not negative."""
    if not len(ring) or inside.min() >= 0:
        return [ring] if len(ring) else []
    if inside.max() <= 0:
        return []
    chains = list(_chains(ring, inside))
    return chains if len(chains) == 1 else [np.concatenate(loop) for loop in _joined(chains)]


def _chains(ring: Points, inside: Points) -> Iterator[Points]:
    """Yield the lines within, each from where the ring comes in to where it goes out."""
    within = inside >= 0
    turns = np.flatnonzero(within != np.concatenate((within[1:], within[:1])))
    after = (turns + 1) % len(ring)
    part = (inside[turns] / (inside[turns] - inside[after]))[:, None]
    crossings = ring[turns] + part * (ring[after] - ring[turns])
    order = list(range(len(turns)))
    order = order[1:] + order[:1] if within[turns[0]] else order
    firsts, lasts = after.tolist(), (turns + 1).tolist()
    for start, end in zip(order[::2], order[1::2], strict=True):
        first, last = firsts[start], lasts[end]
        middle = (ring[first:last],) if first < last else (ring[first:], ring[:last])
        yield np.concatenate([crossings[start : start + 1], *middle, crossings[end : end + 1]])


def _joined(chains: list[Points]) -> Iterator[list[Points]]:
    """Yield the loops that chains form when their ends are joined along the line they lie on."""
    ends = np.concatenate([chain[[0, -1]] for chain in chains])
    order = ends[:, np.ptp(ends, axis=0).argmax()].argsort(kind="stable")
    mates = np.empty_like(order)
    mates[order[::2]], mates[order[1::2]] = order[1::2], order[::2]
    left = dict.fromkeys(range(len(chains)))
    while left:
        at = 2 * next(iter(left))
        loop: list[Points] = []
        while at // 2 in left:
            del left[at // 2]
            chain = chains[at // 2]
            loop.append(chain[::-1] if at % 2 else chain)
            at = int(mates[at ^ 1])
        yield loop
