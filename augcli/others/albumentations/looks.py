"""Albumentations: what changes values or hides parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from augcli.others.albumentations.shared import filled
from augcli.others.calls import BYTE, Arguments, Step, UnturnedError, pair, tidy
from augcli.others.rules import Rule, plainly, ranged, step

_SIDE = 512
"""Pixels of a side, where lengths were told in pixels that are fractions here."""
_CODECS = {"webp": "webp"}
_ELEMENTS = "pictures of a `folder`, at drawn places; of the split where none is told"
_PARTNERS = "[partners](mixing.md) are of the split, or of a `folder`"


def _tones(a: Arguments) -> Sequence[Step]:
    factor, offset = a.span("contrast_limit", 0.2, about=1), a.span("brightness_limit", 0.2)
    return step("intensity_scale", factor=factor, offset=offset)


def _jittered(a: Arguments) -> Sequence[Step]:
    light, contrast, saturation = (
        _factor(a, name, [0.8, 1.2]) for name in ("brightness", "contrast", "saturation")
    )
    steps = [
        *step("intensity_scale", factor=light, offset=0),
        *step("contrast", factor=contrast),
        *step("saturation", factor=saturation),
        *step("hue", degrees=a.span("hue", 0.5, by=1 / 360)),
    ]
    return step("random_order", steps=steps)


def _factor(a: Arguments, name: str, default: Any) -> Any:
    if isinstance(a.value(name), int | float):
        return a.span(name, default, about=1)
    return a.range(name, default)


def _shifted(a: Arguments) -> Sequence[Step]:
    colours = {"red": "r", "green": "g", "blue": "b"}
    limits = {name: f"{letter}_shift_limit" for name, letter in colours.items()}
    return step("rgb_shift", **{name: a.span(key, 20, by=BYTE) for name, key in limits.items()})


def _hsv(a: Arguments) -> Sequence[Step]:
    return step(
        "hsv",
        hue=a.span("hue_shift_limit", 20, by=0.5),
        saturation=a.span("sat_shift_limit", 30, by=BYTE),
        value=a.span("val_shift_limit", 20, by=BYTE),
    )


def _gamma(a: Arguments) -> Sequence[Step]:
    return step("gamma", gamma=a.range("gamma_limit", [80, 120], by=100))


def _tiled(a: Arguments) -> Sequence[Step]:
    tiles = int(pair(a.value("tile_grid_size", [8, 8]))[0])
    return step("clahe", clip=a.range("clip_limit", [1, 4]), tiles=tiles)


def _along_a_line(a: Arguments) -> Sequence[Step]:
    """Return angles that are clockwise there; half a turn changes nothing."""
    low, high = (180 - end for end in reversed(pair(a.range("angle_range", [0, 360]))))
    turn = low if low == high else [low, high]
    return step("motion_blur", length_px=a.range("blur_limit", [3, 7]), degrees=turn)


def _stretched(a: Arguments) -> Sequence[Step]:
    if (method := a.value("method", "cdf")) != "pil":
        a.lacks(f"method {method}")
    return step("autocontrast")


def _sharpened(a: Arguments) -> Sequence[Step]:
    if any(end != 1 for end in pair(a.range("lightness", [0.5, 1]))):
        a.lacks("lightness other than 1")
    return step("sharpen", amount=a.range("alpha", [0.2, 0.5]))


def _unsharp(a: Arguments) -> Sequence[Step]:
    """Return the deviation that OpenCV takes for a kernel's size, where none is told."""
    sigma = a.range("sigma_limit", 0)
    if not sigma:
        sizes = pair(a.range("blur_limit", [3, 7]))
        sigma = [tidy(0.3 * ((size - 1) / 2 - 1) + 0.8) for size in sizes]
    least = tidy(a.number("threshold", 10) / BYTE)
    return step(
        "unsharp_mask", sigma_px=sigma, amount=a.range("alpha", [0.2, 0.5]), threshold=least
    )


def _embossed(a: Arguments) -> Sequence[Step]:
    """Return the slope that is nearest by least squares to a kernel of 1 + s in corners, else s."""
    alphas, strengths = (
        pair(a.range(name, usual))
        for name, usual in (("alpha", [0.2, 0.5]), ("strength", [0.2, 0.7]))
    )
    ends = zip(alphas, strengths, strict=True)
    amount = [tidy(alpha * (1 + 2 * s) * math.sqrt(2) / 3) for alpha, s in ends]
    return step("emboss", amount=amount[0] if amount[0] == amount[1] else amount, degrees=-45)


def _curved(a: Arguments) -> Sequence[Step]:
    """Return the control points that are drawn there, the same formula's."""
    scale = tidy(a.number("scale", 0.1))
    return step("tone_curve", shadows={"normal": [0.25, scale]}, lights={"normal": [0.75, scale]})


def _lit(a: Arguments) -> Sequence[Step]:
    if (mode := a.value("mode", "linear")) != "linear":
        a.lacks(f"mode {mode}")
    return step("illumination", strength=a.range("intensity_range", [0.01, 0.2]))


def _shaded(a: Arguments) -> Sequence[Step]:
    """Return 1 − s n, n from 0 to 1, as a factor 1 − s / 2 and what is gained and lost about it."""
    low, high = pair(a.range("shadow_intensity_range", [0.3, 0.7]))
    factor, amount = [1 - high / 2, 1 - low / 2], [low / (2 - low), high / (2 - high)]
    return [
        *step("intensity_scale", factor=[*map(tidy, factor)], offset=0),
        *step("plasma", amount=[*map(tidy, amount)]),
    ]


def _stained(a: Arguments) -> Sequence[Step]:
    times = a.range("intensity_scale_range", [0.7, 1.3])
    more = a.range("intensity_shift_range", [-0.2, 0.2])
    return step(
        "he_stain", haematoxylin=times, eosin=times, more_haematoxylin=more, more_eosin=more
    )


def _along_components(a: Arguments) -> Sequence[Step]:
    spread = {"normal": [0, tidy(a.number("alpha", 0.1))]}
    return step("fancy_pca", first=spread, second=spread, third=spread)


def _normalized(a: Arguments) -> Sequence[Step]:
    mean, std = a.value("mean", [0.485, 0.456, 0.406]), a.value("std", [0.229, 0.224, 0.225])
    if str(a.value("normalization", "standard")).startswith("image"):
        return step("standardize")
    return step("normalize", mean=mean, std=std)


def _without_channels(a: Arguments) -> Sequence[Step]:
    count = a.range("channel_drop_range", [1, 1])
    return step("channel_dropout", channels=count, value=filled(a))


def _boxed(a: Arguments) -> Sequence[Step]:
    sizes = pair(a.range("blur_limit", [3, 7]))
    low, high = (tidy(math.sqrt((size**2 - 1) / 12)) for size in sizes)
    return step("gaussian_blur", sigma_px=low if low == high else [low, high])


def _median(a: Arguments) -> Sequence[Step]:
    low, high = pair(a.range("blur_limit", [3, 7]))
    sizes = list(range(int(low) | 1, int(high) + 1, 2)) or [3]
    return step("median_blur", size_px={"choice": sizes} if len(sizes) > 1 else sizes[0])


def _oval(a: Arguments) -> Sequence[Step]:
    sigmas = {f"sigma_{axis}_px": a.range(f"sigma_{axis}_limit", [0.2, 1]) for axis in "xy"}
    turn, shape = a.span("rotate_limit", 90), a.range("beta_limit", [0.5, 8])
    return step("advanced_blur", **sigmas, degrees=turn, shape=shape)


def _grown(a: Arguments) -> Sequence[Step]:
    operation = "erode" if a.value("operation") == "erosion" else "dilate"
    return step("morphology", operation=operation, size_px=a.range("scale", [2, 3]))


def _compressed(a: Arguments) -> Sequence[Step]:
    name = str(a.value("compression_type", "jpeg")).lower()
    return step(_CODECS.get(name, "jpeg"), quality=a.range("quality_range", [99, 100]))


def _smaller(a: Arguments) -> Sequence[Step]:
    factor = a.range("scale_range", [0.25, 0.25])
    return step("downscale", factor=factor, interpolation="nearest")


def _holes(a: Arguments) -> Sequence[Step]:
    height, width = (a.range(f"hole_{side}_range", [0.1, 0.2]) for side in ("height", "width"))
    if any(end > 1 for side in (height, width) for end in pair(side)):
        raise UnturnedError("holes are told in pixels; here they are fractions of the sides")
    count = a.range("num_holes_range", [1, 2])
    return step("coarse_dropout", holes=count, width=width, height=height, fill=filled(a))


def _erased(a: Arguments) -> Sequence[Step]:
    area, ratio = a.range("scale", [0.02, 0.33]), a.range("ratio", [0.3, 3.3])
    return step("random_erasing", area=area, ratio=ratio, fill=filled(a))


def _grid_of_holes(a: Arguments) -> Sequence[Step]:
    return step("grid_dropout", ratio=a.range("ratio", 0.5), fill=filled(a))


def _single_pixels(a: Arguments) -> Sequence[Step]:
    return step("pixel_dropout", fraction=a.number("dropout_prob", 0.01))


def _stripes(a: Arguments) -> Sequence[Step]:
    columns, rows = (a.range(f"num_masks_{axis}", 0) for axis in "xy")
    width, height = (a.range(f"mask_{axis}_length", 0, by=_SIDE) for axis in "xy")
    return step("xy_masking", columns=columns, rows=rows, width=width, height=height)


def _written(a: Arguments) -> Sequence[Step]:
    colour = filled(a, "font_color")
    return step("text_overlay", opacity=1, fill=0 if colour is None else colour)


def _laid_over(a: Arguments) -> Sequence[Step]:
    a.lacks("the pictures to lay over: name their `folder`")
    return step("overlay")


LOOKS = (
    Rule(
        "RandomBrightnessContrast",
        _tones,
        "contrast is about zero there, not about the mean",
        order="brightness_limit contrast_limit",
    ),
    Rule(
        "ColorJitter(hue=(-0.1, 0.1))",
        _jittered,
        "hue 0.1 is 36 degrees",
        order="brightness contrast saturation hue",
    ),
    Rule(
        "HueSaturationValue",
        _hsv,
        "hue in degrees, the others by 255",
        order="hue_shift_limit sat_shift_limit val_shift_limit",
    ),
    Rule("RGBShift", _shifted, "by 255", order="r_shift_limit g_shift_limit b_shift_limit"),
    Rule(
        "RandomGamma(gamma_limit=(80, 120))", _gamma, "a fraction, not percent", order="gamma_limit"
    ),
    Rule("RandomToneCurve", _curved, order="scale"),
    Rule("CLAHE(clip_limit=(1, 4), tile_grid_size=(8, 8))", _tiled, order="clip_limit"),
    Rule("Equalize", plainly("equalize"), "as Pillow does, not OpenCV: up to some values apart"),
    Rule(
        'AutoContrast(method="pil")',
        _stretched,
        "another method, as `cdf` unless told, changes much more",
    ),
    Rule("Posterize(num_bits=4)", ranged("posterize", bits=("num_bits", 4)), order="num_bits"),
    Rule("Solarize", ranged("solarize", threshold=("threshold_range", [0.5, 0.5]))),
    Rule("InvertImg", plainly("invert")),
    Rule("ToGray", plainly("grayscale"), "the number of channels stays"),
    Rule("ToSepia", plainly("sepia", amount=1)),
    Rule("ChannelShuffle", plainly("channel_shuffle")),
    Rule("ChannelDropout", _without_channels),
    Rule(
        "FancyPCA(alpha=0.1)",
        _along_components,
        "by the paper: a sum; there a product, which changes far less",
        order="alpha",
    ),
    Rule(
        "PlanckianJitter",
        ranged("planckian_jitter", kelvin=("temperature_limit", [3000, 15000])),
    ),
    Rule("Illumination", _lit, "there all becomes lighter or darker, too"),
    Rule("PlasmaShadow", _shaded, "a factor, and clouds about it"),
    Rule("PlasmaBrightnessContrast", plainly("plasma")),
    Rule("HEStain", _stained, "by one pair of dyes, not by one of several"),
    Rule("Normalize", _normalized, '`standardize` for `normalization="image"`'),
    Rule("ToFloat", plainly("normalize", mean=0, std=1)),
    Rule("Blur(blur_limit=(3, 7))", _boxed, "a Gaussian as wide", order="blur_limit"),
    Rule(
        "GaussianBlur(sigma_limit=(0.5, 3))",
        ranged("gaussian_blur", sigma_px=("sigma_limit", [0.5, 3])),
        "the kernel follows from sigma",
    ),
    Rule("MedianBlur(blur_limit=(3, 5))", _median, order="blur_limit"),
    Rule(
        "MotionBlur",
        _along_a_line,
        "a positive angle is clockwise there; here lines go through the pixel",
        order="blur_limit",
    ),
    Rule("AdvancedBlur", _oval),
    Rule("GlassBlur", plainly("glass_blur")),
    Rule("Defocus", ranged("defocus", radius_px=("radius", [3, 10])), order="radius"),
    Rule(
        "ZoomBlur",
        ranged("zoom_blur", factor=("max_factor", [1, 1.31])),
        "about the size that it has; there it grows",
        order="max_factor",
    ),
    Rule("Sharpen(lightness=(1, 1))", _sharpened, "less lightness darkens, too"),
    Rule("UnsharpMask", _unsharp, order="blur_limit"),
    Rule("Emboss", _embossed, "light from one side; an amount from `alpha` and `strength`"),
    Rule("RingingOvershoot", plainly("ringing")),
    Rule(
        "ChromaticAberration",
        plainly("chromatic_aberration"),
        "by how much red and blue are larger",
    ),
    Rule(
        "Superpixels",
        ranged("superpixels", patches=("n_segments", [100, 100]), share=("p_replace", [0, 0.1])),
        "at full size; there the whole picture becomes as coarse as `max_size`",
    ),
    Rule("Morphological", _grown, "masks and boxes stay"),
    Rule("ImageCompression(compression_type='jpeg', quality_range=(30, 70))", _compressed),
    Rule("Downscale", _smaller, "made small by means of areas, not by single pixels"),
    Rule(
        "HistogramMatching",
        ranged("histogram_matching", share=("blend_ratio", [0.5, 1])),
        _PARTNERS,
    ),
    Rule("FDA", ranged("fda", beta=("beta_limit", [0, 0.1])), _PARTNERS),
    Rule(
        "PixelDistributionAdaptation",
        ranged("color_transfer", share=("blend_ratio", [0.25, 1])),
        "mean and covariance by the least move, not by principal components",
    ),
    Rule("OverlayElements", _laid_over, _ELEMENTS),
    Rule("TextImage", _written, "`texts` are lines to choose from, anywhere in the picture"),
    Rule("Mosaic", plainly("mosaic"), "the frame keeps its size"),
    Rule("CoarseDropout(num_holes_range=(1, 8))", _holes),
    Rule("ConstrainedCoarseDropout", plainly("object_erasing"), also="MaskDropout"),
    Rule("Erasing", _erased),
    Rule("GridDropout", _grid_of_holes),
    Rule("PixelDropout", _single_pixels),
    Rule(
        "XYMasking(num_masks_x=(1, 3), mask_x_length=(10, 50))",
        _stripes,
        f"a length by the side, here of {_SIDE} pixels",
        also="TimeMasking FrequencyMasking",
    ),
)
