"""Small plots of a page: lines over numbers, as SVG has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from augcli.judges.verdict import Figure, Point

WIDTH, HEIGHT, _MARGIN = 320, 120, 8

Spots = Sequence[tuple[float, float]]


class Plot(NamedTuple):
    """Some lines over the same numbers."""

    over: str
    """What it is over."""
    lines: Mapping[str, str]
    """Name → points as SVG has them."""
    rows: Sequence[tuple[str, ...]]
    """The same as a table: the number, then what each line is there."""
    ends: tuple[str, str]
    """The lowest and the highest value."""


def curves(points: Sequence[Point], figure: Figure) -> list[Plot]:
    """Return plots of a figure over the number of sources, and over that of copies."""
    if not points:
        return []
    last = points[-1]
    shares = [each for each in points if each.copies == last.copies or each.share < 1]
    prefixes = [each for each in points if each.share == last.share]
    both = (
        ("sources", {float(point.sources): point for point in shares}),
        ("copies of each", {round(point.copies, 1): point for point in prefixes}),
    )
    return [_plot(over, told, figure) for over, told in both if len(told) > 1]


def _plot(over: str, told: Mapping[float, Point], figure: Figure) -> Plot:
    both = {
        "without": [(at, figure.factor * each.without) for at, each in told.items()],
        "with": [(at, figure.factor * each.with_copies) for at, each in told.items()],
    }
    values = [value for spots in both.values() for _, value in spots]
    low, high = min(values), max(values)
    scale = (min(told), max(told)), (low, high)
    lines = {name: " ".join(_placed(spots, *scale)) for name, spots in both.items()}
    rows = [
        (f"{at:g}", *(f"{spots[row][1]:.{figure.digits}f}" for spots in both.values()))
        for row, at in enumerate(told)
    ]
    return Plot(over, lines, rows, (f"{low:.{figure.digits}f}", f"{high:.{figure.digits}f}"))


def _placed(spots: Spots, across: tuple[float, float], up: tuple[float, float]) -> Iterator[str]:
    """Yield where spots of a plot are."""
    for at, value in spots:
        x = _MARGIN + (WIDTH - 2 * _MARGIN) * _share(at, across)
        y = HEIGHT - _MARGIN - (HEIGHT - 2 * _MARGIN) * _share(value, up)
        yield f"{x:.1f},{y:.1f}"


def _share(value: float, span: tuple[float, float]) -> float:
    low, high = span
    return (value - low) / (high - low) if high > low else 0.5
