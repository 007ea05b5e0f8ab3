"""Geometric SMOTE: new rows inside a ball around a row, not only on lines between two."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec.structs import replace
from pydantic import Field

from augcli.nearest.points import squared
from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import gaps, load_normals, normals
from augcli.tabular.methods.base import K, NeighbourSampler, register_method, shrunk
from augcli.tabular.methods.nearness import spread_of
from augcli.tabular.methods.smote import copies_of_rows, only_copies, towards
from augcli.tabular.reading.table import Numbers, Rows
from augcli.tabular.space import Space
from augcli.tabular.transform import Lots


@register_method
class GeometricSmote(NeighbourSampler):
    """Douzas & Bacao, Geometric SMOTE, Information Sciences 501, 2019.

    A new row lies in a ball around its base, as wide as it is to a point of its surface: one of the
    `k` nearest of the class, the nearest of another, or the nearer of the two. `truncation` cuts
    the ball across (1: the half that faces the point), `deformation` flattens it towards the line.
    """

    method: Literal["geometric_smote"] = "geometric_smote"
    k: K = Field(5, description="neighbours of the class that may lie on the surface")
    surface: Literal["minority", "majority", "combined"] = Field(
        "combined", description="whose rows lie on it: the class's, those of others, or the nearer"
    )
    truncation: float = Field(1.0, ge=-1, le=1, description="how much of the ball is cut off")
    deformation: float = Field(0.0, ge=0, le=1, description="how flat the ball is; 1 is a line")

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return rows in balls around those of the class."""
        places = space.members(label)
        k, said = shrunk(self.k, len(places), label)
        numeric = space.table.numeric
        if k == 0 or not numeric:
            why = "has no numbers: new rows are copies"
            told = only_copies(label) if k == 0 else f"class {label!r} {why}"
            return [copies_of_rows(space, label, wanted)], [told]
        counts = space.streams.spread(space.rows[places], wanted)
        drawn = towards(space, label, places, counts, space.nearest_of_class(places, k))
        base = np.searchsorted(space.rows, drawn.base)
        partner = self._on_surface(space, label, base, drawn.partner)
        points = space.everywhere.numbers
        keys = space.streams.keys(drawn.base, drawn.copy)
        load_normals()
        ball = in_ball(normals(keys, "ball", numeric).astype(np.float64), gaps(keys, "radius"))
        away = shaped(ball, points[partner] - points[base], self.truncation, self.deformation)
        away *= space.deviations if space.scaled else 1.0
        spread = spread_of(space.table.matrix(space.rows[places]))
        noise = (away / spread).astype(np.float32)
        made = replace(
            drawn,
            method=self.method,
            partner=space.rows[partner],
            gap=np.zeros(len(drawn)),
            noise=Lots.of({"noise": noise}, len(drawn)),
            spread=dict(zip((each.index for each in numeric), spread.tolist(), strict=True)),
        )
        return [made], said

    def _on_surface(self, space: Space, label: str, base: Rows, own: Rows | None) -> Rows:
        """Return the place of the point on the surface of each base's ball."""
        assert own is not None
        ours = np.searchsorted(space.rows, own)
        foreign = np.flatnonzero(space.classes != space.names.index(label))
        if self.surface == "minority" or not len(foreign):
            return ours
        places, which = np.unique(base, return_inverse=True)
        theirs: Rows = space.nearest_among(foreign, places, 1)[which, 0]
        if self.surface == "majority":
            return theirs
        points = space.everywhere
        near = squared(points.at(ours), points.at(base)) <= squared(
            points.at(theirs), points.at(base)
        )
        return np.where(near, ours, theirs)


def in_ball(normal: Numbers, share: Numbers) -> Numbers:
    """Return points that are equally dense all over the unit ball, from draws of both kinds."""
    length = np.linalg.norm(normal, axis=1)[:, None]
    reach = share[:, None] ** (1 / normal.shape[1])
    inside: Numbers = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0) * reach
    return inside


def shaped(ball: Numbers, way: Numbers, truncation: float, deformation: float) -> Numbers:
    """Return how far points of the unit ball lie from its centre, once it is cut and flattened.

    `way` leads from the centre to the surface.
    """
    radius = np.linalg.norm(way, axis=1)[:, None]
    along = np.divide(way, radius, out=np.zeros_like(way), where=radius > 0)
    ahead = np.sum(ball * along, axis=1)[:, None]
    beyond = (truncation != 0) & (np.abs(truncation - ahead) > 1)
    ahead_now = np.where(beyond, -ahead, ahead)
    aside = (ball - ahead * along) * (1 - deformation)
    moved: Numbers = radius * (ahead_now * along + aside)
    return moved
