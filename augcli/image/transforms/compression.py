"""Detail that is lost: codecs, smaller copies, blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from augcli.errors import StepError
from augcli.image.formats import LONGEST_JPEG_SIDE
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.backward import Size
from augcli.image.kernels.resample import Interpolation, by_channel_groups
from augcli.image.kernels.shrinking import averaged
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray
from augcli.image.transform import ImageTransform
from augcli.image.transforms.colour import ColourTransform
from augcli.ranges import Real, Spread, Uniform, Whole
from augcli.transform import Params, register


class Codec(ColourTransform):
    """Compress and decompress."""

    depths: ClassVar[tuple[str, ...]] = ("uint8",)
    container: ClassVar[str]
    """As people call it; as an extension it names the codec, too."""
    longest: ClassVar[int]
    """Side that it can hold, in pixels."""
    quality_key: ClassVar[str]
    """Name of OpenCV's constant by which it is told the quality."""

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the round trip."""
        if max(facts.width, facts.height) > cls.longest:
            raise StepError(f"a side is longer than {cls.longest} px, too long for {cls.container}")
        quality = params["quality"]
        return [Pixels(lambda pixels: cls._compressed(pixels, quality), gathers=True)]

    @classmethod
    def _compressed(cls, pixels: PixelArray, quality: int) -> PixelArray:
        """Return what becomes of H×W×1 or H×W×3 bytes."""
        how = [getattr(cv2, cls.quality_key), quality]
        _, data = cv2.imencode(f".{cls.container.lower()}", pixels, how)
        flag = cv2.IMREAD_GRAYSCALE if pixels.shape[2] == 1 else cv2.IMREAD_COLOR
        result: PixelArray = cv2.imdecode(data, flag)
        return result.reshape(pixels.shape)


@register
class Jpeg(Codec):
    """Compress as JPEG and decompress: the blocks and ringing of a small file."""

    container: ClassVar[str] = "JPEG"
    longest: ClassVar[int] = LONGEST_JPEG_SIDE
    quality_key: ClassVar[str] = "IMWRITE_JPEG_QUALITY"

    quality: Annotated[Spread, Whole(1, 100, "JPEG quality", neutral=100)] = Uniform(
        30, 70, whole=True
    )


@register
class Webp(Codec):
    """Compress as WebP and decompress: the smoothed blocks of a small file."""

    container: ClassVar[str] = "WebP"
    longest: ClassVar[int] = 16_383
    quality_key: ClassVar[str] = "IMWRITE_WEBP_QUALITY"

    quality: Annotated[Spread, Whole(1, 100, "WebP quality", neutral=100)] = Uniform(
        20, 60, whole=True
    )


@register
class Downscale(ImageTransform):
    """Make the picture smaller and then as large as it was: detail is lost."""

    factor: Annotated[
        Spread, Real(0.01, 1, "how long the smaller sides are", "of the sides", neutral=1)
    ] = Uniform(0.25, 0.5)
    interpolation: Interpolation = Field("linear", description="how it is made larger again")

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the means of areas, enlarged."""
        sides = facts.width, facts.height
        width, height = (max(1, round(side * params["factor"])) for side in sides)
        how = int(getattr(cv2, f"INTER_{params['interpolation'].upper()}"))

        def change(part: PixelArray, _: slice) -> PixelArray:
            small = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
            return enlarged(small, sides, how)

        return [Pixels(lambda pixels: by_channel_groups(pixels, change), mixes=True)]


@register
class Pixelate(ImageTransform):
    """Give each square block one value, its mean."""

    size_px: Annotated[Spread, Whole(1, 1000, "side of the blocks", "pixels", neutral=1)] = Uniform(
        4, 12, whole=True
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the blocks."""
        size = params["size_px"]
        return [Pixels(lambda pixels: in_blocks(pixels, size), mixes=True)]


def in_blocks(pixels: PixelArray, size: int) -> PixelArray:
    """Return pixels, each the mean of its block; blocks begin at the top left."""
    small = averaged(pixels, size, size)
    sides = small.shape[1] * size, small.shape[0] * size
    height, width = pixels.shape[:2]

    def change(part: PixelArray, _: slice) -> PixelArray:
        return enlarged(part, sides, cv2.INTER_NEAREST)[:height, :width]

    return np.ascontiguousarray(by_channel_groups(small, change))


def enlarged(small: PixelArray, size: Size, how: int) -> PixelArray:
    """Return pixels at a larger size; where values are repeated whole rows are, which is faster."""
    if how != cv2.INTER_NEAREST:
        whole: PixelArray = cv2.resize(small, size, interpolation=how)
        return whole
    wide = cv2.resize(small, (size[0], len(small)), interpolation=how)
    rows = np.floor(np.arange(size[1]) * (1 / (size[1] / len(small)))).astype(np.intp)
    taken: PixelArray = np.take(wide, np.minimum(rows, len(small) - 1), axis=0)
    return taken
