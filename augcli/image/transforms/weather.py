"""Weather: fog, rain, snow, and what the sun does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.light import parted, veiled
from augcli.image.kernels.seeded import Plane, cloud, numbers
from augcli.image.kernels.strokes import Mask, dots, soft_polygons, streaks
from augcli.image.operations.ops import Op, Pixels
from augcli.image.operations.tone import Formula
from augcli.image.picture import Facts
from augcli.image.transform import Colour, Seeded, bgr
from augcli.image.transforms.lighting import Lighting
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

Light = Annotated[Spread, Real(0, 1, "how light it is", "of full range")]
Opacity = Annotated[Spread, Real(0, 1, "how much it hides", neutral=0)]

_CORNERS = 6
_LAYERS = ((0.6, 0.4), (0.3, 0.7), (0.1, 1.0))
"""Share of all flakes, and size, of those far away, in the middle and near."""


class Veil(Seeded):
    """A step that replaces a share of the light by that of something in the way."""

    @classmethod
    def share(cls, params: Params, facts: Facts) -> Plane:
        """Return H×W, how much is replaced."""
        raise NotImplementedError

    @classmethod
    def tint(cls, params: Params) -> tuple[float, ...]:
        """Return by what: a fraction, or blue, green, red."""
        return (params["light"],)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mixture."""
        tint = cls.tint(params)
        return [Pixels(lambda pixels: veiled(pixels, cls.share(params, facts), tint))]


@register
class Fog(Veil):
    """Let banks of fog lie before the scene.

    The fog's share is density · (1 − patches · n), where n is fractal noise from 0 to 1.
    """

    density: Annotated[Spread, Real(0, 1, "share of the fog where it is thickest", neutral=0)] = (
        Uniform(0.3, 0.7)
    )
    patches: Annotated[Spread, Real(0, 1, "how much less it is where it is thinnest")] = Uniform(
        0.3, 0.8
    )
    light: Light = Uniform(0.8, 0.95)

    @classmethod
    def share(cls, params: Params, facts: Facts) -> Plane:
        """Return the fog's share."""
        thick = params["density"]
        noise = cloud(params["seed"], facts, 3, 0.5)
        return noise * np.float32(-thick * params["patches"]) + np.float32(thick)


@register
class Rain(Veil):
    """Darken the scene and draw streaks of falling drops."""

    revision: ClassVar[int] = 3

    drops: Annotated[Spread, Whole(0, 3000, "number of streaks")] = Uniform(200, 600, whole=True)
    length: Annotated[Spread, Real(0, 1, "their length", "of the shorter side")] = Uniform(
        0.04, 0.1
    )
    degrees: Annotated[
        Spread, Real(-80, 80, "their slant; positive falls to the right", "degrees")
    ] = Uniform(-20, 20)
    width_px: Annotated[Spread, Whole(1, 20, "their width", "pixels")] = Constant(1)
    opacity: Opacity = Uniform(0.3, 0.6)
    light: Light = Constant(0.8)
    darkness: Annotated[Spread, Real(0, 1, "how much light the scene loses", neutral=0)] = Uniform(
        0.1, 0.3
    )

    @classmethod
    def streaks(cls, params: Params, facts: Facts) -> Mask:
        """Return H×W, 255 where streaks are."""
        ends = numbers(params["seed"], params["drops"], 2) * (facts.width, facts.height)
        angle, length = math.radians(params["degrees"]), params["length"] * facts.shorter
        fall = math.sin(angle) * length, math.cos(angle) * length
        return streaks(facts, ends, fall, params["width_px"])

    @classmethod
    def share(cls, params: Params, facts: Facts) -> Plane:
        """Return the streaks."""
        return cls.streaks(params, facts) * np.float32(params["opacity"] / 255)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the darkening and the streaks; of bytes both are tables."""
        left, opacity = 1 - params["darkness"], params["opacity"]
        if facts.depth != "uint8":
            return [Formula(lambda values: values * left), *super().lower(params, facts)]
        dark = np.arange(256) * left
        mixed = dark * (1 - opacity) + params["light"] * 255 * opacity
        tables = [np.rint(each).astype(np.uint8) for each in (mixed, dark)]
        return [Pixels(lambda pixels: parted(pixels, cls.streaks(params, facts), *tables))]


@register
class Snow(Veil):
    """Draw falling flakes, small ones far away and larger ones near, in a white haze."""

    flakes: Annotated[Spread, Whole(0, 5000, "number of flakes")] = Uniform(200, 800, whole=True)
    size: Annotated[Spread, Real(0, 0.2, "diameter of the near ones", "of the shorter side")] = (
        Uniform(0.01, 0.02)
    )
    opacity: Opacity = Uniform(0.7, 0.95)
    haze: Annotated[Spread, Real(0, 1, "share of the haze", neutral=0)] = Uniform(0.05, 0.25)
    light: Light = Constant(0.97)

    @classmethod
    def share(cls, params: Params, facts: Facts) -> Plane:
        """Return the haze and the flakes in it."""
        mask = np.zeros((facts.height, facts.width), np.uint8)
        places = numbers(params["seed"], params["flakes"], 2) * (facts.width, facts.height)
        first = 0
        for share, size in _LAYERS:
            last = first + round(share * len(places))
            width = max(1, round(size * params["size"] * facts.shorter))
            dots(mask, places[first:last], width, 255)
            first = last
        flakes = cv2.GaussianBlur(mask, (3, 3), 0)
        haze, opacity = params["haze"], params["opacity"]
        more = max(0.0, opacity - haze) / 255
        hidden: Plane = flakes.astype(np.float32) * np.float32(more) + np.float32(haze)
        return hidden


@register
class Shadow(Seeded, Lighting):
    """Let soft shadows of something unseen fall on the scene."""

    shadows: Annotated[Spread, Whole(0, 50, "number of shadows")] = Uniform(1, 3, whole=True)
    size: Annotated[Spread, Real(0, 2, "their width and height at the most", "of the frame's")] = (
        Uniform(0.4, 0.9)
    )
    darkness: Annotated[Spread, Real(0, 1, "how much light is lost in them", neutral=0)] = Uniform(
        0.3, 0.6
    )
    softness: Annotated[Spread, Real(0, 0.5, "deviation of their edges", "of the shorter side")] = (
        Uniform(0.005, 0.02)
    )

    @classmethod
    def gain(cls, params: Params, facts: Facts) -> Plane:
        """Return what is left of the light."""
        drawn = numbers(params["seed"], params["shadows"], 2 + 2 * _CORNERS)
        angles = np.sort(drawn[:, 2 : 2 + _CORNERS], axis=1) * 2 * math.pi
        radii = (0.5 + 0.5 * drawn[:, 2 + _CORNERS :]) * params["size"] / 2
        arms = np.stack([np.cos(angles), np.sin(angles)], axis=-1) * radii[:, :, None]
        softness = params["softness"] * facts.shorter
        inside = soft_polygons(facts, drawn[:, None, :2] + arms, softness)
        left: Plane = inside * np.float32(-params["darkness"]) + np.float32(1)
        return left


@register
class SunFlare(Veil):
    """Let the sun shine into the lens: a glow, and ghosts on the line through the centre."""

    x: Annotated[Spread, Real(0, 1, "place of the sun", "of the width")] = Uniform(0, 1)
    y: Annotated[Spread, Real(0, 1, "place of the sun", "of the height")] = Uniform(0, 0.5)
    size: Annotated[Spread, Real(0.01, 2, "deviation of the glow", "of the shorter side")] = (
        Uniform(0.1, 0.25)
    )
    strength: Annotated[Spread, Real(0, 1, "share of its light in the middle", neutral=0)] = (
        Uniform(0.7, 1)
    )
    ghosts: Annotated[Spread, Whole(0, 50, "number of ghosts")] = Uniform(3, 8, whole=True)
    colour: Colour = Field(
        (1.0, 0.95, 0.8), description="of its light: a fraction of full range, or [r, g, b]"
    )

    @classmethod
    def tint(cls, params: Params) -> tuple[float, ...]:
        """Return its colour."""
        return bgr(params["colour"])

    @classmethod
    def share(cls, params: Params, facts: Facts) -> Plane:
        """Return the glow, or the ghosts where they are lighter."""
        sun = np.array([params["x"] * facts.width, params["y"] * facts.height])
        sigma = params["size"] * facts.shorter
        across, down = (
            np.exp(-0.5 * ((np.arange(side) + 0.5 - place) / sigma) ** 2).astype(np.float32)
            for side, place in zip((facts.width, facts.height), sun, strict=True)
        )
        glow = np.multiply.outer(down * np.float32(params["strength"]), across)
        result: Plane = cv2.max(glow, cls._ghosts(params, facts, sun))
        return result

    @staticmethod
    def _ghosts(params: Params, facts: Facts, sun: Plane) -> Plane:
        mask = np.zeros((facts.height, facts.width), np.uint8)
        middle = np.array([facts.width / 2, facts.height / 2])
        drawn = numbers(params["seed"], params["ghosts"], 3)
        for place, size, light in drawn[np.argsort(-drawn[:, 1])]:
            centre = np.rint(sun + (0.3 + 1.7 * place) * (middle - sun)).astype(int).tolist()
            radius = max(1, round((0.01 + 0.08 * size) * facts.shorter))
            cv2.circle(mask, centre, radius, 40 + 60 * light, -1, cv2.LINE_AA)
        return mask.astype(np.float32) * np.float32(params["strength"] / 255)
