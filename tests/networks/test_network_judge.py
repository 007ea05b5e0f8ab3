"""A small network as a judge: it learns, and plain duplicates change nothing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers import augment, picture, write, write_recipe
from sklearn.datasets import load_digits

from augcli.commands.bench import Terms, court_for
from augcli.errors import UsageError
from augcli.image.court import court
from augcli.judges.judge import Rows
from augcli.recipe import read_recipe

pytestmark = pytest.mark.torch
(JUDGE,) = court().networks


def digits(count: int) -> tuple[list[np.ndarray], np.ndarray]:
    found = load_digits()
    large = [
        cv2.resize((255 - 15 * each).astype(np.uint8), (64, 64), interpolation=cv2.INTER_CUBIC)
        for each in found.images[:count]
    ]
    views = [JUDGE.see(cv2.cvtColor(each, cv2.COLOR_GRAY2BGR)) for each in large]
    return views, found.target[:count]


def test_it_learns_and_duplicates_change_nothing() -> None:
    views, labels = digits(180)
    known, asked, hot = views[:120], views[120:], np.eye(10)
    own = np.arange(120)
    rows = Rows(known, own, labels[:120], hot[labels[:120]])
    twice, two = [*known, *known, *known], np.tile(own, 3)
    same = Rows(twice, two, labels[:120], hot[labels[two]])
    alone, among = JUDGE.fitted(rows, asked), JUDGE.fitted(same, asked)
    assert (alone.argmax(axis=1) == labels[120:]).mean() > 0.8
    assert (alone == among).all()


def test_it_judges_where_it_is_asked_to(tmp_path: Path) -> None:
    for number in range(2):
        write(tmp_path / f"in/{number}/0.png", picture(number))
    path = write_recipe(tmp_path / "in", tmp_path / "out")
    recipe = read_recipe(str(path))
    assert [each.name for each in court_for(recipe, Terms(network=True)).judges] == [JUDGE.name]
    assert JUDGE.name not in [each.name for each in court_for(recipe, Terms()).judges]
    told = augment("evaluate", path, "--network", "--train", path)
    assert told.returncode == 2
    assert "a program and a network cannot both judge" in told.stderr
    texts = write_recipe(tmp_path / "in", tmp_path / "out", dataset={"kind": "text"}, steps=[])
    with pytest.raises(UsageError, match="--network judges pictures, no texts"):
        court_for(read_recipe(str(texts)), Terms(network=True))
