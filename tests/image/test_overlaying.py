"""What is laid over pictures: by the formula of a veil, whole in the frame, labels as they were."""

from __future__ import annotations

import numpy as np
import pytest
from image_samples import noisy, smooth, step, to_depth, toned
from msgspec.structs import replace
from PIL import Image, ImageDraw, ImageFont
from pydantic import ValidationError
from test_mixed_pictures import Few, Other

from augcli.draws import Draws
from augcli.image.operations.ops import apply
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Mask, Picture, full_range
from augcli.image.targets import Target

STRIPES = np.tile([0.0, 1.0, 1.0, 0.5], 5)
"""Alpha of a sticker, column by column."""
WORDS = {"size": 0.4, "x": 0.5, "y": 1.0}


def sticker(depth: str) -> Picture:
    alpha = np.tile(STRIPES[None, :, None], (10, 1, 1))
    return Picture(np.dstack([noisy(20, 10, depth=depth), to_depth(alpha, depth)]), alpha=True)


@pytest.mark.oracle("overlay")
@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
def test_an_overlay_of_its_own_size_is_seen_as_its_alpha_says(depth: str) -> None:
    base, other = Picture(smooth(depth=depth)), sticker(depth)
    facts = replace(base.facts, peers=Few([Other(other)]))
    params = {"partners": ["0"], "x": 7, "y": 30, "w": 20, "h": 10, "opacity": 0.5}
    made = apply(type(step("overlay")).lower(params, facts), base).pixels.astype(np.float64)
    truth, share = base.pixels.astype(np.float64), 0.5 * STRIPES[None, :, None]
    under = truth[30:40, 7:27]
    truth[30:40, 7:27] = under * (1 - share) + other.pixels[:, :, :3].astype(np.float64) * share
    assert np.abs(made - truth).max() <= full_range(np.dtype(depth)) / 255


@pytest.mark.parametrize("seed", range(6))
def test_an_overlay_lies_in_the_frame_whole_and_has_its_own_shape(seed: int) -> None:
    base = with_targets(Picture(smooth()), (Target(label="a", box=(1, 1, 60, 46)),))
    base = replace(base, masks=(Mask(noisy(channels=1)),))
    white = Picture(np.full((30, 90, 3), 255, np.uint8))
    facts = replace(base.facts, peers=Few([Other(white)]))
    params = step("overlay").make_params(Draws(seed).at("x"), facts)
    assert params["w"] == round(params["size"] * 47)
    assert params["h"] == pytest.approx(params["w"] / 3, abs=0.5)
    made = apply(type(step("overlay")).lower(params, facts), base)
    inside = np.zeros((47, 61), bool)
    inside[params["y"] : params["y"] + params["h"], params["x"] : params["x"] + params["w"]] = True
    assert np.count_nonzero(inside) == params["w"] * params["h"]
    assert (made.pixels[inside] == 255).all()
    np.testing.assert_array_equal(made.pixels[~inside], base.pixels[~inside])
    assert (made.masks, made.objects) == (base.masks, base.objects)


@pytest.mark.oracle("text_overlay")
@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
def test_words_are_those_that_pillow_draws(depth: str) -> None:
    pixels, fill = smooth(depth=depth), [1.0, 0.5, 0.0]
    made = toned("text_overlay", pixels, text="Ag 1", opacity=0.5, fill=fill, **WORDS)
    font = ImageFont.load_default(0.4 * 47)
    left, top, right, bottom = font.getbbox("Ag 1")
    sheet = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(sheet).text((-left, -top), "Ag 1", 255, font)
    letters = np.asarray(sheet)
    rows, columns = letters.shape
    share = np.zeros((47, 61, 1))
    start = round(0.5 * (61 - columns))
    share[47 - rows :, start : start + columns, 0] = 0.5 * letters / 255
    top_value = full_range(pixels.dtype)
    truth = pixels * (1 - share) + np.array(fill[::-1]) * top_value * share
    assert np.abs(made - truth).max() <= 2 * top_value / 255


def test_words_that_are_too_long_are_written_smaller() -> None:
    told = WORDS | {"text": "W" * 60, "opacity": 1.0, "fill": 1.0, "y": 0.5}
    made = toned("text_overlay", np.zeros((100, 900, 3), np.uint8), **told)
    columns = np.flatnonzero(made.any(axis=(0, 2)))
    assert columns.min() < 20 and columns.max() > 880


def test_words_are_as_high_as_a_part_of_the_shorter_side() -> None:
    told = WORDS | {"text": "H", "opacity": 1.0, "fill": 1.0, "size": 0.4}
    seen = [
        np.ptp(np.flatnonzero(toned("text_overlay", np.zeros(shape, np.uint8), **told).any((1, 2))))
        for shape in ((100, 300, 3), (300, 100, 3), (100, 100, 3))
    ]
    assert len(set(seen)) == 1 and 20 < seen[0] < 40


def test_each_line_is_written_about_as_often() -> None:
    lines, facts = ("a", "b", "c"), Picture(smooth()).facts
    words = step("text_overlay", texts=lines)
    drawn = [words.make_params(Draws(seed).at("x"), facts)["text"] for seed in range(300)]
    assert all(70 < drawn.count(line) < 130 for line in lines)


@pytest.mark.parametrize("texts", [(), ("",), ("a", "   "), ("Größe",), ("a\nb",), ("a" * 101,)])
def test_what_the_font_does_not_have_is_refused(texts: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        step("text_overlay", texts=texts)
