"""Cells of yes and no, in a column for each label that a sample may have."""

from __future__ import annotations

from collections.abc import Iterable

PAIRS = (
    *(("true", "false"), ("yes", "no"), ("t", "f"), ("y", "n"), ("1", "0"), ("on", "off")),
    *(("ja", "nein"), ("wahr", "falsch"), ("oui", "non"), ("vrai", "faux"), ("sí", "no")),
    *(("si", "no"), ("sì", "no"), ("sim", "não"), ("да", "нет"), ("tak", "nie"), ("是", "否")),
)
"""What says yes and what says no, in small letters."""
YES = frozenset(("1.0", "x", *(yes for yes, _ in PAIRS)))
_NO = frozenset(("", "0.0", *(no for _, no in PAIRS)))


def says_yes(cell: object) -> bool:
    """Return whether a cell, or what JSON or Parquet has in its place, says yes."""
    return _shown(cell) in YES


def not_flagged(cells: Iterable[tuple[str, object]]) -> str | None:
    """Return which of some cells, by their names, says neither yes nor no; None where all do."""
    odd = ((name, cell) for name, cell in cells if _shown(cell) not in YES | _NO)
    return next((f"{name!r} is {cell!r}, neither 0 nor 1" for name, cell in odd), None)


def _shown(cell: object) -> str:
    return "" if cell is None else str(cell).strip().lower()
