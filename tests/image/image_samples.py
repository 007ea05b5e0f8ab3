"""Pictures and steps for the tests of image transforms, and the float64 truth of resampling."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from msgspec.structs import replace

from augcli.draws import Draws
from augcli.image.operations.geometry import Field, Sampling, Warp
from augcli.image.operations.ops import Op, apply
from augcli.image.picture import Facts, Picture, full_range
from augcli.image.targets import Ring
from augcli.image.transform import ImageTransform
from augcli.image.transforms.generated import Generated
from augcli.steps.learned import Model
from augcli.transform import REGISTRY

APART = {"learned_whitening", "generate"}
"""What cannot be tried on any picture: one is for those of a size that it has learned of, the other
asks a program."""
TRANSFORMS = {
    cls.name: cls
    for cls in REGISTRY.values()
    if issubclass(cls, ImageTransform) and cls.name not in APART
}

_POOLED = (0.03 * np.eye(50))[np.triu_indices(50)].tolist()
LEARNED = Model.of("learned_warp", 1, "", {"classes": [], "pooled": _POOLED})
"""By which every node moves by itself."""

NETS = {
    name: {"model": Model.of(name, 1, "", cls.learner().blank())}
    for name, cls in TRANSFORMS.items()
    if issubclass(cls, Generated)
}
"""By which every picture is gray."""
_BANDS = [{"pictures": 9, "mean": [0.4] * n, "std": [0.2] * n} for n in range(1, 8)]

NEEDED = {
    **NETS,
    "learned_warp": {"model": LEARNED},
    "learned_normalize": {"model": Model.of("learned_normalize", 1, "", {"bands": _BANDS})},
    "resize": {"width": 50, "height": 40},
    "letterbox": {"width": 64, "height": 64},
    "pad": {"width": 80, "height": 90},
    "center_crop": {"width": 30, "height": 20},
    "random_crop": {"width": 30, "height": 20},
    "crop_near_object": {"width": 30, "height": 20},
    "mask_crop": {"width": 30, "height": 20},
    "five_crop": {"width": 30, "height": 20},
    "crop": {"width": 30, "height": 20},
    "pad_by": {"left_px": 3, "top_px": 2, "right_px": 0, "bottom_px": 5},
    "longest_side": {"length": 50},
    "shortest_side": {"length": 50},
    "random_resized_crop": {"width": 32, "height": 32},
    "on_bands": {"bands": [0], "steps": (TRANSFORMS["gamma"](), TRANSFORMS["translate"]())},
}
"""Parameters without a default; the pictures of the tests are 61×47."""

LIKE_OTHERS = {"border": "reflect", "fill": 0.0, "interpolation": "linear"}
PERSPECTIVE = {"corners": [[0.05, 0.02], [0.9, 0.1], [0.97, 0.95], [0.08, 0.9]]}
BORDERS = ("reflect", "constant", "replicate", "wrap")
DEPTHS = ("uint8", "uint16", "float32")


def step(name: str, **params: object) -> ImageTransform:
    return TRANSFORMS[name](**(NEEDED.get(name, {}) | params))


def sized(name: str, facts: Facts, share: float = 0.75) -> ImageTransform:
    """Return a step; where it gives pictures a size, about so much of theirs."""
    fields = TRANSFORMS[name].model_fields if TRANSFORMS[name].sizes else ()
    sides = {"width": facts.width, "height": facts.height, "length": min(facts.width, facts.height)}
    size = {field: max(1, round(share * side)) for field, side in sides.items() if field in fields}
    return step(name, **size)


def smooth(width=61, height=47, *, channels=3, depth="uint8", alpha=False) -> np.ndarray:
    """Return a picture of soft waves that uses the whole range; alpha, if any, varies too."""
    values = _waves(width, height, channels).copy()
    if alpha:
        values[:, :, -1] = np.clip(values[:, :, -1] * 2 - 0.5, 0, 1)
    return to_depth(values, depth)


@cache
def _waves(width: int, height: int, channels: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    waves = [
        np.sin(x * fx + px) * np.cos(y * fy + py)
        for fx, fy, px, py in rng.uniform([0.05, 0.05, 0, 0], [0.2, 0.2, 6, 6], (channels, 4))
    ]
    return np.stack(waves, axis=-1) / 2 + 0.5


def noisy(width=61, height=47, channels=3, depth="uint8", seed=0) -> np.ndarray:
    return to_depth(np.random.default_rng(seed).random((height, width, channels)), depth)


def to_depth(values: np.ndarray, depth: str) -> np.ndarray:
    top = full_range(np.dtype(depth))
    return (values if depth == "float32" else np.rint(values * top)).astype(depth)


def params_of(transform: ImageTransform, picture: Picture, seed: int = 0) -> dict:
    """Return params as a manifest gives them back."""
    facts = replace(picture.facts, objects=picture.objects if transform.asks_objects else ())
    made = transform.make_params(Draws(seed).at("sample", transform.name), facts)
    return json.loads(json.dumps(made))


def augmented(transform: ImageTransform, picture: Picture, seed: int = 0) -> Picture:
    params = params_of(transform, picture, seed)
    return apply(transform.lower(params, picture.facts), picture)


def toned(name: str, pixels: np.ndarray, **params: object) -> np.ndarray:
    """Return pixels after one step with these params."""
    picture = Picture(pixels)
    return apply(TRANSFORMS[name].lower(params, picture.facts), picture).pixels


def true_resampling(
    pixels: np.ndarray, moves: Sequence[Warp | Field], sampling: Sampling
) -> tuple[np.ndarray, np.ndarray]:
    """Return the result of a run of moves in float64, and what may be lost at each pixel.

    OpenCV has source places in steps of 1/32 pixel, so a value may be off by 1/32 of what the
    neighbourhood spans, and by the rounding.
    """
    x, y = np.meshgrid(np.arange(moves[-1].width) + 0.5, np.arange(moves[-1].height) + 0.5)
    places = np.stack([x, y], axis=-1)
    for move in reversed(moves):
        places = _unwarped(places, move) if isinstance(move, Warp) else _undisplaced(places, move)
    places = places - 0.5
    first = np.floor(places).astype(int)
    part = places - first
    weights_x, weights_y = (_weights(part[:, :, axis], sampling.interpolation) for axis in (0, 1))
    total, samples = 0.0, []
    for j in range(4):
        for i in range(4):
            sample = _sample(pixels, first[:, :, 0] + i - 1, first[:, :, 1] + j - 1, sampling)
            samples.append(sample)
            total = total + sample * (weights_x[i] * weights_y[j])[:, :, None]
    span = np.max(samples, axis=0) - np.min(samples, axis=0)
    return total, span / 32 + 0.75


def _unwarped(places: np.ndarray, move: Warp) -> np.ndarray:
    ones = np.ones((*places.shape[:2], 1))
    sources = np.concatenate([places, ones], axis=2) @ np.linalg.inv(move.matrix).T
    return sources[:, :, :2] / sources[:, :, 2:]


def _undisplaced(places: np.ndarray, field: Field) -> np.ndarray:
    rows, columns = field.nodes.shape[:2]
    at_x, at_y = np.linspace(0, field.width, columns), np.linspace(0, field.height, rows)
    moved = []
    for axis in (0, 1):
        by_row = np.array(
            [np.interp(places[:, :, 0], at_x, row) for row in field.nodes[:, :, axis]]
        )
        weights = np.array([np.interp(places[:, :, 1], at_y, unit) for unit in np.eye(rows)])
        moved.append((by_row * weights).sum(axis=0))
    return places + np.stack(moved, axis=-1)


def _weights(part: np.ndarray, interpolation: str) -> list[np.ndarray]:
    if interpolation == "linear":
        return [0 * part, 1 - part, part, 0 * part]
    a = -0.75
    inner = [((a + 2) * t - (a + 3)) * t * t + 1 for t in (part, 1 - part)]
    outer = [((a * t - 5 * a) * t + 8 * a) * t - 4 * a for t in (1 + part, 2 - part)]
    return [outer[0], inner[0], inner[1], outer[1]]


def _sample(pixels: np.ndarray, x: np.ndarray, y: np.ndarray, sampling: Sampling) -> np.ndarray:
    height, width = pixels.shape[:2]
    values = pixels[_bordered(y, height, sampling.border), _bordered(x, width, sampling.border)]
    values = values.astype(np.float64)
    if sampling.border == "constant":
        outside = (x < 0) | (x >= width) | (y < 0) | (y >= height)
        values[outside] = np.array(sampling.fill) * full_range(pixels.dtype)
    return values


def _bordered(index: np.ndarray, side: int, border: str) -> np.ndarray:
    if border == "reflect":
        index = index % (2 * side)
        return np.where(index < side, index, 2 * side - 1 - index)
    return index % side if border == "wrap" else np.clip(index, 0, side - 1)


def lowered(name: str, facts: Facts, **params: object) -> list[Op]:
    return list(TRANSFORMS[name].lower(params, facts))


def moved_by(name: str, pixels: np.ndarray, **params: object) -> np.ndarray:
    picture = Picture(pixels)
    return apply(lowered(name, picture.facts, **(LIKE_OTHERS | params)), picture).pixels


def chain(facts: Facts, *links: tuple[str, dict[str, object]], **how: object) -> list[Op]:
    """Return the operations of steps, each lowered for the facts after the ones before it."""
    ops: list[Op] = []
    for name, params in links:
        new = lowered(name, facts, **(LIKE_OTHERS | how | params))
        ops += new
        for op in new:
            facts = op.facts(facts)
    return ops


MOVING = [
    name
    for name in TRANSFORMS
    if any(
        isinstance(op, Warp | Field)
        for op in step(name).lower(
            params_of(step(name), Picture(smooth())), Picture(smooth()).facts
        )
    )
]


def drawn(rings: Sequence[Ring], width: int, height: int, fine: int = 1) -> np.ndarray:
    """Return as 0..255 how much of each pixel lies in an odd number of rings.

    That is told by fine×fine places in it.
    """
    inside = np.zeros((height * fine, width * fine), bool)
    x, rows = (np.arange(side * fine) / fine + 0.5 / fine for side in (width, height))
    across = [at for ring in rings for at, _ in ring]
    left, right = np.searchsorted(x, [min(across), max(across)])
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
            first, last = np.searchsorted(rows, sorted((y0, y1)))
            if first < last:
                crossing = x0 + (rows[first:last] - y0) * (x1 - x0) / (y1 - y0)
                inside[first:last, left:right] ^= x[left:right] < crossing[:, None]
    return cv2.resize(inside.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_AREA)
