"""Changes of whole channels: of red, green and blue, or of the bands of a satellite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.draws import Draws
from augcli.image.kernels.lookup import Levels, reordered
from augcli.image.operations.ops import Colours, Op
from augcli.image.operations.tone import Table, View, as_levels, fractions
from augcli.image.picture import Facts, Said
from augcli.image.transform import Fraction, ImageTransform
from augcli.image.transforms.colour import ColourTransform
from augcli.params import rounded
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

Added = Annotated[Spread, Real(-1, 1, "what is added", "of full range", neutral=0)]
_ADDED = Uniform(-0.08, 0.08)


@register
class RgbShift(ColourTransform):
    """Add to red, green and blue, each its own. Gray pictures stay."""

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    red: Added = _ADDED
    green: Added = _ADDED
    blue: Added = _ADDED

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the sums."""
        added = [params["blue"], params["green"], params["red"]]
        return [by_band(lambda values, more: values + more, added)] if facts.tones == 3 else []


@register
class BandGain(ImageTransform):
    """Multiply each band by a gain of its own and add an offset of its own.

    As the calibration of a satellite's sensor drifts; for any number of bands. Recorded are those
    of every band.
    """

    lists: ClassVar[frozenset[str]] = frozenset({"gain", "offset"})

    gain: Annotated[Spread, Real(0, 10, "1 changes nothing", neutral=1)] = Uniform(0.9, 1.1)
    offset: Annotated[Spread, Real(-1, 1, "what is added", "of full range", neutral=0)] = Uniform(
        -0.05, 0.05
    )

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw both for every band."""
        params = super().make_params(draws, facts)
        for field in ("gain", "offset"):
            spread, here = getattr(self, field), draws.at(field)
            params[field] = [rounded(spread.draw(here.at(band))) for band in range(facts.tones)]
        return params

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return value · gain + offset."""
        both = np.array([params["gain"], params["offset"]]).T
        return [by_band(lambda values, pair: values * pair[..., 0] + pair[..., 1], both)]


@register
class ChannelShuffle(ImageTransform):
    """Put the channels into a random order. Gray pictures stay.

    Recorded is which channel (in blue, green, red order) stands in each place.
    """

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the order."""
        return super().make_params(draws, facts) | {"order": draws.at("order").order(facts.tones)}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the exchange."""
        order = params["order"]
        return [Colours(lambda pixels: reordered(pixels, order))] if facts.tones > 1 else []


@register
class ChannelDropout(ImageTransform):
    """Give some channels one value throughout; at least one stays as it is.

    Recorded is which (in blue, green, red order).
    """

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    channels: Annotated[Spread, Whole(1, 1000, "how many, if there are as many and one more")] = (
        Constant(1)
    )
    value: Fraction = Field(0.0, description="what they become: a fraction of full range")

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw which channels."""
        params = super().make_params(draws, facts)
        count = min(params["channels"], facts.tones - 1)
        return params | {"dropped": sorted(draws.at("dropped").order(facts.tones)[:count])}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return one value for the dropped ones."""
        kept = np.ones(facts.tones)
        kept[params["dropped"]] = 0
        value = params["value"]
        return [by_band(lambda values, stays: np.where(stays, values, value), kept)]


def by_band(function: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]], per_band: Any) -> Table:
    """Return the table of a function of the value and of what is given for its band."""
    bands = np.asarray(per_band)

    def levels(count: int, _: View) -> Levels:
        return as_levels(function(fractions(count), bands[:, None]) * (count - 1), count)

    return Table(levels, lambda pixels: function(pixels, bands))
