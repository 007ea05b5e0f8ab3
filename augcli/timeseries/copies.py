"""What is told of a new series once it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from augcli.names import Spot
from augcli.timeseries.making import Drawn


class Copy(NamedTuple):
    """What was drawn for one new series."""

    source: str
    """The id of the series that it is made of."""
    row: int
    copy: int
    label: str | None
    weights: dict[str, float] | None
    """The classes that it is mixed of; None where it is of one."""
    steps: str
    """As JSON: there may be millions."""
    partners: Sequence[str]
    """The ids of the other series that it is made of."""
    length: int
    method: str = "copies"
    attempt: int = 0
    repeats: int | None = None
    """The copy whose params these equal in spite of drawing again; -1 if it is its source."""
    alone: Sequence[str] = ()
    """Steps that were left out, as there was no partner."""
    stage: str | None = None
    view: str | None = None

    @property
    def spot(self) -> Spot:
        """Return which of its source's copies it is."""
        return Spot(self.copy, self.stage, self.view)

    @property
    def drawn(self) -> Drawn:
        """Return what of its story says how to make it."""
        return Drawn(self.source, self.row, self.copy, self.steps)


@dataclass
class Decided:
    """What is drawn for each series, and those that a step refuses."""

    copies: dict[str, list[Copy]]
    refused: dict[str, str]
    lost: dict[str, str]
    """id → why nothing was drawn for it: workers were lost on it"""
