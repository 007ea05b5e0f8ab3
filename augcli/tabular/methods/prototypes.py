"""Rows left out that others stand for, or that contradict them again and again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.draws import Draws
from augcli.engines.cpus import one_thread
from augcli.nearest.points import Kinds, Points, blocks, squared
from augcli.nearest.search import nearest, nearest_others, without_self
from augcli.tabular.methods.base import Cleaner, K, Measuring, UnderSampler, fewest, register_method
from augcli.tabular.methods.cleaning import contradicted, links
from augcli.tabular.reading.table import Codes, Numbers, Rows
from augcli.tabular.space import Space, embedded

_TURNS = 100
"""How often rows are looked at again at most."""
_FOLDS, _TREES = 5, 100
_ROUNDS = 20
"""Of moving the middles of clusters, which more rounds made hardly narrower where it was tried."""


class Editing(Cleaner):
    """Base of methods that leave contradicted rows out turn by turn."""

    def left_out(self, points: Points, classes: Codes, ks: Iterable[int]) -> Rows:
        """Return the rows that go: until none does, or a class comes to be the smallest, or none.

        Each turn has its own number of neighbours.
        """
        counts, least = np.bincount(classes), fewest(classes)
        rows = np.arange(len(points))
        for k in ks:
            found = contradicted(points.at(rows), classes[rows], min(k, len(rows) - 1))
            gone = found if self.clean == "all" else found[classes[rows[found]] != least]
            rows = np.delete(rows, gone)
            left = np.bincount(classes[rows], minlength=len(counts))
            others = left[(counts > 0) & (np.arange(len(counts)) != least)]
            if not len(gone) or np.any(others < counts[least]):
                break
        return np.setdiff1d(np.arange(len(points)), rows)


@register_method
class RepeatedEnn(Editing):
    """Tomek, IEEE SMC 1976: ENN again and again, until no row is contradicted."""

    method: Literal["repeated_enn"] = "repeated_enn"
    k: K = Field(3, description="neighbours that must be of the row's class")

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the rows that are contradicted in one of the turns."""
        return self.left_out(points, classes, repeat(self.k, _TURNS))


@register_method
class AllKnn(Editing):
    """Tomek, IEEE SMC 1976: ENN with 1 neighbour, with 2, and so on up to `k`."""

    method: Literal["all_knn"] = "all_knn"
    k: K = Field(3, description="most neighbours that must be of the row's class")

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the rows that are contradicted in one of the turns."""
        return self.left_out(points, classes, range(1, self.k + 1))


@register_method
class NeighbourhoodCleaning(Cleaner):
    """Laurikkala, AIME 2001: rows that most neighbours contradict, and those that mislead.

    The latter are the neighbours of misread rows of the smallest class, where their own class has
    more than `threshold` times as many rows as that.
    """

    method: Literal["neighbourhood_cleaning"] = "neighbourhood_cleaning"
    k: K = Field(3, description="neighbours that have a vote")
    threshold: float = Field(0.5, ge=0, description="of the rows of the smallest class")

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return both."""
        counts, least = np.bincount(classes), fewest(classes)
        near = nearest_others(points, self.k)
        odd = self.allowed(np.flatnonzero(_voted(classes[near]) != classes), classes)
        few = np.flatnonzero(classes == least)
        around = nearest(points, points.at(few), self.k + 1)
        misread = _voted(classes[around[:, : self.k]]) != least
        others = np.unique(without_self(around, few)[misread])
        large = counts > self.threshold * counts[least]
        misleading = self.allowed(others[large[classes[others]]], classes)
        return np.union1d(odd, misleading)


@register_method
class Condensed(Cleaner):
    """Hart, IEEE Transactions on Information Theory 1968: rows that the others tell already.

    It starts with the smallest class and the first row of each other one, and takes in each row
    that is nearer to one of another class among those than to one of its own, until there is none.
    """

    revision: ClassVar[int] = 3
    method: Literal["condensed"] = "condensed"

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the rows that are read rightly without them."""
        kept = np.isin(np.arange(len(points)), first_kept(classes))
        away = _nearest_of_both(points, classes, np.flatnonzero(kept))
        for _ in range(_TURNS):
            before = int(kept.sum())
            for row in np.flatnonzero(~kept).tolist():
                if away[1, row] < away[0, row]:
                    kept[row] = True
                    now = squared(points, points.at(slice(row, row + 1)))
                    away = _closer(away, now, classes == classes[row])
            if kept.sum() == before:
                break
        return self.allowed(np.flatnonzero(~kept), classes)


@register_method
class OneSided(Cleaner):
    """Kubat & Matwin, ICML 1997: one turn of condensing, then Tomek links among what is left."""

    revision: ClassVar[int] = 3
    method: Literal["one_sided"] = "one_sided"

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the rows that are told already, and members of links."""
        return self.allowed(one_sided(points, classes, first_kept(classes)), classes)


def one_sided(points: Points, classes: Codes, seeds: Rows) -> Rows:
    """Return the rows that seeds read rightly, and the links among the others."""
    own, other = _nearest_of_both(points, classes, seeds)
    rows = np.union1d(seeds, np.flatnonzero(other < own))
    linked = rows[links(points.at(rows), classes[rows])]
    return np.union1d(np.setdiff1d(np.arange(len(points)), rows), linked)


def first_kept(classes: Codes) -> Rows:
    """Return the rows of the smallest class, and the first of each other."""
    _, firsts = np.unique(classes, return_index=True)
    return np.union1d(np.flatnonzero(classes == fewest(classes)), firsts)


def _nearest_of_both(points: Points, classes: Codes, rows: Rows) -> Numbers:
    """Return how far all rows are, squared, from the nearest of some of their class, and others."""
    away = np.full((2, len(points)), np.inf)
    for code in np.unique(classes[rows]):
        some = points.at(rows[classes[rows] == code])
        now = squared(some.at(nearest(some, points, 1)[:, 0]), points)
        away = _closer(away, now, classes == code)
    return away


def _closer(away: Numbers, now: Numbers, same: NDArray[np.bool_]) -> Numbers:
    """Return the smaller distances from rows of the same class, and from others."""
    closer: Numbers = np.minimum(away, np.where([same, ~same], now, np.inf))
    return closer


def _voted(votes: Codes) -> Codes:
    """Return the most frequent of each row's votes, of equals the lowest."""
    shares = (votes[:, :, None] == np.arange(votes.max(initial=0) + 1)).sum(axis=1)
    voted: Codes = shares.argmax(axis=1).astype(np.int32)
    return voted


@register_method
class InstanceHardness(UnderSampler):
    """Smith, Martinez & Giraud-Carrier, Machine Learning 95, 2014: leave out what is hard to learn.

    Those rows go to whose class a forest that has not seen them gives the lowest probability.
    """

    method: Literal["instance_hardness"] = "instance_hardness"

    def surplus(self, space: Space, label: str, count: int) -> Rows:
        """Return the hardest rows of a class."""
        if self.name not in space.trained:
            seed = Draws(space.streams.seed).at("balance", "hardness").seed()
            features = _present(embedded(space.everywhere))
            space.trained[self.name] = chances_of_own(features, space.classes, seed)
        places = space.members(label)
        chances = space.trained[self.name][places]
        return np.sort(places[np.argsort(chances, kind="stable")[:count]])


def _present(features: Any) -> Any:
    """Return features without columns of categories that none of the rows has."""
    return features[:, features.getnnz(axis=0) > 0] if hasattr(features, "getnnz") else features


def chances_of_own(features: object, classes: Codes, seed: int) -> Numbers:
    """Return the probability that learners of other folds give each row's class."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    known, codes = np.unique(classes, return_inverse=True)
    least = int(np.bincount(codes).min())
    if len(known) < 2 or least < 2:
        return np.ones(len(classes))
    folds = StratifiedKFold(min(_FOLDS, least), shuffle=True, random_state=seed)
    forest = RandomForestClassifier(_TREES, random_state=seed)
    found = cross_val_predict(forest, features, codes, cv=folds, method="predict_proba")
    chances: Numbers = found[np.arange(len(codes)), codes]
    return chances


@register_method
class ClusterCentroids(Measuring, UnderSampler):
    """Yen & Lee, Expert Systems with Applications 36, 2009: keep rows near the middles of clusters.

    A class is put into as many clusters as it is to have rows; each keeps the nearest of its own.
    """

    revision: ClassVar[int] = 4
    method: Literal["cluster_centroids"] = "cluster_centroids"

    def surplus(self, space: Space, label: str, count: int) -> Rows:
        """Return all rows of a class but those nearest to the middles of their clusters."""
        from sklearn.cluster import KMeans

        places = space.members(label)
        if count >= len(places):
            return places
        seed = Draws(space.streams.seed).at("balance", "centroids", label).seed()
        points = space.points(places)
        features = embedded(points)
        number = min(len(places) - count, len(Kinds.of(points).first))
        with one_thread():  # as sums of several hang on how many there are
            means = KMeans(number, n_init=1, max_iter=_ROUNDS, random_state=seed)
            clusters = means.fit(features)
        away = _from_middles(features, clusters.cluster_centers_, clusters.labels_)
        return np.sort(places[central(away, clusters.labels_)[len(places) - count :]])


def _from_middles(features: Any, middles: Numbers, clusters: Codes) -> Numbers:
    """Return how far each row is from the middle of its cluster, squared, to five digits.

    Two rows are as far from their middle as each other, whatever rounding makes of that.
    """
    away = np.empty(len(clusters))
    for rows in blocks(np.arange(len(clusters)), middles.shape[1]):
        apart = np.asarray(features[rows] - middles[clusters[rows]])
        away[rows] = np.einsum("ij,ij->i", apart, apart)
    digits, power = np.frexp(away)
    return np.ldexp(np.round(digits, 5), power)


def central(away: Numbers, clusters: Codes) -> Rows:
    """Return rows by how central they are: the nearest of each cluster, then the second ones, …"""
    order = np.lexsort((away, clusters))
    starts = np.searchsorted(clusters[order], clusters[order])
    ranks = np.arange(len(order)) - starts
    central: Rows = order[np.argsort(ranks, kind="stable")]
    return central
