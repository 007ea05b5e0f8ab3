"""What learners said is kept: asked again only where something changed that it hangs on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from arrows import arrow, recipe_of
from helpers import write
from msgspec.structs import replace

import augcli
from augcli.commands import evaluate
from augcli.commands.bench import Terms
from augcli.judges.judge import Judge, Rows
from augcli.judges.panel import ClassPanel
from augcli.judges.ridge import fitted, held_out
from augcli.store.cache import FolderCache


def rows(change: float = 0.0) -> Rows:
    views = np.random.default_rng(0).normal(size=(20, 3))
    views[0, 0] += change
    marks = [str(each) for each in views.tolist()]
    labels = np.arange(20) % 2
    return Rows(views, np.arange(20), labels, np.eye(2)[labels], marks)


class Counted:
    """Kernel ridge that counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, of: Rows, parts: list[np.ndarray]) -> np.ndarray:
        self.times += 1
        return held_out(of, parts)


def test_the_same_question_is_asked_once_and_any_other_anew(tmp_path: Path) -> None:
    asked = Counted()
    judge = Judge("ridge", np.asarray, fitted, asked)
    store = FolderCache("", reads=True, writes=True, folder=tmp_path)
    panel, folds = ClassPanel([judge], ["a", "b"], store), [np.arange(20) // 2 % 5]
    (first,), (again,) = (panel.in_folds(judge, rows(), folds) for _ in range(2))
    assert asked.times == 1
    np.testing.assert_array_equal(first.chances, again.chances)
    turned = replace(rows(), labels=1 - rows().labels)
    others = [
        (judge, rows(0.1), folds),
        (judge, turned, folds),
        (judge, rows(), [np.arange(20) // 4]),
        (replace(judge, revision=2), rows(), folds),
        (replace(judge, name="other"), rows(), folds),
    ]
    for other in others:
        panel.in_folds(*other)
    assert asked.times == 6


def test_what_is_damaged_is_asked_again(tmp_path: Path) -> None:
    judge = Judge("ridge", np.asarray, fitted, Counted())
    store = FolderCache("", reads=True, writes=True, folder=tmp_path)
    panel, folds = ClassPanel([judge], ["a", "b"], store), [np.arange(20) // 2 % 5]
    (first,) = panel.in_folds(judge, rows(), folds)
    (entry,) = (path for path in tmp_path.rglob("*") if path.is_file())
    entry.write_bytes(entry.read_bytes()[:-9])
    (again,) = panel.in_folds(judge, rows(), folds)
    np.testing.assert_array_equal(first.chances, again.chances)


def test_an_evaluation_made_again_asks_no_learner_and_looks_at_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for side in ("left", "right"):
        for seed in range(5):
            write(tmp_path / "in" / side / f"{seed}.png", arrow(seed, side))
    recipe = recipe_of(tmp_path, tmp_path / "in", copies=1)
    first = augcli.evaluate(recipe, repeats=1).plain()
    court = evaluate.court_for(recipe, Terms())
    mute = [replace(each, see=None, fitted=None, held_out=None) for each in court.judges]
    mutes = replace(court, judges=mute)
    monkeypatch.setattr(evaluate, "court_for", lambda _recipe, _terms: mutes)
    assert augcli.evaluate(recipe, repeats=1).plain() == first
