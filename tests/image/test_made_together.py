"""Copies that are rendered together are those that are rendered alone, and fail alone."""

from __future__ import annotations

from collections import deque
from operator import attrgetter

import numpy as np
import pytest
from helpers import picture

from augcli.errors import SampleError, StepError
from augcli.image.formats import Encoding
from augcli.image.kernels.sampling import Sampling
from augcli.image.listing.whole import Together, Whole
from augcli.image.operations import ops
from augcli.image.operations.geometry import Field, Resample, Warp
from augcli.image.operations.ops import Pixels
from augcli.image.operations.runs import Runs
from augcli.image.operations.tone import Formula, Lookup
from augcli.image.picture import PixelArray

PNG = Encoding("png", 95, convert=False)
HOW = Sampling()


def refused(_: PixelArray) -> PixelArray:
    raise StepError("not this one")


def inverted(pixels: PixelArray) -> PixelArray:
    return 255 - pixels


@pytest.mark.parametrize("is_ahead", [False, True])
@pytest.mark.parametrize("size", [320, 1 << 20])
def test_a_copy_that_a_step_fails_on_costs_itself_alone(size: int, is_ahead: bool):
    whole = Whole(picture(1), 1000)
    chains = [ops.fuse([Pixels(change)]) for change in (inverted, refused, inverted)]
    together = Together(whole, PNG)
    makers = [together.maker(stages, 1, size) for stages in chains]
    if is_ahead:
        deque(together.ahead(), maxlen=0)
    alone = whole.rendered(chains[0], PNG, 1)
    assert alone != whole.rendered([], PNG, 1)
    assert makers[2]() == alone
    with pytest.raises(StepError, match="not this one"):
        makers[1]()
    assert makers[0]() == makers[0]() == alone


def test_steps_ahead_are_a_kind_of_work_each():
    done: list[str] = []

    def told(pixels: PixelArray) -> PixelArray:
        done.append("rendered")
        return pixels

    together = Together(Whole(picture(1), 1000), PNG)
    maker = together.maker(ops.fuse([Pixels(told)]), 1, 320)
    steps = together.ahead()
    next(steps)
    assert not done
    next(steps)
    assert done == ["rendered"]
    assert not [*steps]
    assert maker()
    assert done == ["rendered"]


def test_damage_that_is_met_ahead_is_told_by_the_maker():
    data = picture(1)
    together = Together(Whole(data[:60] + bytes(20) + data[80:], 1000), PNG)
    maker = together.maker(ops.fuse([Pixels(inverted)]), 1, 320)
    assert not [*together.ahead()]
    with pytest.raises(SampleError, match="damaged"):
        maker()


def runs_of_moves() -> list[Resample]:
    """Return runs of one to three moves: maps of planes, of views, whole ones, and a field."""
    rng = np.random.default_rng(7)
    moves = rng.normal(size=(90, 3, 3)) * [[1, 1, 20], [1, 1, 20], [1e-3, 1e-3, 0]] + np.eye(3)
    moves[::3, 2] = 0, 0, 1
    moves[::9] = np.rint(moves[::9]) + rng.choice([0, 1e-10], (10, 3, 3))
    moves[::9, [0, 1], [0, 1]] += 40  # never flat
    warps = [Warp(matrix, 28, 28, HOW) for matrix in moves]
    pieces = (warps[at : at + 1 + at % 3] for at in range(0, 87, 3))
    field = Field(rng.normal(size=(3, 3, 2)), 28, 28, HOW)
    return [*(Resample(tuple(each), HOW) for each in pieces), Resample((warps[0], field), HOW)]


def test_runs_of_many_pictures_are_worked_out_as_one_by_one():
    together, alone = runs_of_moves(), runs_of_moves()
    runs = Runs()
    runs.take([*together, *ops.fuse([Pixels(inverted)])])
    runs.work_out()
    assert ["matrix" in vars(each) for each in together] == [True] * 29 + [False]
    for one, other in zip(together, alone, strict=True):
        for name in ("matrix", "inverse", "back.matrix", "back.shown", "back.between_centres"):
            assert np.array_equal(attrgetter(name)(one), attrgetter(name)(other)), name


def test_curves_of_many_pictures_are_tabulated_as_one_by_one():
    deltas = [-1, -0.3, 0, 1 / 3, 0.5]
    together, alone = ([Formula(np.add, (each,)) for each in deltas] for _ in range(2))
    runs = Runs()
    runs.take(Lookup((each,)) for each in together)
    runs.work_out()
    for one, other in zip(together, alone, strict=True):
        assert (256 in one.made, 256 in other.made) == (True, False)
        assert np.array_equal(one.levels(256, None), other.levels(256, None))
