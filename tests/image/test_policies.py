"""Policies: the spaces of torchvision, by its formulas, and pixels as Pillow makes them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from image_samples import TRANSFORMS, noisy, smooth, step, toned
from PIL import Image, ImageChops, ImageEnhance, ImageOps

import augcli.image.transforms  # noqa: F401  (fills the registry)
from augcli.draws import Draws, ManyDraws
from augcli.image.operations.ops import apply
from augcli.image.picture import Facts, Picture
from augcli.image.published import PUBLISHED, pairs
from augcli.steps.ways import Way
from augcli.transform import REGISTRY, Chooser, keyed, taken

FACTS = Facts(331, 200, 3, "uint8", False)
DRAWS = 4000


def policy(name: str, **fields: Any) -> Chooser:
    found = REGISTRY["image", name].model_validate(fields)
    assert isinstance(found, Chooser)
    return found


def drawn(chooser: Chooser, count: int = DRAWS) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Yield the steps of many copies with their params, as the way of a chunk draws them."""
    rows: list[list[Any]] = [[] for _ in range(count)]
    way = Way.of(ManyDraws.of(Draws(i).at("policy") for i in range(count)))
    for turn in way.through([*keyed([chooser])]):
        places = np.flatnonzero(turn.taken)
        params = turn.step.make_params_of_many(turn.draws[places])
        for row, (made, _) in zip(places, params, strict=False):
            rows[row].append((turn.when[row], turn.step.name, made))
    return ([(name, made) for _, name, made in sorted(row, key=lambda t: t[0])] for row in rows)


def linspace(top: float, bins: int) -> list[float]:
    return [top * number / (bins - 1) for number in range(bins)]


SPACE = ("slope", "turn", "factor", "bits", "across", "pixels")
AUTO = dict(zip(SPACE, (0.3, 30, 0.9, 4, 150 / 331, 0), strict=True))
WIDE = dict(zip(SPACE, (0.99, 135, 0.99, 6, 0, 32), strict=True))


def magnitudes(space: dict[str, float], bins: int) -> dict[str, Any]:
    """Return what each operation may be, weakest first, by the formulas of the spaces."""
    either = {
        ("slant", "x"): linspace(space["slope"], bins),
        ("slant", "y"): linspace(space["slope"], bins),
        ("rotate", "degrees"): linspace(space["turn"], bins),
        ("pan", "x"): linspace(space["across"], bins),
        ("pan", "y"): linspace(space["across"], bins),
    }
    factors = [[1 - m, 1 + m] for m in linspace(space["factor"], bins)]
    return {
        **{key: [[-m, m] for m in values] for key, values in either.items()},
        **dict.fromkeys([(n, "factor") for n in FACTORS], factors),
        ("posterize", "bits"): [[round(8 - i / ((bins - 1) / space["bits"]))] for i in range(bins)],
        ("solarize", "threshold"): [[1 - m] for m in linspace(1, bins)],
    }


FACTORS = ("intensity_scale", "saturation", "contrast", "sharpness")
NAMES = ("identity", "slant", "slant", "pan", "pan", "rotate", *FACTORS)
NAMES = (*NAMES, "posterize", "solarize", "autocontrast", "equalize")


@pytest.mark.oracle("randaugment")
@pytest.mark.parametrize(("m", "bins"), [(9, 31), (0, 31), (30, 31), (4, 10)])
def test_randaugment_draws_each_of_14_twice_at_one_magnitude(m: int, bins: int) -> None:
    rows = list(drawn(policy("randaugment", m=m, bins=bins)))
    assert {len(row) for row in rows} == {2}
    shares = Counter(name for row in rows for name, _ in row)
    expected = Counter(NAMES)
    for name, times in expected.items():
        assert shares[name] / (2 * DRAWS) == pytest.approx(times / 14, abs=0.017)
    for (name, field), values in magnitudes(AUTO, bins).items():
        seen = {made[field] for row in rows for n, made in row if n == name}
        allowed = [*values[m], *([0] if name in ("slant", "pan") else [])]
        assert {round(each, 6) for each in seen} == {round(each, 6) for each in allowed}


def test_randaugment_of_nine_is_as_published() -> None:
    rows = [each for row in drawn(policy("randaugment")) for each in row]
    made = {name: [params for n, params in rows if n == name] for name in NAMES}
    assert {abs(each["x"]) for each in made["slant"]} == {0, 0.09}
    assert {abs(each["degrees"]) for each in made["rotate"]} == {9}
    assert {each["factor"] for each in made["contrast"]} == {0.73, 1.27}
    assert {each["bits"] for each in made["posterize"]} == {7}
    assert {each["threshold"] for each in made["solarize"]} == {0.7}
    assert {abs(each["x"]) for each in made["pan"]} == {0, 0.135951662}


def test_operations_of_randaugment_are_drawn_independently_and_with_replacement() -> None:
    pairs_drawn = Counter(tuple(name for name, _ in row) for row in drawn(policy("randaugment")))
    assert pairs_drawn["equalize", "equalize"] / DRAWS == pytest.approx(1 / 196, abs=0.004)
    assert pairs_drawn["rotate", "contrast"] / DRAWS == pytest.approx(1 / 196, abs=0.004)


@pytest.mark.oracle("trivialaugment")
def test_trivialaugment_draws_one_of_14_at_any_of_31_magnitudes() -> None:
    rows = list(drawn(policy("trivialaugment"), 12_000))
    assert {len(row) for row in rows} == {1}
    for name, times in Counter(NAMES).items():
        share = sum(row[0][0] == name for row in rows) / len(rows)
        assert share == pytest.approx(times / 14, abs=0.012)
    space = magnitudes(WIDE, 31) | {("pan", f): [[0]] for f in "xy"}
    for (name, field), values in space.items():
        seen = {round(row[0][1][field], 6) for row in rows if row[0][0] == name}
        assert seen == {round(each, 6) for bin_of in values for each in bin_of} | (
            {0} if name == "slant" else set()
        )
    pans = {row[0][1]["x_px"] for row in rows if row[0][0] == "pan"}
    assert pans == {sign * int(each) for each in linspace(32, 31) for sign in (-1, 1)}
    bins = Counter(round(abs(row[0][1]["degrees"]) / 4.5) for row in rows if row[0][0] == "rotate")
    assert len(bins) == 31
    assert max(bins.values()) < 2.5 * sum(bins.values()) / 31


@pytest.mark.oracle("autoaugment")
@pytest.mark.parametrize("name", PUBLISHED)
def test_autoaugment_applies_one_of_its_25_pairs(name: str) -> None:
    assert len(list(pairs(name))) == 25
    chooser = policy("autoaugment", policy=name)
    (one_of,) = chooser.parts
    assert [len(pair.steps) for pair in one_of.steps] == [2] * 25
    told = [[(each.name, each.p) for each in pair.steps] for pair in one_of.steps]
    ours = {"shear_x": "slant", "shear_y": "slant", "translate_x": "pan", "translate_y": "pan"}
    ours |= {"brightness": "intensity_scale", "color": "saturation"}
    assert told == [[(ours.get(c.name, c.name), c.p) for c in pair] for pair in pairs(name)]
    lengths = Counter(len(row) for row in drawn(chooser))
    both = [first.p * second.p for first, second in pairs(name)]
    assert lengths[2] / DRAWS == pytest.approx(sum(both) / 25, abs=0.03)
    assert set(lengths) <= {0, 1, 2}


def test_magnitudes_of_autoaugment_are_bins_of_ten() -> None:
    first, *_ = policy("autoaugment").parts[0].steps
    posterize, rotate = first.steps
    assert posterize.bits.extent() == (4, 4)
    assert rotate.degrees.extent() == (-30, 30)
    cifar = policy("autoaugment", policy="cifar10").parts[0].steps[1].steps
    assert cifar[0].degrees.extent() == pytest.approx((-30 * 2 / 9, 30 * 2 / 9))
    assert cifar[1].x.extent() == pytest.approx((-150 / 331, 150 / 331))


@pytest.mark.parametrize("name", ["autoaugment", "randaugment", "trivialaugment"])
def test_one_copy_drawn_alone_is_the_same(name: str) -> None:
    chooser = policy(name)
    many = list(drawn(chooser, 40))
    for row, expected in enumerate(many):
        root = Draws(row).at("policy")
        alone = taken([*keyed([chooser])], root, None, root)
        assert [(step.name, step.make_params(at, FACTS)) for step, at in alone] == expected


def test_a_policy_at_half_its_strength() -> None:
    half = policy("randaugment").at_strength(0.5)
    rows = [each for row in drawn(half, 2000) for each in row]
    assert len(rows) / 4000 == pytest.approx(0.5, abs=0.04)
    assert {abs(made["degrees"]) for name, made in rows if name == "rotate"} == {4.5}
    assert list(drawn(half, 50)) == list(drawn(policy("randaugment", strength=0.5), 50))
    assert all(not row for row in drawn(half.at_strength(0), 50))


PHOTO = smooth(60, 40)
RGB = Image.fromarray(PHOTO[:, :, ::-1])


def made_of(name: str, **params: Any) -> np.ndarray:
    """Return what a step with these params makes of the photo, as RGB."""
    params = step(name, **params).make_params(Draws(0), Picture(PHOTO).facts)
    return apply(TRANSFORMS[name].lower(params, Picture(PHOTO).facts), Picture(PHOTO)).pixels[
        :, :, ::-1
    ]


HOW = {"border": "constant", "interpolation": "nearest"}
ENHANCED = {
    "intensity_scale": ImageEnhance.Brightness,
    "saturation": ImageEnhance.Color,
    "contrast": ImageEnhance.Contrast,
    "sharpness": ImageEnhance.Sharpness,
}


@pytest.mark.oracle
@pytest.mark.parametrize("m", [-0.99, -0.27, 0.27, 0.9])
@pytest.mark.parametrize("name", ENHANCED)
def test_enhancements_are_those_of_pillow(name: str, m: float) -> None:
    """Pillow rounds twice: what is blended, and down what comes of it."""
    params = {"offset": 0} if name == "intensity_scale" else {}
    pixels = noisy(60, 40)
    expected = np.asarray(ENHANCED[name](Image.fromarray(pixels[:, :, ::-1])).enhance(1 + m), int)
    told = step(name, factor=1 + m, **params).make_params(Draws(0), Picture(pixels).facts)
    apart = np.abs(toned(name, pixels, **told)[:, :, ::-1].astype(int) - expected)
    assert (apart > 1).mean() < 0.0005
    assert apart.max() <= 2


@pytest.mark.parametrize(
    ("name", "params", "expected"),
    [
        *[("posterize", {"bits": b}, lambda b=b: ImageOps.posterize(RGB, b)) for b in range(1, 9)],
        ("posterize", {"bits": 0}, lambda: Image.new("RGB", RGB.size)),
        ("solarize", {"threshold": 0.7}, lambda: ImageOps.solarize(RGB, 255 * 0.7)),
        ("solarize", {"threshold": 1}, lambda: ImageOps.solarize(RGB, 255)),
        ("autocontrast", {}, lambda: ImageOps.autocontrast(RGB)),
        ("equalize", {}, lambda: ImageOps.equalize(RGB)),
        ("invert", {}, lambda: ImageOps.invert(RGB)),
        ("identity", {}, lambda: RGB),
        ("pan", HOW | {"x": 0.1361, "y": 0}, lambda: ImageChops.offset(RGB, 8, 0)),
    ],
)
def test_tones_are_those_of_pillow(name: str, params: Any, expected: Any) -> None:
    seen, told = made_of(name, **params), np.asarray(expected())
    told = np.where(np.arange(60)[None, :, None] < 8, 0, told) if name == "pan" else told
    np.testing.assert_array_equal(seen, told)


Inverse = tuple[float, float, float, float, float, float]


def rotation(degrees: float) -> Inverse:
    """Return where a place comes from in a picture that is turned counter-clockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return cos, -sin, 30 - 30 * cos + 20 * sin, sin, cos, 20 - 30 * sin - 20 * cos


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("name", "params", "inverse"),
    [
        ("slant", {"x": 0.3, "y": 0}, (1, 0.3, 0, 0, 1, 0)),
        ("slant", {"x": -0.99, "y": 0}, (1, -0.99, 0, 0, 1, 0)),
        ("slant", {"x": 0, "y": 0.09}, (1, 0, 0, 0.09, 1, 0)),
        ("pan", {"x": 0, "y": -150 / 331}, (1, 0, 0, 0, 1, 18)),
        ("pan", {"x": 0, "y": 0, "x_px": -13}, (1, 0, 13, 0, 1, 0)),
        ("rotate", {"degrees": 9}, rotation(9)),
        ("rotate", {"degrees": -135}, rotation(-135)),
    ],
)
def test_moves_are_those_of_pillow(name: str, params: Any, inverse: Inverse) -> None:
    """But for pixels half-way between two, which either may take: Pillow has 16 bits behind 1."""
    centres = np.stack([*np.meshgrid(np.arange(60) + 0.5, np.arange(40) + 0.5), np.ones((40, 60))])
    places = np.tensordot(np.reshape(inverse, (2, 3)), centres, 1)
    told = (np.abs(places - np.rint(places)) > 5e-4).all(axis=0)
    assert told.mean() > 0.96
    moved = RGB.transform(RGB.size, Image.Transform.AFFINE, inverse, Image.Resampling.NEAREST)
    np.testing.assert_array_equal(made_of(name, **HOW, **params)[told], np.asarray(moved)[told])


@pytest.mark.parametrize("name", ["slant", "pan"])
def test_moves_take_objects_along(name: str) -> None:
    params = step(name, x=0.25, y=0, **HOW).make_params(Draws(0), FACTS)
    (warp,) = TRANSFORMS[name].lower(params, FACTS)
    moved = warp.forward(np.array([[100.0, 80.0]]))[0].tolist()
    assert moved == pytest.approx([80, 80] if name == "slant" else [182, 80])


def test_a_fraction_of_a_side_is_whole_pixels_though_it_is_rounded() -> None:
    params = step("pan", x=150 / 331, y=-150 / 331, **HOW).make_params(Draws(0), FACTS)
    (warp,) = TRANSFORMS["pan"].lower(params, FACTS)
    assert warp.matrix[:2, 2].tolist() == [150, -90]
