"""Copies that are rendered together are those that are rendered alone, and fail alone."""

from __future__ import annotations

import pytest
from helpers import picture

from augcli.errors import StepError
from augcli.image import ops
from augcli.image.formats import Encoding
from augcli.image.ops import Pixels
from augcli.image.picture import PixelArray
from augcli.image.whole import Together, Whole

PNG = Encoding("png", 95, convert=False)


def refused(_: PixelArray) -> PixelArray:
    raise StepError("not this one")


def inverted(pixels: PixelArray) -> PixelArray:
    return 255 - pixels


@pytest.mark.parametrize("size", [320, 1 << 20])
def test_a_copy_that_a_step_fails_on_costs_itself_alone(size):
    whole = Whole(picture(1), 1000)
    chains = [ops.fuse([Pixels(change)]) for change in (inverted, refused, inverted)]
    together = Together(whole, PNG)
    makers = [together.maker(stages, 1, size) for stages in chains]
    alone = whole.rendered(chains[0], PNG, 1)
    assert alone != whole.rendered([], PNG, 1)
    assert makers[2]() == alone
    with pytest.raises(StepError, match="not this one"):
        makers[1]()
    assert makers[0]() == makers[0]() == alone
