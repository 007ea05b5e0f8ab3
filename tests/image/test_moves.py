"""Single moves: exact copies, directions, borders, and what other libraries make of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from image_samples import (
    BORDERS,
    DEPTHS,
    LIKE_OTHERS,
    PERSPECTIVE,
    TRANSFORMS,
    augmented,
    chain,
    lowered,
    moved_by,
    noisy,
    smooth,
    step,
    true_resampling,
)
from PIL import Image
from scipy.stats import chisquare

from augcli.errors import SampleError
from augcli.image.kernels import opencv as cv2
from augcli.image.operations.geometry import LONGEST_WARPED_SIDE, Sampling, Warp
from augcli.image.operations.ops import apply, fuse
from augcli.image.picture import Facts, Picture

EXACT: dict[str, tuple[tuple[str, dict[str, object]], Callable[[np.ndarray], np.ndarray]]] = {
    "horizontal_flip": (("horizontal_flip", {}), lambda a: a[:, ::-1]),
    "vertical_flip": (("vertical_flip", {}), lambda a: a[::-1]),
    "transpose": (("transpose", {}), lambda a: a.transpose(1, 0, 2)),
    "quarter": (("rotate90", {"turns": 1}), np.rot90),
    "half": (("rotate90", {"turns": 2}), lambda a: np.rot90(a, 2)),
    "three quarters": (("rotate90", {"turns": 3}), lambda a: np.rot90(a, 3)),
}


@pytest.mark.oracle("horizontal_flip", "vertical_flip", "transpose", "rotate90")
def test_flips_and_quarter_turns_are_exact() -> None:
    for names in itertools.product(EXACT, repeat=3):
        check_turns(names)


def check_turns(names: tuple[str, ...]) -> None:
    picture = Picture(noisy(7, 5, channels=5, depth="uint16"))
    expected = picture.pixels
    for name in names:
        expected = EXACT[name][1](expected)
    ops = chain(picture.facts, *(EXACT[name][0] for name in names))
    assert len(fuse(ops)) == 1
    np.testing.assert_array_equal(apply(ops, picture).pixels, expected)


MODES = {"reflect": "symmetric", "constant": "constant", "replicate": "edge", "wrap": "wrap"}


@pytest.mark.parametrize("border", BORDERS)
def test_windows_of_any_place_and_size_are_exact(border: str) -> None:
    pixels = noisy(9, 6)
    whole = np.pad(pixels, ((40, 40), (40, 40), (0, 0)), MODES[border])
    sampling = Sampling(border, (0.0,), "linear")
    numbers = np.random.default_rng(1).integers((-14, -14, 1, 1), (14, 14, 24, 24), (200, 4))
    for left, top, width, height in numbers.tolist():
        matrix = np.array([[1, 0, left], [0, 1, top], [0, 0, 1.0]])
        seen = apply([Warp(matrix, width, height, sampling, window=True)], Picture(pixels)).pixels
        expected = whole[40 - top : 40 - top + height, 40 - left : 40 - left + width]
        np.testing.assert_array_equal(seen, expected)


@pytest.mark.oracle("pad", "random_crop")
@pytest.mark.parametrize("border", BORDERS)
def test_crop_and_pad_are_exact(border: str) -> None:
    pixels = noisy(9, 6)
    padded = np.pad(pixels, ((7, 7), (10, 11), (0, 0)), MODES[border])
    seen = moved_by("pad", pixels, width=30, height=20, border=border)
    np.testing.assert_array_equal(seen, padded)
    crop = moved_by("random_crop", pixels, x=2, y=1, width=5, height=4)
    np.testing.assert_array_equal(crop, pixels[1:5, 2:7])
    np.testing.assert_array_equal(moved_by("pad", pixels, width=3, height=6), pixels)


@pytest.mark.oracle("pad_by")
@pytest.mark.parametrize("border", BORDERS)
def test_so_many_pixels_are_added_at_each_side(border: str) -> None:
    pixels, sides = noisy(9, 6), {"left_px": 1, "top_px": 2, "right_px": 3, "bottom_px": 4}
    padded = np.pad(pixels, ((2, 4), (1, 3), (0, 0)), MODES[border])
    np.testing.assert_array_equal(moved_by("pad_by", pixels, border=border, **sides), padded)


@pytest.mark.oracle("five_crop")
def test_five_crops_are_those_of_the_corners_and_the_middle() -> None:
    picture = Picture(noisy(61, 47))
    parts = {
        "top_left": picture.pixels[:20, :30],
        "top_right": picture.pixels[:20, 31:],
        "bottom_left": picture.pixels[27:, :30],
        "bottom_right": picture.pixels[27:, 31:],
        "center": picture.pixels[13:33, 15:45],
    }
    for part, pixels in parts.items():
        made = augmented(step("five_crop", part=part), picture)
        np.testing.assert_array_equal(made.pixels, pixels)
    drawn = [augmented(step("five_crop"), picture, seed).pixels.tobytes() for seed in range(400)]
    counts = [drawn.count(pixels.tobytes()) for pixels in parts.values()]
    assert sum(counts) == 400
    assert chisquare(counts).pvalue > 0.01


def test_exact_moves_keep_hidden_colours() -> None:
    pixels = noisy(channels=4)
    pixels[:, :, 3] //= 128
    picture = Picture(pixels, alpha=True)
    result = apply(lowered("horizontal_flip", picture.facts), picture)
    np.testing.assert_array_equal(result.pixels, pixels[:, ::-1])


@pytest.mark.parametrize("size", [(30, 24), (20, 12), (10, 6), (1, 1)])
@pytest.mark.parametrize("depth", DEPTHS)
def test_shrinking_by_whole_numbers_is_an_average(size: tuple[int, int], depth: str) -> None:
    pixels = noisy(60, 48, depth=depth)
    seen = moved_by("resize", pixels, width=size[0], height=size[1])
    blocks = pixels.reshape(size[1], 48 // size[1], size[0], 60 // size[0], 3)
    means = blocks.mean(axis=(1, 3), dtype=np.float64)
    np.testing.assert_allclose(seen, means, atol=1e-6 if depth == "float32" else 0.5 + 1e-9)


@pytest.mark.parametrize("size", [(20, 15), (16, 47), (61, 12), (7, 5), (3, 2)])
@pytest.mark.parametrize("depth", DEPTHS)
def test_shrinking_is_a_look_at_means_of_blocks(size: tuple[int, int], depth: str) -> None:
    """Blocks of the whole part of how much is shrunk; those at the far edges may be smaller."""
    pixels = noisy(depth=depth)
    across, down = pixels.shape[1] // size[0], pixels.shape[0] // size[1]
    rows, columns = range(0, pixels.shape[0], down), range(0, pixels.shape[1], across)
    means = [
        [pixels[y : y + down, x : x + across].mean(axis=(0, 1)) for x in columns] for y in rows
    ]
    small = np.array(means) if depth == "float32" else np.rint(means)
    scale = np.diag([size[0] * across / 61, size[1] * down / 47, 1])
    truth, lost = true_resampling(small, [Warp(scale, *size)], Sampling("replicate"))
    seen = moved_by("resize", pixels, width=size[0], height=size[1])
    assert np.all(np.abs(seen - truth) <= lost + (0 if depth == "float32" else 0.5))


def test_shrinking_alone_is_as_shrinking_beside_others() -> None:
    pixels = noisy(200, 160, channels=4)
    runs = [
        [("rotate", {"degrees": 9}), ("resize", {"width": w, "height": h})]
        for w, h in [(40, 31), (90, 30), (50, 40), (33, 80), (20, 70), (95, 20), (40, 31)]
    ]
    shared = Picture(pixels, alpha=True)
    for run in runs:
        ops = chain(shared.facts, *run)
        alone = apply(ops, Picture(pixels, alpha=True))
        np.testing.assert_array_equal(apply(ops, shared).pixels, alone.pixels)
    assert len(shared.smaller) == 4, "no more are kept, however many there are"


def test_shrinking_does_not_alias() -> None:
    board = np.indices((120, 120)).sum(axis=0) % 2 * 255
    pixels = board.astype(np.uint8)[:, :, None]
    for links in (
        [("scale", {"factor": 0.3})],
        [("rotate", {"degrees": 30}), ("scale", {"factor": 0.25})],
        [("resize", {"width": 37, "height": 31})],
        [("random_resized_crop", {"x": 10, "y": 11, "w": 99, "h": 98, "width": 31, "height": 30})],
    ):
        picture = Picture(pixels)
        inner = apply(chain(picture.facts, *links), picture).pixels[4:-4, 4:-4]
        assert np.abs(inner.astype(int) - 127).max() <= 24, links


def test_resize_like_opencv_and_pillow() -> None:
    pixels = smooth()
    seen = moved_by("resize", pixels, width=90, height=77)
    expected = cv2.resize(pixels, (90, 77), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(seen, expected)
    pillow = Image.fromarray(pixels).resize((90, 77), Image.Resampling.BILINEAR)
    assert np.abs(seen.astype(int) - np.asarray(pillow)).max() <= 2


def test_rotate_is_counter_clockwise_like_pillow() -> None:
    pixels = smooth(64, 64)
    seen = moved_by("rotate", pixels, degrees=20)[16:48, 16:48].astype(int)
    pillow = Image.fromarray(pixels).rotate(20, Image.Resampling.BILINEAR)
    assert np.abs(seen - np.asarray(pillow)[16:48, 16:48]).max() <= 2


def test_quarter_turns_by_rotate_are_exact_on_squares() -> None:
    pixels = noisy(8, 8)
    np.testing.assert_array_equal(moved_by("rotate", pixels, degrees=90), np.rot90(pixels))
    np.testing.assert_array_equal(moved_by("rotate", pixels, degrees=-180), np.rot90(pixels, 2))


def test_directions() -> None:
    pixels = np.zeros((40, 60, 1), np.uint8)
    pixels[20, 30] = 255
    zero = {"border": "constant"}
    right = moved_by("translate", pixels, x=0.1, y=0, **zero)
    assert np.argwhere(right[:, :, 0]).tolist() == [[20, 36]]
    down = moved_by("translate", pixels, x=0, y=0.1, **zero)
    assert np.argwhere(down[:, :, 0]).tolist() == [[24, 30]]
    upright = np.zeros((41, 41, 1), np.uint8)
    upright[:, 20] = 255
    leaning = moved_by("shear", upright, x=30, y=0, **zero)[:, :, 0]
    assert leaning[2].argmax() < 15
    assert leaning[38].argmax() > 25


@pytest.mark.oracle("affine")
def test_affine_is_its_parts_in_order() -> None:
    picture = Picture(smooth())
    whole = TRANSFORMS["affine"].lower(
        LIKE_OTHERS
        | {"rotate": 11, "scale": 1.2, "translate_x": 0.1, "translate_y": -0.05}
        | {"shear_x": 7, "shear_y": -3},
        picture.facts,
    )
    links = [
        ("shear", {"x": 7, "y": -3}),
        ("scale", {"factor": 1.2}),
        ("rotate", {"degrees": 11}),
        ("translate", {"x": 0.1, "y": -0.05}),
    ]
    (stage,) = fuse(chain(picture.facts, *links))
    np.testing.assert_allclose(stage.matrix, whole[0].matrix, atol=1e-9)


@pytest.mark.oracle("perspective")
def test_perspective_takes_its_corners_to_the_frame() -> None:
    facts = Facts(61, 47, 3, "uint8", False)
    (op,) = lowered("perspective", facts, **PERSPECTIVE, **LIKE_OTHERS)
    corners = np.array(PERSPECTIVE["corners"]) * [61, 47]
    frame = [[0, 0], [61, 0], [61, 47], [0, 47]]
    np.testing.assert_allclose(op.forward(corners), frame, atol=1e-9)


def test_too_long_sides_are_refused() -> None:
    long = Picture(np.zeros((2, LONGEST_WARPED_SIDE + 1, 1), np.uint8))
    with pytest.raises(SampleError, match="too long"):
        augmented(step("rotate"), long)
    assert augmented(step("horizontal_flip"), long).pixels.shape == long.pixels.shape


@pytest.mark.parametrize("name", ["center_crop", "random_crop", "five_crop"])
def test_crops_that_do_not_fit_are_refused(name: str) -> None:
    for size in ({"width": 62, "height": 5}, {"width": 5, "height": 48}):
        with pytest.raises(SampleError, match=f"{name} of .* larger than the picture .61×47 px"):
            augmented(step(name, **size), Picture(smooth()))


def test_no_dark_fringes() -> None:
    """White paper cut out of a black background stays white wherever it can be seen."""
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[10:30, 10:30] = 255
    picture = Picture(pixels, alpha=True)
    for name, params in (("rotate", {"degrees": 30}), ("gaussian_blur", {"sigma_px": 2})):
        result = apply(lowered(name, picture.facts, **params, **LIKE_OTHERS), picture).pixels
        assert np.any((result[:, :, 3] > 0) & (result[:, :, 3] < 255))
        assert np.all(result[result[:, :, 3] > 2][:, :3] >= 254)


def test_constant_border_of_opaque_picture_has_no_fringe() -> None:
    picture = Picture(np.full((40, 40, 4), 255, np.uint8), alpha=True)
    params = LIKE_OTHERS | {"border": "constant", "degrees": 30}
    result = apply(lowered("rotate", picture.facts, **params), picture).pixels
    assert result[0, 0].tolist() == [0, 0, 0, 0]
    assert np.all(result[result[:, :, 3] > 2][:, :3] >= 254)


@pytest.mark.parametrize(
    ("channels", "alpha", "fill", "expected"),
    [
        (1, False, 0.5, [128]),
        (3, False, 0.5, [128] * 3),
        (3, False, [1, 0.5, 0], [0, 128, 255]),
        (1, False, [1, 0, 0], [76]),
        (4, False, 0.5, [128] * 4),
        (4, True, 0.5, [0] * 4),
        (4, True, [1, 0.5, 0], [0, 128, 255, 255]),
        (2, True, [1, 1, 1], [255, 255]),
        (6, False, 0.5, [128] * 6),
    ],
)
@pytest.mark.parametrize("exact", [True, False])
def test_fills(channels: int, alpha: bool, fill: object, expected: list[int], exact: bool) -> None:
    picture = Picture(np.full((10, 10, channels), 255, np.uint8), alpha)
    how = LIKE_OTHERS | {"border": "constant", "fill": fill}
    moves = {"x": 0.5, "y": 0.5} if exact else {"x": 0.55, "y": 0.52}
    result = apply(lowered("translate", picture.facts, **moves, **how), picture).pixels
    np.testing.assert_allclose(result[1, 1], expected, atol=1)
    np.testing.assert_array_equal(result[-1, -1], [255] * channels)
