"""Where torch trains: on the device that the environment names, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from augcli.errors import UsageError
from augcli.image.learning.nets import Shown
from augcli.image.learning.training import TRAINED
from augcli.judges.judge import Rows
from augcli.judges.network import fitted
from augcli.networks import DEVICE, torch_of
from augcli.tabular.networks.layout import Layout, Modes
from augcli.tabular.networks.training import Lessons, ctgan, tvae

pytestmark = pytest.mark.torch


def of_pictures(name: str) -> object:
    pixels, classes = np.zeros((4, 32 * 32), np.float32), np.arange(4) // 2
    return TRAINED[name](Shown(pixels, classes, "ab", 1))


def of_rows(train: Callable[[Lessons], object]) -> object:
    numbers = np.linspace(0, 1, 40)[:, None]
    layout = Layout([Modes.of(numbers[:, 0], 0)], [2])
    codes = (np.arange(40) % 2).astype(np.int32)[:, None]
    return train(Lessons(layout, layout.told(numbers, codes, numbers), 1, 0))


def judged() -> object:
    views = [np.full((32, 32, 1), n, np.float32) for n in range(4)]
    return fitted(Rows(views, np.arange(4), np.arange(4) % 2, np.eye(2)[[0, 1, 0, 1]]), views)


TRAININGS: dict[str, Callable[[], object]] = {
    **{name: partial(of_pictures, name) for name in TRAINED},
    "tvae": partial(of_rows, tvae),
    "ctgan": partial(of_rows, ctgan),
    "judge": judged,
}


@pytest.mark.parametrize("name", TRAININGS)
def test_all_of_a_training_is_on_the_device(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A device that has shapes and no values takes all, but cannot give back what was trained."""
    import torch

    def improved(_optimiser: Any, loss: Any) -> None:
        assert loss.device.type == "meta"
        loss.backward()

    monkeypatch.setenv(DEVICE, "meta")
    monkeypatch.setattr("augcli.networks._improve", improved)
    monkeypatch.setattr("augcli.image.learning.training._steps", lambda _count: 1)
    monkeypatch.setattr("augcli.judges.network._STEPS", 1)
    monkeypatch.setattr(torch.optim, "Adam", lambda *_args, **_told: None)
    with pytest.raises((NotImplementedError, RuntimeError), match="meta tensor"):
        TRAININGS[name]()


def test_a_device_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DEVICE, "gpu")
    with pytest.raises(UsageError, match=f"{DEVICE}=gpu, where torch cannot work: "), torch_of(0):
        pass
