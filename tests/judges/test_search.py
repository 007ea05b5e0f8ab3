"""Search: the best of many is not believed, and what destroys labels is not chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from arrows import MIRROR, arrow, recipe_of
from helpers import augment, write

from augcli.draws import Draws
from augcli.judges.judge import Judge, Rows
from augcli.judges.nested import best_of, gains, nested
from augcli.judges.ridge import fitted, held_out
from augcli.recipe import read_recipe

JUDGE = Judge("ridge", np.asarray, fitted, held_out)


def arms(labels: np.ndarray, count: int, seed: int) -> tuple[list[Rows], dict[str, list[Rows]]]:
    generator = np.random.default_rng(seed)
    size, hot = len(labels), np.eye(2)[labels]
    views = generator.normal(size=(size, 4)) + hot @ np.eye(2, 4)
    base = Rows(views, np.arange(size), labels, hot)
    twice, shares = np.tile(np.arange(size), 2), np.tile(hot, (2, 1))

    def moved(spread: float) -> list[Rows]:
        copies = views + generator.normal(0, spread, views.shape)
        return [Rows(np.concatenate([views, copies]), twice, labels, shares)]

    return [base], {f"spread {at}": moved(0.1 + at / 10) for at in range(count)}


def test_no_arm_is_best_where_all_destroy() -> None:
    labels = np.arange(60) % 2
    base, _ = arms(labels, 0, 0)
    turned = np.tile(np.arange(60), 2)
    wrong = base[0].views[:, [1, 0, 2, 3]]
    shares = np.tile(base[0].shares, (2, 1))
    trials = {"turned": [Rows(np.concatenate([base[0].views, wrong]), turned, labels, shares)]}
    names = list(map(str, range(60)))
    assert best_of(gains([JUDGE], base, trials, names, Draws(0))) is None
    (opinion,) = nested([JUDGE], base, trials, names, Draws(0))
    assert not opinion.accuracy.any()


def test_what_is_told_is_not_the_gain_by_which_it_was_chosen() -> None:
    """On random labels the best of eight arms seems to gain; its choice gains nothing."""
    naive, honest = [], []
    for seed in range(6):
        labels = np.random.default_rng(seed).permutation(np.arange(40) % 2)
        base, _ = arms(np.arange(40) % 2, 0, seed)
        base = [Rows(base[0].views, base[0].sources, labels, np.eye(2)[labels])]
        _, made = arms(np.arange(40) % 2, 6, seed)
        trials = {
            name: [Rows(r.views, r.sources, labels, np.eye(2)[labels[r.sources]]) for r in rows]
            for name, rows in made.items()
        }
        names = list(map(str, range(40)))
        found = gains([JUDGE], base, trials, names, Draws(seed))
        naive.append(max(each.goodness.mean for each in found.values()))
        (opinion,) = nested([JUDGE], base, trials, names, Draws(seed))
        honest.append(opinion.goodness.mean())
    assert np.mean(naive) > np.mean(honest)


def test_a_recipe_without_steps_is_written_where_nothing_helps(tmp_path: Path) -> None:
    for side in ("left", "right"):
        for seed in range(12):
            write(tmp_path / "data" / side / f"{seed}.png", arrow(seed, side))
    recipe_of(tmp_path, tmp_path / "data", copies=1, steps=MIRROR)
    target = tmp_path / "best.yaml"
    done = augment("search", tmp_path / "recipe.json", "-o", target, "--trials", "1")
    assert done.returncode == 0, done.stderr
    assert "is not proved" in done.stdout
    assert read_recipe(str(target)).steps == ()
    assert target.read_text().startswith("# Found by augment search among 1 trials.")
