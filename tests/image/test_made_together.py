"""Copies that are rendered together are those that are rendered alone, and fail alone."""

from __future__ import annotations

from collections import deque

import pytest
from helpers import picture

from augcli.errors import SampleError, StepError
from augcli.image.formats import Encoding
from augcli.image.listing.whole import Together, Whole
from augcli.image.operations import ops
from augcli.image.operations.ops import Pixels
from augcli.image.picture import PixelArray

PNG = Encoding("png", 95, convert=False)


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
