"""Steps on some bands do to them what they do to a picture of these bands alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from helpers import augment, manifest, run, write_recipe
from image_samples import DEPTHS, TRANSFORMS, augmented, noisy, params_of
from pydantic import ValidationError

from augcli.errors import RecipeError, RefusedError, StepError
from augcli.image.operations.ops import apply
from augcli.image.picture import Picture
from augcli.image.transform import ImageTransform
from augcli.image.transforms.bands import OnBands
from augcli.transform import catalogue

SATELLITE = Path(__file__).parent.parent.parent / "sample_data/bands/satellite"


def built(name: str, **params: object) -> ImageTransform:
    return catalogue("image")[name].model_validate(params)


def on_bands(*bands: int, **steps: dict[str, object]) -> OnBands:
    inner = tuple(built(name, **params) for name, params in steps.items())
    return OnBands(bands=bands, steps=inner)


@pytest.mark.oracle("on_bands")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(
    ("channels", "alpha", "bands", "lie"),
    [
        (1, False, [0], [0]),
        (3, False, [0], [2]),
        (3, False, [0, 2], [2, 0]),
        (4, True, [1], [1]),
        (6, False, [4, 0, 2], [2, 0, 4]),
        (7, True, [5, 1], [5, 1]),
    ],
)
def test_bands_become_what_a_picture_of_them_becomes(
    depth: str, channels: int, alpha: bool, bands: list[int], lie: list[int]
) -> None:
    picture = Picture(noisy(channels=channels, depth=depth), alpha)
    params = params_of(on_bands(*bands, gamma={}, gaussian_noise={}, translate={}), picture)
    some = Picture(np.ascontiguousarray(picture.pixels[:, :, lie]))
    for each in params["steps"]:
        cls = TRANSFORMS[each["name"]]
        some = apply(cls.lower(each["params"], some.facts), some)
    expected = picture.pixels.copy()
    expected[:, :, lie] = some.pixels
    seen = apply(OnBands.lower(params, picture.facts), picture)
    np.testing.assert_array_equal(seen.pixels, expected)
    assert seen.facts == picture.facts
    assert not np.array_equal(seen.pixels[:, :, lie], picture.pixels[:, :, lie])


def test_three_of_many_bands_are_red_green_and_blue() -> None:
    """As pictures of five bands have them in this order, and colours as OpenCV has them."""
    colours = noisy(channels=3)
    many = np.dstack([colours[:, :, ::-1], noisy(channels=2, seed=1)])
    seen = augmented(on_bands(0, 1, 2, hue={"degrees": 40}), Picture(many)).pixels
    alone = augmented(built("hue", degrees=40), Picture(colours)).pixels
    np.testing.assert_array_equal(seen[:, :, :3], alone[:, :, ::-1])
    np.testing.assert_array_equal(seen[:, :, 3:], many[:, :, 3:])


@pytest.mark.parametrize(
    ("bands", "steps", "reason"),
    [
        ([0, 0], {"gamma": {}}, "names a band twice"),
        ([-1], {"gamma": {}}, "greater than or equal to 0"),
        ([0], {"mixup": {}}, "mixup cannot be on some bands: it takes something of other pictures"),
        ([0], {"resize": {"width": 9, "height": 9}}, "gives pictures another size"),
        ([0], {"normalize": {}}, "makes floats"),
        ([0], {"gamma": {"only": ["a"]}}, "name them beside `on_bands`"),
        ([0], {"object_erasing": {}}, "asks where objects lie"),
    ],
)
def test_what_has_no_meaning_for_some_bands_is_refused(
    bands: list[int], steps: dict[str, dict[str, object]], reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        on_bands(*bands, **steps)


def test_bands_that_a_picture_lacks_and_steps_that_they_cannot_have() -> None:
    gray, colours = Picture(noisy(channels=1)), Picture(noisy())
    with pytest.raises(RefusedError, match="of 1 band, counted from 0, none is band 2"):
        augmented(on_bands(2, gamma={}), gray)
    with pytest.raises(RefusedError, match="hue takes gray and colour pictures, not 2 bands"):
        augmented(on_bands(0, 1, hue={}), colours)
    with pytest.raises(StepError, match="changes the size"):
        augmented(on_bands(0, rotate90={"turns": 1}), colours)


def test_runs_follow_strength_and_replay(tmp_path: Path) -> None:
    inner = [{"one_of": {"steps": ["gaussian_noise", {"gamma": {"p": 0.9}}]}}]
    steps = [{"on_bands": {"bands": [1, 3], "steps": inner}}]
    assert run(SATELLITE, tmp_path / "out", steps=steps, copies=2).exit_code == 0
    copies = [each for each in manifest(tmp_path / "out") if each["copy"] is not None]
    assert {each["steps"][0]["name"] for each in copies} == {"on_bands"}
    again = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    for each in copies:
        made = (tmp_path / "again" / each["output"]).read_bytes()
        assert made == (tmp_path / "out" / each["output"]).read_bytes()
    still = run(SATELLITE, tmp_path / "still", steps=steps, copies=1, strength=0)
    assert still.exit_code == 0
    told = [each["steps"] for each in manifest(tmp_path / "still") if each["copy"] is not None]
    assert told == [[{"name": "on_bands", "params": {"bands": [1, 3], "steps": []}}]] * len(told)


def test_check_tries_the_step_and_none_within_it_alone(tmp_path: Path) -> None:
    """Of which a hue would do nothing to pictures of six bands."""
    steps = [{"on_bands": {"bands": [0, 1, 2], "steps": [{"hue": {"degrees": 20}}]}}]
    told = augment("check", write_recipe(SATELLITE, tmp_path / "out", steps=steps, copies=1))
    assert told.returncode == 0
    assert "no-effect" not in told.stdout
    still = [{"on_bands": {"bands": [0, 1, 2], "steps": [{"hue": {"degrees": 0}}]}}]
    told = augment("check", write_recipe(SATELLITE, tmp_path / "out", steps=still, copies=1))
    assert "no-effect: on_bands changes nothing" in told.stdout


def test_a_mistake_within_is_told_at_its_place(tmp_path: Path) -> None:
    steps = [{"on_bands": {"bands": [0], "steps": [{"gamma": {"gama": 1}}]}}]
    with pytest.raises(RecipeError, match="gama") as error:
        run(SATELLITE, tmp_path / "out", steps=steps)
    assert json.dumps([each.message for each in error.value.problems]).count("gamma") == 1
