"""A small network as a judge: it learns, and plain duplicates change nothing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers import augment, write
from sklearn.datasets import load_digits

from augcli.image.court import court
from augcli.judges.judge import Rows

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
    found = load_digits()
    for number, (image, label) in enumerate(zip(found.images[:200], found.target, strict=False)):
        if label < 2:
            data = cv2.imencode(".png", (16 * image).clip(0, 255).astype(np.uint8))[1].tobytes()
            write(tmp_path / f"in/{label}/{number}.png", data)
    text = "version: 1\ndataset: {path: in}\noutput: {path: out}\ncopies: 1\nsteps: [invert]\n"
    write(tmp_path / "r.yaml", text)
    told = augment("evaluate", tmp_path / "r.yaml", "--network", "--json", "--folds", "2")
    assert '"small network"' in told.stdout
    assert '"learners": {"small' in told.stdout
    told = augment("evaluate", tmp_path / "r.yaml", "--network", "--train", tmp_path / "r.yaml")
    assert told.returncode == 2
    assert "a program and a network cannot both judge" in told.stderr
