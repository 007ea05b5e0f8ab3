"""Changes of the value alone, each a table; neighbours compose to one look-up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from augcli.image.ops import Op
from augcli.image.picture import Facts
from augcli.image.tone import curve
from augcli.image.transform import ImageTransform
from augcli.ranges import Real, Spread, Uniform
from augcli.transform import Params, register


@register
class Brightness(ImageTransform):
    """Add to every value."""

    delta: Annotated[Spread, Real(-1, 1, "what is added, a fraction of full range")] = Uniform(
        -0.2, 0.2
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return value + delta."""
        delta = params["delta"]
        return [curve(lambda values: values + delta)]
