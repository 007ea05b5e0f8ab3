"""A policy that mixes pictures: chains of operations side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import Field

from augcli.draws import Draws
from augcli.errors import StepError
from augcli.image.dirichlet import dirichlet
from augcli.image.kernels.resample import Interpolation
from augcli.image.operations.ops import Blend, Op
from augcli.image.picture import Facts, Said
from augcli.image.transform import INTEGER_DEPTHS, ImageTransform
from augcli.image.transforms.policies import MOVING, STAYING, OfPolicy, Space
from augcli.image.within import drawn_within, lowered_within
from augcli.params import rounded
from augcli.ranges import Spread, Uniform, Whole
from augcli.steps import control
from augcli.transform import Composite, Params, Transform, register

_BINS = 10
_COLOURS = ("brightness", "color", "contrast", "sharpness")
_SPACE = Space(bits=(4, 0), shift=1 / 3)


@register
class Augmix(OfPolicy, Composite, ImageTransform):
    """Mix the picture with what several chains of operations make of it.

    Each chain is of operations drawn with replacement, at magnitudes from the weakest of ten bins
    on. The weights of the chains are of a Dirichlet distribution, that of the picture itself of a
    Beta distribution. Hendrycks et al., AugMix, ICLR 2020; the spaces are those of torchvision, and
    so are border and fill unless a recipe says otherwise.
    """

    revision: ClassVar[int] = 2
    depths: ClassVar[tuple[str, ...]] = INTEGER_DEPTHS
    colours: ClassVar[bool] = True
    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    interpolation: Interpolation = Field("linear", description="what lies between pixels")
    severity: int = Field(3, ge=1, le=_BINS, description="how many bins magnitudes are drawn from")
    width: int = Field(3, ge=1, le=10, description="how many chains there are")
    depth: Annotated[Spread, Whole(1, 10, "how many operations a chain has")] = Uniform(
        1, 3, whole=True
    )
    alpha: float = Field(
        1.0, gt=0, le=100, description="of both distributions: larger ones mix more evenly"
    )
    enhance: bool = Field(
        True, description="also change brightness, colour, contrast and sharpness"
    )
    moves: bool = Field(
        True, description="also move pixels; when left out, not where labels tell of objects"
    )

    def beside_objects(self) -> Params:
        """Return that pixels stay: objects would be in several places at once."""
        return {} if "moves" in self.model_fields_set else {"moves": False}

    @cached_property
    def parts(self) -> Sequence[Transform]:
        """Return the choice among all operations that a chain is made of."""
        names = [each for each in STAYING if self.enhance or each not in _COLOURS]
        names += MOVING if self.moves else ()
        shares = [number / (_BINS - 1) for number in range(self.severity)]
        choice = control.OneOf(steps=_SPACE.steps(names, shares, self.sampling))
        return (choice.at_strength(self.strength),)

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the weights, and the operations of each chain with their params."""
        own, others = dirichlet(draws.at("own"), self.alpha, 2)
        weights = dirichlet(draws.at("weights"), self.alpha, self.width)
        chains = (self._chain(draws.at("chain", index), facts) for index in range(self.width))
        return {
            "own": rounded(own),
            "chains": [
                {"weight": rounded(weight * others), "steps": steps}
                for weight, steps in zip(weights, chains, strict=True)
            ],
        }

    def _chain(self, draws: Draws, facts: Facts) -> list[dict[str, Any]]:
        depth = int(self.depth.draw(draws.at("depth")))
        return drawn_within([*self.parts] * depth, draws, facts)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mixture; StepError where a record tells of other operations."""
        told = params["chains"]
        chains = [lowered_within(cls.name, each["steps"], facts) for each in told]
        weights = [_weight(each["weight"]) for each in told]
        return [Blend(_weight(params["own"]), [*zip(weights, chains, strict=True)])]


def _weight(told: float) -> float:
    """Return a weight; StepError where a record tells of another than a share."""
    if not 0 <= told <= 1:
        raise StepError(f"augmix in the manifest: {told:g} is no share")
    return told
