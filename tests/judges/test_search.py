"""Search: the best of many is not believed, and what destroys labels is not chosen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import yaml
from arrows import MIRROR, arrow, recipe_of
from helpers import augment, forget_plugins, write

import augcli
from augcli.commands.search import (
    Budget,
    limits,
    refuse_elsewhere,
    search,
    told_of,
)
from augcli.commands.trials import trials_of
from augcli.draws import Draws
from augcli.errors import UsageError
from augcli.judges.judge import Judge, Rows
from augcli.judges.nested import OUTER, Field, choice, nested
from augcli.judges.panel import ClassPanel
from augcli.judges.ridge import fitted, held_out
from augcli.judges.verdict import Extent, verdict
from augcli.recipe import read_recipe

PANEL = ClassPanel([Judge("ridge", np.asarray, fitted, held_out)], ["a", "b"])


def field_of(base: Rows, trials: Mapping[str, Rows]) -> Field:
    """Return arms that are a family each, whose one copy is the one that they have."""
    arms = {name: [rows] for name, rows in trials.items()}
    names = list(map(str, range(len(base.labels))))
    return Field([base], names, arms, lambda family: {family: arms[family]})


def everyone(field: Field) -> np.ndarray:
    return np.ones(len(field.groups), bool)


def arms(labels: np.ndarray, count: int, seed: int) -> tuple[Rows, dict[str, Rows]]:
    generator = np.random.default_rng(seed)
    size, hot = len(labels), np.eye(2)[labels]
    views = generator.normal(size=(size, 4)) + np.eye(2)[np.arange(size) % 2] @ np.eye(2, 4)
    base = Rows(views, np.arange(size), labels, hot)
    twice, shares = np.tile(np.arange(size), 2), np.tile(hot, (2, 1))

    def moved(spread: float) -> Rows:
        copies = views + generator.normal(0, spread, views.shape)
        return Rows(np.concatenate([views, copies]), twice, labels, shares)

    return base, {f"spread {at}": moved(0.1 + at / 10) for at in range(count)}


def turned(base: Rows) -> Rows:
    """Return copies that look as the other class does."""
    views, twice = np.asarray(base.views), np.tile(base.sources, 2)
    wrong = np.concatenate([views, views[:, [1, 0, 2, 3]]])
    return Rows(wrong, twice, base.labels, np.tile(base.targets, (2, 1)))


def test_no_arm_is_best_where_all_destroy() -> None:
    base, _ = arms(np.arange(60) % 2, 0, 0)
    field = field_of(base, {"turned": turned(base)})
    assert choice(PANEL, field, everyone(field), Draws(0)).best is None
    (opinion,) = nested(PANEL, field, Draws(0))
    assert not opinion.accuracy.any()


def test_a_third_comes_to_the_second_rung_and_only_that_is_made() -> None:
    base, trials = arms(np.arange(60) % 2, 3, 0)
    every, asked = field_of(base, {**trials, "a": turned(base), "b": turned(base)}), []

    def whole(family: str) -> Mapping[str, list[Rows]]:
        asked.append(family)
        return every.whole(family)

    field = Field(every.base, every.groups, every.first, whole)
    found = choice(PANEL, field, everyone(field), Draws(0))
    assert len(found.first) == 5
    assert [*found.second] == asked
    assert len(asked) == 2
    assert not {"a", "b"} & {*asked}


def test_what_is_told_is_not_the_gain_by_which_it_was_chosen() -> None:
    """On random labels the best of six arms seems to gain; its choice gains nothing."""
    naive, honest = [], []
    for seed in range(3):
        labels = np.random.default_rng(seed).permutation(np.arange(40) % 2)
        field = field_of(*arms(labels, 6, seed))
        found = choice(PANEL, field, everyone(field), Draws(seed))
        naive.append(max(each.goodness.mean for each in found.second.values()))
        (opinion,) = nested(PANEL, field, Draws(seed))
        honest.append(opinion.goodness.mean())
    assert np.mean(naive) > np.mean(honest)


def test_labels_that_say_nothing_have_no_best_recipe() -> None:
    """Of twelve arms some seem to gain on permuted labels; the choice of one never helps."""
    naive, answers = [], set()
    for seed in range(3):
        labels = np.random.default_rng(seed).permutation(np.arange(60) % 2)
        field = field_of(*arms(labels, 12, seed))
        found = choice(PANEL, field, everyone(field), Draws(seed))
        naive.append(max(each.accuracy.mean for each in found.second.values()))
        told = verdict(nested(PANEL, field, Draws(seed)), Extent("", 60, 120, OUTER, 1, ["a", "b"]))
        answers.add(told.verdict)
    assert np.mean(naive) > 0
    assert answers == {"no_evidence"}


def test_a_recipe_without_steps_is_written_where_nothing_helps(tmp_path: Path) -> None:
    for side in ("left", "right"):
        for seed in range(12):
            write(tmp_path / "data" / side / f"{seed}.png", arrow(seed, side))
    recipe_of(tmp_path, tmp_path / "data", copies=1, steps=MIRROR)
    target, page = tmp_path / "best.yaml", tmp_path / "page.html"
    done = augment(
        *("search", tmp_path / "recipe.json", "-o", target, "--trials", "1", "--page", page)
    )
    assert done.returncode == 0, done.stderr
    assert "with 24 samples a search seldom proves a gain below some 18 points" in done.stderr
    assert "note: not tried: strength 0.5, 1 copy, randaugment n 1, m 5" in done.stdout
    assert "balanced" not in done.stdout
    assert "no trial was above chance in any fold of 24 pictures" in " ".join(done.stdout.split())
    assert read_recipe(str(target)).steps == ()
    assert target.read_text().startswith("# Found by augment search among 1 trials.")
    assert "# There is no evidence that any helps" in target.read_text()
    told = [line[2:] for line in target.read_text().splitlines() if line.startswith("# ")][2:]
    assert [each.split(":")[0] for each in told] == ["copies", "strength", "steps"]
    again = write(tmp_path / "again.yaml", "\n".join([target.read_text(), *told]))
    assert read_recipe(str(again)).plain() == read_recipe(str(tmp_path / "recipe.json")).plain()
    assert "strength 1, 1 copy" in page.read_text()


def test_a_place_that_is_taken_is_told_before_anything_is_tried(tmp_path: Path) -> None:
    for side in ("left", "right"):
        for seed in range(12):
            write(tmp_path / "data" / side / f"{seed}.png", arrow(seed, side))
    recipe_of(tmp_path, tmp_path / "data", copies=1)
    taken = write(tmp_path / "best.yaml", "mine")
    done = augment("search", tmp_path / "recipe.json", "-o", taken)
    assert (done.returncode, taken.read_text()) == (2, "mine")
    assert "is there already" in done.stderr
    done = augment("evaluate", tmp_path / "recipe.json", "-o", taken)
    assert (done.returncode, taken.read_text()) == (2, "mine")
    assert "it is not replaced" in done.stderr
    assert not (tmp_path / "out").exists()


RICH = """
version: 1
seed: 3
max_failures: 5%
timeout: 30
plugins: [mine.py]
dataset: {path: photos, exclude: ["**/drafts/**"], max_pixels: 100000}
output: {path: out, originals: omit, image: {format: png}}
copies: 5
balance: {target: {cat: 20}}
branches: {weak: [], strong: [invert]}
steps:
  - one_of:
      p: 0.5
      steps: [{rotate: {degrees: [-20, 20]}}, grayscale]
  - except: [dog]
    horizontal_flip: {p: 0.5}
  - fade: {by: 0.3}
"""
MINE = """
from typing import Annotated
from augcli.image.transform import ImageTransform
from augcli.ranges import Constant, Real, Spread
from augcli.transform import register
@register
class Fade(ImageTransform):
    \"\"\"Do nothing, as others do.\"\"\"
    by: Annotated[Spread, Real(0, 1, "share")] = Constant(0.5)
"""


def test_all_that_a_recipe_says_is_kept(tmp_path: Path) -> None:
    write(tmp_path / "mine.py", MINE)
    recipe = read_recipe(str(write(tmp_path / "r.yaml", RICH)))
    for trial in trials_of(recipe, steps=True):
        text = yaml.safe_dump(told_of(recipe, trial.recipe))
        again = read_recipe(str(write(tmp_path / "best.yaml", text)))
        assert again.plain() == trial.recipe.plain() | {
            part: recipe.plain()[part] | {"path": str(tmp_path / path)}
            for part, path in (("dataset", "photos"), ("output", "out"))
        }
    none = read_recipe(str(write(tmp_path / "none.yaml", yaml.safe_dump(told_of(recipe, None)))))
    assert (none.copies, none.steps, none.branches, none.balance) == (0, (), {}, None)
    assert (none.max_failures, none.plugins) == ("5%", ("mine.py",))
    with pytest.raises(UsageError, match=r"the recipe names mine\.py, which lies beside it"):
        refuse_elsewhere(recipe, tmp_path / "other/best.yaml")
    refuse_elsewhere(recipe, tmp_path / "best.yaml")
    forget_plugins()


def test_steps_that_are_asked_for_are_tried_first(tmp_path: Path) -> None:
    steps = ["horizontal_flip", "grayscale"]
    recipe = recipe_of(tmp_path, tmp_path / "data", copies=1, steps=steps)
    names = [trial.name for trial in trials_of(recipe, steps=True)]
    assert names[:3] == ["strength 1, 1 copy", "without horizontal_flip", "without grayscale"]


def test_when_it_is_enough_is_said_once(tmp_path: Path) -> None:
    recipe_of(tmp_path, tmp_path / "data", copies=1)
    told = ("search", tmp_path / "recipe.json", "-o", tmp_path / "best.yaml")
    assert augment(*told, "--trials", "2", "--minutes", "1").returncode == 2


def test_no_trial_is_begun_when_half_of_the_time_is_over(tmp_path: Path) -> None:
    for side in ("left", "right"):
        for seed in range(12):
            write(tmp_path / "data" / side / f"{seed}.png", arrow(seed, side))
    recipe = recipe_of(tmp_path, tmp_path / "data", copies=1, steps=[{"brightness": {}}])
    engine = augcli.api.local_engine(recipe, 1)
    told: list[str] = []
    found = search(recipe, Budget(minutes=1e-6), engine, lambda _done, _all: None, told.append)
    assert [*found.choice.first] == ["strength 1"]
    assert "were not begun in the time given" in found.verdict.notes[-1]
    assert told == [limits(24)]
