"""Pictures that networks make anew, trained on the dataset itself (extra `torch`).

What a network made is recorded in the params, in 32 × 32 pixels, so a replay needs no network.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.errors import SampleError, StepError
from augcli.image.config import ImageDatasetSettings
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.seeded import normals
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import LUMA, Facts, PixelArray, from_float, full_range
from augcli.image.transform import ImageTransform
from augcli.ranges import Real, Spread, Uniform
from augcli.steps.learned import Learner, Learning
from augcli.transform import Params, register

if TYPE_CHECKING:
    from augcli.image.learning.nets import Nets

_TRIES = 20
"""Samples among which one must look like its class."""
_MOST_PIXELS = 32 * 32
OF_CLASSES = ("folders", "csv")

Distance = Annotated[
    Spread,
    Real(
        0,
        3,
        "between: of the way to the other picture; around: in standard deviations of codes",
        neutral=0,
    ),
]


class Generated(Learning, ImageTransform):
    """A step whose pictures are made anew: what was in them before is lost."""

    colours: ClassVar[bool] = True
    asks_class: ClassVar[bool] = True

    @classmethod
    def learner(cls) -> Learner[Any]:
        """Return how it learns."""
        from augcli.image.learning.nets import NetLearner
        from augcli.image.learning.training import TRAINED

        return NetLearner(TRAINED[cls.name])

    def unfit(self, dataset: ImageDatasetSettings) -> str | None:
        """Return that places and words do not fit a picture that is made anew."""
        if dataset.format in OF_CLASSES:
            return None
        return (
            f"{self.name} makes pictures anew, which have none of what {dataset.format} tells of; "
            f"it is for datasets of classes ({', '.join(OF_CLASSES)})"
        )

    def make_params(self, draws: Any, facts: Facts) -> Params:
        """Return the code of one output, the sources that it lies between, and its pixels."""
        params = super().make_params(draws, facts)
        parents, code, small = self._made(params, draws, facts)
        return params | {"of": parents, "code": code.tolist(), "picture": _written(small)}

    def _made(self, params: Params, draws: Any, facts: Facts) -> Made:
        raise NotImplementedError

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the recorded picture, in the place of what there is."""
        return [Pixels(partial(_shown, _read(cls.name, params["picture"])))]

    @cached_property
    def _nets(self) -> Nets:
        from augcli.image.learning.nets import nets_of

        return nets_of(self.known.told)

    def _near(self, params: Params, draws: Any, facts: Facts) -> Made:
        """Return what lies near a source: on the way to another of its class, or around it."""
        nets = self._nets
        at = nets.places.get(facts.label)
        codes = np.zeros((1, nets.size)) if at is None else nets.codes[at]
        known = [""] if at is None else nets.classes[at].sources
        own, other = _two(draws, known, facts.sha256)
        if params["mode"] == "between":
            way, parents = codes[other] - codes[own], [known[own], known[other]]
        else:
            way, parents = nets.spread * normals(draws.at("code"), nets.size), [known[own]]
        code = _told(codes[own] + params["distance"] * way)
        return parents, code, nets.decoded(code, facts.label)

    def _of_nothing(self, draws: Any, facts: Facts) -> Made:
        """Return a sample that looks like its class; StepError where none of some does."""
        for attempt in range(_TRIES):
            code = _told(normals(draws.at("code", attempt), self._nets.size))
            small = self._nets.decoded(code, facts.label)
            if self._nets.looks_like(small, facts.label):
                return [], code, small
        text = f"none of {_TRIES} samples looks like {facts.label} to a classifier of originals"
        raise StepError(f"{self.name}: {text}")


Made = tuple[list[str], NDArray[np.float64], NDArray[np.uint8]]
"""The hashes of the sources, the code, and the small picture."""


@register
class Vae(Generated):
    """Make a picture anew by a variational autoencoder that is told the class (extra `torch`).

    `between` lies on the way to another picture of the class, `around` near its source; `prior` is
    made of nothing, and taken if a classifier of the originals sees the class in it (Kingma &
    Welling, Auto-Encoding Variational Bayes, 2014). In 32 × 32 pixels, then enlarged.
    """

    mode: Literal["between", "around", "prior"] = Field(
        "between", description="what it is made of: two pictures of the class, one, or none"
    )
    distance: Distance = Uniform(0.25, 0.75)

    def _made(self, params: Params, draws: Any, facts: Facts) -> Made:
        if self.mode == "prior":
            return self._of_nothing(draws, facts)
        return self._near(params, draws, facts)


@register
class Autoencoder(Generated):
    """Make a picture anew by a denoising autoencoder, which knows of no classes (extra `torch`).

    `between` lies on the way to another picture of the class, `around` near its source (Vincent et
    al., Composing Robust Features with Denoising Autoencoders, 2008). In 32 × 32 pixels, then
    enlarged.
    """

    mode: Literal["between", "around"] = Field(
        "between", description="what it is made of: two pictures of the class, or one"
    )
    distance: Distance = Uniform(0.25, 0.75)

    def _made(self, params: Params, draws: Any, facts: Facts) -> Made:
        return self._near(params, draws, facts)


@register
class LinearAutoencoder(Autoencoder):
    """Make a picture anew by a linear denoising autoencoder: by principal patterns (extra `torch`).

    `between` lies on the way to another picture of the class, which fades into it; `around` near
    its source (Bourlard & Kamp, Auto-Association by Multilayer Perceptrons, 1988). In 32 × 32
    pixels, then enlarged.
    """


@register
class ConvolutionalAutoencoder(Autoencoder):
    """Make a picture anew by a denoising autoencoder of convolutions (extra `torch`).

    `between` lies on the way to another picture of the class, `around` near its source (Masci et
    al., Stacked Convolutional Auto-Encoders, 2011). In 32 × 32 pixels, then enlarged.
    """


@register
class Gan(Generated):
    """Make a picture of nothing but its class, by a generator that has a critic (extra `torch`).

    It is taken if a classifier of the originals sees the class in it (Gulrajani et al., Improved
    Training of Wasserstein GANs, 2017; conditional, and small). In 32 × 32 pixels, then enlarged.
    """

    def _made(self, params: Params, draws: Any, facts: Facts) -> Made:
        return self._of_nothing(draws, facts)


def _two(draws: Any, known: Sequence[str], own: str) -> tuple[int, int]:
    """Return the places of a source and of another; of a drawn one, where it is not known."""
    last = len(known) - 1
    first = known.index(own) if own in known else draws.at("own").integer(0, last)
    step = draws.at("other").integer(1, last) if last else 0
    return first, (first + step) % len(known)


def _told(code: NDArray[Any]) -> NDArray[np.float64]:
    """Return a code as the manifest has it, which is what is used."""
    return np.array([float(f"{value:.6g}") + 0.0 for value in code.tolist()])


def _written(small: NDArray[np.uint8]) -> str:
    return b64encode(cv2.imencode(".png", small)[1].tobytes()).decode()


def _read(name: str, told: Any) -> NDArray[np.uint8]:
    """Return a recorded picture; SampleError where it is none, or too large."""
    from augcli.image.codec import decode

    try:
        return np.asarray(decode(b64decode(told, validate=True), _MOST_PIXELS).picture.pixels)
    except (SampleError, ValueError, TypeError) as error:
        raise SampleError(f"{name}.picture in the manifest: {error}") from error


def _shown(small: NDArray[np.uint8], pixels: PixelArray) -> PixelArray:
    """Return a small picture in the size, the bands and the depth of others."""
    height, width, tones = pixels.shape
    larger = min(height, width) > len(small)
    how = cv2.INTER_CUBIC if larger else cv2.INTER_AREA
    wide = cv2.resize(small.astype(np.float32) / 255, (width, height), interpolation=how)
    wide = wide.reshape(height, width, -1)
    if wide.shape[2] == 3 and tones == 1:
        wide = (wide @ np.array(LUMA, np.float32))[:, :, None]
    wide = np.broadcast_to(wide.clip(0, 1), pixels.shape)
    return from_float(wide * np.float32(full_range(pixels.dtype)), pixels.dtype)
