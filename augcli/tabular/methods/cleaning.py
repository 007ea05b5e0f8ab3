"""Rows left out where classes meet: near misses, Tomek links, edited nearest neighbours."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from augcli.tabular.methods.base import Cleaner, K, UnderSampler
from augcli.tabular.methods.smote import Smote
from augcli.tabular.neighbours import Points, distances, nearest, nearest_others
from augcli.tabular.space import Space
from augcli.tabular.table import Codes, Rows


class NearMiss(UnderSampler):
    """Zhang & Mani, ICML workshop 2003: keep the rows nearest to those of the smallest class.

    Near is the mean distance to its `k` nearest (`variant: 1`) or `k` farthest (2); 3 keeps those
    that are farthest among the neighbours of the smallest class.
    """

    method: Literal["near_miss"] = "near_miss"
    k: K = Field(3, description="rows of the smallest class that a row is measured by")
    variant: int = Field(1, ge=1, le=3, description="of the paper")

    def surplus(self, space: Space, label: str, count: int) -> Rows:
        """Return the farthest rows (for variant 3 those that are no near miss)."""
        counts = np.bincount(space.classes, minlength=len(space.names))
        smallest = int(np.where(counts, counts, counts.max() + 1).argmin())
        few = space.everywhere.at(np.flatnonzero(space.classes == smallest))
        places = space.members(label)
        ours = space.everywhere.at(places)
        means = distances(few, ours, self.k, farthest=self.variant == 2).mean(axis=1)
        if self.variant == 3:
            near = np.zeros(len(places), bool)
            near[np.unique(nearest(ours, few, self.k))] = True
            means = np.where(near, -means, means + means.max() + 1)
        return np.sort(places[np.argsort(means, kind="stable")[len(places) - count :]])


class Tomek(Cleaner):
    """Tomek, IEEE SMC 1976: rows of two classes that are each other's nearest."""

    method: Literal["tomek"] = "tomek"

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the members of Tomek links that may go."""
        return self.allowed(links(points, classes), classes)


class Enn(Cleaner):
    """Wilson, IEEE SMC 1972: rows that not all of their `k` nearest agree with."""

    method: Literal["enn"] = "enn"
    k: K = Field(3, description="neighbours that must be of the row's class")

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the contradicted rows that may go."""
        return self.allowed(contradicted(points, classes, self.k), classes)


class SmoteTomek(Smote):
    """Batista, Prati & Monard, SIGKDD 2004: SMOTE, then both rows of each Tomek link go."""

    method: Literal["smote_tomek"] = "smote_tomek"  # type: ignore[assignment]

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the rows to leave out after over-sampling."""
        return links(points, classes)


class SmoteEnn(Smote):
    """Batista, Prati & Monard, SIGKDD 2004: SMOTE, then contradicted rows of any class go."""

    method: Literal["smote_enn"] = "smote_enn"  # type: ignore[assignment]

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the rows to leave out after over-sampling."""
        return contradicted(points, classes, 3)


def links(points: Points, classes: Codes) -> Rows:
    """Return the rows whose nearest is of another class and has them as its nearest."""
    near = nearest_others(points, 1)[:, 0]
    places = np.arange(len(points))
    return np.flatnonzero((classes[near] != classes) & (near[near] == places))


def contradicted(points: Points, classes: Codes, k: int) -> Rows:
    """Return the rows that one or more of their k nearest are of another class than."""
    near = nearest_others(points, k)
    return np.flatnonzero(np.any(classes[near] != classes[:, None], axis=1))
