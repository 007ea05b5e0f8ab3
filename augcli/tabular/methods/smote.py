"""SMOTE: new rows on the way from a row to one of its nearest in the class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from pydantic import Field

from augcli.draws import repeated
from augcli.nearest.search import without_self
from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import gaps, load_normals, normals, picks
from augcli.tabular.methods.base import K, NeighbourSampler, register_method, shrunk
from augcli.tabular.reading.table import Numbers, Rows
from augcli.tabular.space import Space
from augcli.tabular.transform import Lots, Params
from augcli.tabular.vdm import nearest_by_values


@register_method
class Smote(NeighbourSampler):
    """Chawla et al., SMOTE, JAIR 16, 2002; with categories SMOTE-NC and SMOTE-N of that paper.

    Each row of the class is a base equally often. A new row lies at a drawn place on the way to
    one of the base's `k` nearest; its categories are those that most of the k have.
    """

    method: Literal["smote"] = "smote"
    k: K = Field(5, description="neighbours that a new row can lie towards")

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return new rows between neighbours of the class."""
        places = space.members(label)
        k, said = shrunk(self.k, len(places), label)
        if k == 0:
            return [copies_of_rows(space, label, wanted)], [only_copies(label)]
        counts = space.streams.spread(space.rows[places], wanted)
        if not space.table.numeric:
            said += _few(label, places, wanted)
            if self.neighbours == "approximate":
                said.append("neighbours are exact: categories alone are compared all with all")
            return [_nominal(space, label, places, counts, k)], said
        found = space.nearest_of_class(places, k)
        return [towards(space, label, places, counts, found)], said


@register_method
class SmoteNC(Smote):
    """SMOTE for numbers and categories; `smote` becomes this by itself where there are both."""

    method: Literal["smotenc"] = "smotenc"  # type: ignore[assignment]


@register_method
class SmoteN(Smote):
    """SMOTE for categories alone; `smote` becomes this by itself where there are no numbers."""

    method: Literal["smoten"] = "smoten"  # type: ignore[assignment]


def towards(  # noqa: PLR0913 – what a way is made of
    space: Space,
    label: str,
    places: Rows,
    counts: NDArray[np.int64],
    found: Rows,
    *,
    method: str = "smote",
) -> Drawn:
    """Return new rows from bases (by place, with counts) towards one of those found for each."""
    which, copy = repeated(counts)
    base = space.rows[places[which]]
    keys = space.streams.keys(base, copy)
    picked = picks(keys, "partner", found.shape[1])
    partner = space.rows[found[which, picked]]
    votes = None
    if space.table.discrete:
        votes = space.rows[from_picked(found[which], picked)]
        method = "smotenc" if method == "smote" else method
    return Drawn(method, label, base, copy, partner, gaps(keys), votes)


def with_partners(drawn: Drawn, found: Rows, picked: Rows) -> Drawn:
    """Return new rows towards other neighbours: the picked one of those found for each."""
    votes = None if drawn.votes is None else from_picked(found, picked)
    return replace(drawn, partner=found[np.arange(len(drawn)), picked], votes=votes)


def from_picked(found: Rows, picked: Rows) -> Rows:
    """Return neighbours from a picked one on, round and round."""
    order = (picked[:, None] + np.arange(found.shape[1])) % found.shape[1]
    return np.take_along_axis(found, order, axis=1)


def _few(label: str, places: Rows, wanted: int) -> list[str]:
    if wanted <= len(places):
        return []
    return [
        f"class {label!r}: SMOTE-N elects one row from each of its {len(places)}, so at most as "
        f"many of the {wanted} new ones are different"
    ]


def plain_instead(
    space: Space, label: str, wanted: int, k: int, why: str
) -> tuple[list[Drawn], list[str]]:
    """Return what plain SMOTE draws where a method has no bases of its own, and say so."""
    drawn, said = Smote(k=k).draw(space, label, wanted)
    return drawn, [*said, f"class {label!r} {why}: plain SMOTE instead"]


def copies_of_rows(space: Space, label: str, wanted: int) -> Drawn:
    """Return copies of a class's rows as they are."""
    places = space.members(label)
    which, copy = repeated(space.streams.spread(space.rows[places], wanted))
    return Drawn("random_over", label, space.rows[places[which]], copy)


def by_lot(space: Space, label: str, count: int) -> Rows:
    """Return the places of so many rows of a class, the first of a drawn order."""
    places = space.members(label)
    return np.sort(places[space.streams.order(space.rows[places])[:count]])


def blurred(
    space: Space, drawn: Drawn, spread: Mapping[int, float], shares: Numbers | None = None
) -> Drawn:
    """Return new rows with normal noise, whose deviation is told by the column's number.

    `shares` says how much of it each row has.
    """
    load_normals()
    factors = np.ones(len(drawn)) if shares is None else shares
    keys = space.streams.keys(drawn.base, drawn.copy)
    columns = [column for column in space.table.columns if column.index in spread]

    def source(rows: Rows) -> Params:
        noise = normals(keys[rows], "noise", columns)
        return {"noise": noise * factors[rows, None].astype(np.float32)}

    return replace(drawn, noise=Lots(np.arange(len(drawn)), source), spread=spread)


def only_copies(label: str) -> str:
    """Return what is said of a class that has nothing between its rows."""
    return f"class {label!r} has one row: the new ones are copies of it"


def _nominal(space: Space, label: str, places: Rows, counts: NDArray[np.int64], k: int) -> Drawn:
    """Return rows elected by a base and its nearest by value difference (SMOTE-N)."""
    found = without_self(nearest_by_values(space, places, k + 1), np.arange(len(places)))
    which, copy = repeated(counts)
    base = space.rows[places[which]]
    votes = np.column_stack([base, space.rows[places[found[which]]]])
    return replace(Drawn("smoten", label, base, copy), votes=votes)
