"""Rows left out where classes meet: near misses, Tomek links, edited nearest neighbours."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from augcli.nearest.points import Points, squared
from augcli.nearest.search import (
    farthest_distances,
    nearest,
    nearest_distances,
    nearest_others,
    without_self,
)
from augcli.tabular.methods.base import Cleaner, K, Measuring, UnderSampler, fewest, register_method
from augcli.tabular.methods.smote import Smote
from augcli.tabular.reading.table import Codes, Rows
from augcli.tabular.space import Space


@register_method
class NearMiss(Measuring, UnderSampler):
    """Zhang & Mani, ICML workshop 2003: keep the rows nearest to those of the smallest class.

    Near is the mean distance to its `k` nearest (`variant: 1`) or `k` farthest (2); 3 keeps those
    that are farthest among the neighbours of the smallest class.
    """

    revision: ClassVar[int] = 3
    method: Literal["near_miss"] = "near_miss"
    k: K = Field(3, description="rows of the smallest class that a row is measured by")
    variant: int = Field(1, ge=1, le=3, description="of the paper")

    def surplus(self, space: Space, label: str, count: int) -> Rows:
        """Return the farthest rows (for variant 3 those that are no near miss)."""
        few = space.everywhere.at(np.flatnonzero(space.classes == fewest(space.classes)))
        places = space.members(label)
        ours = space.everywhere.at(places)
        if self.variant == 3:
            kept = self._near_misses(few, ours, len(places) - count)
            return np.delete(places, kept)
        measured = farthest_distances if self.variant == 2 else nearest_distances
        means = measured(few, ours, self.k).mean(axis=1)
        return np.sort(places[np.argsort(means, kind="stable")[len(places) - count :]])

    def _near_misses(self, few: Points, ours: Points, count: int) -> Rows:
        """Return so many: the farthest near misses, and where these are too few the nearest."""
        near = np.unique(nearest(ours, few, self.k))
        means = nearest_distances(few, ours.at(near), self.k).mean(axis=1)
        kept = near[np.argsort(-means, kind="stable")][:count]
        if len(kept) == count:
            return kept
        others = np.setdiff1d(np.arange(len(ours)), near)
        means = nearest_distances(few, ours.at(others), self.k).mean(axis=1)
        return np.append(kept, others[np.argsort(means, kind="stable")[: count - len(kept)]])


@register_method
class Tomek(Cleaner):
    """Tomek, IEEE SMC 1976: rows of two classes that are each other's nearest."""

    method: Literal["tomek"] = "tomek"

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the members of Tomek links that may go."""
        return self.allowed(links(points, classes), classes)


@register_method
class Enn(Cleaner):
    """Wilson, IEEE SMC 1972: rows that not all of their `k` nearest agree with."""

    method: Literal["enn"] = "enn"
    k: K = Field(3, description="neighbours that must be of the row's class")

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the contradicted rows that may go."""
        return self.allowed(contradicted(points, classes, self.k), classes)


@register_method
class SmoteTomek(Smote):
    """Batista, Prati & Monard, SIGKDD 2004: SMOTE, then both rows of each Tomek link go."""

    cleans: ClassVar[bool] = True
    cleans_new: ClassVar[bool] = True
    method: Literal["smote_tomek"] = "smote_tomek"  # type: ignore[assignment]

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the rows to leave out after over-sampling."""
        return links(points, classes)


@register_method
class SmoteEnn(Smote):
    """Batista, Prati & Monard, SIGKDD 2004: SMOTE, then contradicted rows of any class go."""

    cleans: ClassVar[bool] = True
    cleans_new: ClassVar[bool] = True
    method: Literal["smote_enn"] = "smote_enn"  # type: ignore[assignment]

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the rows to leave out after over-sampling."""
        return contradicted(points, classes, 3)


def links(points: Points, classes: Codes) -> Rows:
    """Return the rows whose nearest is of another class and has them as its nearest.

    Few rows are the nearest of another class to any; these alone are compared with all.
    """
    pairs = _nearest_across(points, classes)
    for side in (0, 1) if pairs.size else ():
        own, other = pairs[side], pairs[1 - side]
        near = without_self(nearest(points, points.at(own), 2), own)
        pairs = pairs[:, near[:, 0] == other]
    return np.unique(pairs)


def _nearest_across(points: Points, classes: Codes) -> Rows:
    """Return 2 × n rows: some, and the nearest of another class to each.

    They are of all classes but the largest. Where several have the same nearest, the one that is
    nearest to it.
    """
    found = [np.empty((2, 0), np.int64)]
    counts = np.bincount(classes)
    for code in np.flatnonzero(counts).tolist():
        if code != counts.argmax():
            own, rest = np.flatnonzero(classes == code), np.flatnonzero(classes != code)
            across = rest[nearest(points.at(rest), points.at(own), 1)[:, 0]]
            found.append(np.stack([own, across]))
    pairs = np.concatenate(found, axis=1)
    away = squared(points.at(pairs[0]), points.at(pairs[1]))
    pairs = pairs[:, np.lexsort((pairs[0], away, pairs[1]))]
    return pairs[:, np.unique(pairs[1], return_index=True)[1]]


def contradicted(points: Points, classes: Codes, k: int) -> Rows:
    """Return the rows that one or more of their k nearest are of another class than."""
    near = nearest_others(points, k)
    return np.flatnonzero(np.any(classes[near] != classes[:, None], axis=1))
