"""Verdicts: seldom on nothing, always where a recipe destroys labels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from augcli.draws import Draws
from augcli.judges.folds import partition
from augcli.judges.judge import Judge, Rows
from augcli.judges.panel import ClassPanel
from augcli.judges.ridge import fitted, held_out
from augcli.judges.verdict import Extent, Verdict, verdict

JUDGE = Judge("ridge", np.asarray, fitted, held_out)
PANEL = ClassPanel([JUDGE], ["a", "b"])


def told(before: Rows, after: Rows, seed: int, folds: int = 5, repeats: int = 4) -> Verdict:
    count = len(after.labels)
    names, place = [str(at) for at in range(count)], Draws(seed)
    parts = [partition(after.labels, names, folds, place.at(turn)) for turn in range(repeats)]
    one, other = (PANEL.in_folds(JUDGE, rows, parts) for rows in (before, after))
    opinion = PANEL.opinion("ridge", one, other, place)
    extent = Extent("picture", count, len(after.sources), folds, repeats, ["a", "b"])
    return verdict([opinion], extent)


def sources(seed: int, apart: float, count: int = 40) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(count) % 2)
    return generator.normal(size=(count, 4)) + apart * np.eye(4)[labels], labels


def with_copies(
    views: np.ndarray, labels: np.ndarray, change: Callable[[np.ndarray], np.ndarray]
) -> Rows:
    count = len(labels)
    return Rows(
        np.concatenate([views, change(views)]),
        np.tile(np.arange(count), 2),
        labels,
        np.eye(2)[np.tile(labels, 2)],
    )


def moved(seed: int) -> Callable[[np.ndarray], np.ndarray]:
    noise = np.random.default_rng(seed).normal(0, 0.5, (40, 4))
    return lambda views: views + noise


def answers(make: Callable[[int], Verdict], runs: int = 100) -> int:
    return sum(make(seed).verdict != "no_evidence" for seed in range(runs))


@pytest.mark.faults
def test_random_labels_seldom_look_helped_or_hurt() -> None:
    def run(seed: int) -> Verdict:
        rows = with_copies(*sources(seed, 0.0), moved(seed + 1000))
        return told(rows.without_copies(), rows, seed)

    assert answers(run) <= 5


@pytest.mark.faults
def test_a_recipe_beside_itself_seldom_wins() -> None:
    def run(seed: int) -> Verdict:
        views, labels = sources(seed, 1.0)
        one, other = (with_copies(views, labels, moved(seed + at)) for at in (1000, 2000))
        return told(one, other, seed)

    assert answers(run) <= 5


def test_plain_duplicates_are_never_evidence() -> None:
    def run(seed: int) -> Verdict:
        rows = with_copies(*sources(seed, 1.0), lambda views: views)
        return told(rows.without_copies(), rows, seed)

    assert answers(run, 20) == 0


def test_copies_that_change_sides_hurt_every_time() -> None:
    def run(seed: int) -> Verdict:
        rows = with_copies(*sources(seed, 3.0), lambda views: views[:, [1, 0, 2, 3]])
        return told(rows.without_copies(), rows, seed)

    assert [run(seed).verdict for seed in range(10)] == ["hurts"] * 10


def test_few_sources_are_no_evidence_whatever_they_say() -> None:
    views, labels = sources(0, 3.0, count=18)
    rows = with_copies(views, labels, lambda each: each[:, [1, 0, 2, 3]])
    answer = told(rows.without_copies(), rows, 0)
    assert (answer.verdict, answer.reason) == ("no_evidence", "too_few")


def test_folds_by_row_would_flatter() -> None:
    """Why a source is held out with all its copies: else they tell its label."""
    views, labels = sources(5, 0.0, count=60)
    rows = with_copies(views, labels, lambda each: each + 0.01)
    leaking = Rows(rows.views, np.arange(120), np.tile(labels, 2), rows.targets)
    by_source = told(rows, rows, 0).opinions[0].without["accuracy"]
    by_row = told(leaking, leaking, 0).opinions[0].without["accuracy"]
    assert by_row > by_source + 0.25
