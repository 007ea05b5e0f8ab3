"""Values as measurements: scaled intensities, and floats for what reads them next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.errors import RefusedError, SampleError
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.resample import by_channel_groups
from augcli.image.operations.ops import Floats, Op
from augcli.image.operations.tone import Formula
from augcli.image.picture import Facts, PixelArray, full_range, known, luma
from augcli.image.transform import Colour, ImageTransform, bgr
from augcli.plural import several
from augcli.ranges import Real, Spread, Uniform
from augcli.steps.learned import Learner, Learning, Model
from augcli.transform import Params, register

_Deviation = Annotated[float, Field(gt=0, le=1)]
Deviation = _Deviation | tuple[_Deviation, _Deviation, _Deviation]

_LEAST_DEVIATION = 1e-6


@register
class IntensityScale(ImageTransform):
    """Multiply every value by one factor and add one offset, as scanners differ.

    value · factor + offset. Float pictures are not clipped.
    """

    factor: Annotated[Spread, Real(0, 10, "1 changes nothing", neutral=1)] = Uniform(0.9, 1.1)
    offset: Annotated[Spread, Real(-1, 1, "what is added", "of full range", neutral=0)] = Uniform(
        -0.1, 0.1
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return value · factor + offset."""
        return [Formula(_scaled, (params["factor"], params["offset"]))]


def _scaled(values: PixelArray, factor: float, offset: float) -> PixelArray:
    return values * factor + offset


@register
class Normalize(ImageTransform):
    """Make floats of the values: subtract a mean and divide by a standard deviation.

    Both as fractions of full range; the defaults are ImageNet's. Of pictures without colours they
    are those of gray. The result is float32, which TIFF can hold.
    """

    makes_floats: ClassVar[bool] = True
    revision: ClassVar[int] = 2
    lasting: ClassVar[bool] = True

    mean: Colour = Field((0.485, 0.456, 0.406), description="a number, or [r, g, b]")
    std: Deviation = Field((0.229, 0.224, 0.225), description="a number above 0, or [r, g, b]")

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return (value − mean) / std."""
        mean, std = (_for_bands(params[field], facts) for field in ("mean", "std"))
        return [Floats(lambda pixels: measured(pixels, mean, std))]


@register
class LearnedNormalize(Learning, ImageTransform):
    """Make floats of the values: subtract the dataset's mean and divide by its deviation.

    Those of each band over the pictures of the splits that are augmented, as `featurewise_center`
    and `featurewise_std_normalization` of Keras' ImageDataGenerator have them. The result is
    float32, which TIFF can hold.
    """

    makes_floats: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    center: bool = Field(True, description="whether the mean is subtracted")
    scale: bool = Field(True, description="whether it is divided by the deviation")

    @classmethod
    def learner(cls) -> Learner[Any]:
        """Return how it learns."""
        from augcli.image.learning.moments import MomentsLearner

        return MomentsLearner()

    def make_params(self, draws: Any, facts: Facts) -> Params:
        """Return the means and the deviations of the picture's bands; three are r, g, b."""
        bands = self._moments.by_count.get(facts.tones)
        if bands is None:
            count = several(facts.tones, "band")
            raise RefusedError(f"{self.name} has learned nothing of pictures with {count}")
        params = super().make_params(draws, facts)
        return params | {"mean": bands.mean, "std": bands.std}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return (value − mean) / std."""
        ordered = slice(None, None, -1 if facts.tones == 3 else 1)
        mean, std = (np.array(params[field], np.float64)[ordered] for field in ("mean", "std"))
        center = mean if params["center"] else np.zeros(facts.tones)
        scale = np.maximum(std, _LEAST_DEVIATION) if params["scale"] else np.ones(facts.tones)
        return [Floats(lambda pixels: measured(pixels, center, scale))]

    @cached_property
    def _moments(self) -> Any:
        from augcli.image.learning.moments import moments_of

        return moments_of(self.known.told)


@register
class Standardize(ImageTransform):
    """Make floats of the values: subtract the picture's own mean, divide by its own deviation.

    As `samplewise_center` and `samplewise_std_normalization` of Keras' ImageDataGenerator do.
    The result is float32, which TIFF can hold.
    """

    makes_floats: ClassVar[bool] = True
    revision: ClassVar[int] = 4
    lasting: ClassVar[bool] = True

    center: bool = Field(True, description="whether the mean is subtracted")
    scale: bool = Field(True, description="whether it is divided by the deviation")

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return (value − mean) / std."""
        parts = {part: params[part] for part in ("center", "scale")}
        return [Floats(partial(standardized, **parts))]


@register
class ZcaWhitening(ImageTransform):
    """Make floats of the values whose bands have mean 0 and deviation 1, and do not vary together.

    Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009, with the covariances of
    the picture's own bands: (value − mean) · (covariance + epsilon)^−½. The result is float32,
    which TIFF can hold.
    """

    makes_floats: ClassVar[bool] = True

    epsilon: float = Field(1e-6, gt=0, le=1, description="what is added to each variance")

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return (value − mean) · (covariance + epsilon)^−½."""
        epsilon = params["epsilon"]
        return [Floats(lambda pixels: whitened(pixels, epsilon))]


@register
class LearnedWhitening(Learning, ImageTransform):
    """Make floats of the values, which over the dataset vary alike, and not together (ZCA).

    Of pictures of one size, each value with all: (value − mean) · (covariance + epsilon)^−½ with
    the mean of each band and the covariances over the splits that are augmented, as `zca_whitening`
    of Keras' ImageDataGenerator has it. The result is float32, which TIFF can hold.
    """

    makes_floats: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    epsilon: float = Field(1e-6, gt=0, le=1, description="what is added to each variance")

    @classmethod
    def learner(cls) -> Learner[Any]:
        """Return how it learns."""
        from augcli.image.learning.whitening import WhiteningLearner

        return WhiteningLearner()

    def make_params(self, draws: Any, facts: Facts) -> Params:
        """Return the hash of what was learned, which is too large for a manifest."""
        from augcli.image.learning.whitening import in_words, whitening_of

        shape = facts.height, facts.width, facts.tones
        known = whitening_of(self.known)
        if self.known.sources and (known is None or known.shape != shape):
            what = f"pictures of {in_words(known.shape)} alone" if known else "no pictures"
            raise RefusedError(f"{self.name} has learned of {what}, and this is {in_words(shape)}")
        return super().make_params(draws, facts) | {"whitening": self.known.sha256}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return (value − mean) · (covariance + epsilon)^−½."""
        return [Floats(partial(_whitened, params["whitening"], params["epsilon"], facts.known))]


def _whitened(
    sha256: str, epsilon: float, known: Callable[[str], Model] | None, pixels: PixelArray
) -> PixelArray:
    """Return what a model makes of pixels."""
    from augcli.image.learning.whitening import whitening_of

    model = known(sha256) if known else None
    if model and not model.sources:  # costs are guessed
        return measured(pixels, np.zeros(pixels.shape[2]), np.ones(pixels.shape[2]))
    whitening = whitening_of(model) if model else None
    if whitening is None or whitening.shape != pixels.shape:
        raise SampleError("cannot be whitened: what was learned is of other pictures")
    return whitening.whitened(pixels, epsilon)


def whitened(pixels: PixelArray, epsilon: float) -> PixelArray:
    """Return float pixels whose bands do not vary together."""
    values = known(pixels)
    flat = values.reshape(-1, values.shape[2]).astype(np.float64) / full_range(pixels.dtype)
    mean = flat.mean(axis=0)
    flat -= mean
    variances, axes = np.linalg.eigh(flat.T @ flat / len(flat))
    matrix = axes / np.sqrt(np.maximum(variances, 0) + epsilon) @ axes.T
    whole = np.column_stack([matrix / full_range(pixels.dtype), -matrix @ mean])
    result: PixelArray = cv2.transform(pixels.astype(np.float32), whole)
    return result.reshape(pixels.shape)


def measured(pixels: PixelArray, mean: NDArray[np.float64], std: NDArray[np.float64]) -> PixelArray:
    """Return (value − mean) / std of fractions of full range."""
    scale, shift = 1 / (std * full_range(pixels.dtype)), mean / std
    if pixels.dtype.kind == "f":  # what is no number in one band stays in that
        return pixels * scale.astype(np.float32) - shift.astype(np.float32)

    def change(part: PixelArray, at: slice) -> PixelArray:
        matrix = np.column_stack([np.diag(scale[at]), -shift[at]])
        result: PixelArray = cv2.transform(part.astype(np.float32), matrix)
        return result

    return by_channel_groups(pixels, change)


def standardized(pixels: PixelArray, *, center: bool, scale: bool) -> PixelArray:
    """Return float pixels less their mean, and divided by their deviation, over all channels."""
    numbers = known(pixels)
    means, deviations = map(np.ravel, cv2.meanStdDev(numbers.reshape(len(numbers), -1)))
    top = full_range(pixels.dtype)
    deviation = max(float(deviations[0]) / top, _LEAST_DEVIATION) if scale else 1.0
    result: PixelArray = pixels.astype(np.float32)
    result -= np.float32(means[0] if center else 0)
    result *= np.float32(1 / (deviation * top))
    return result


def _for_bands(value: Any, facts: Facts) -> NDArray[np.float64]:
    """Return a number or red, green, blue as one number a band."""
    values = bgr(value)
    if len(values) == 3 and facts.tones != 3:
        values = (luma(*values),)
    return np.broadcast_to(values, (facts.tones,))
