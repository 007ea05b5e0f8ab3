"""Steps and borders in datasets with labels, from end to end."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from helpers import augment, failures, manifest, picture, run, write, write_recipe
from PIL import Image

from augcli.commands.replay import replay
from augcli.errors import RecipeError
from augcli.recipe import read_recipe
from augcli.run import planned

YAML = "train: images/train\nval: images/val\nnames: [cat, dog]\n"
ROWS = "0 0.3 0.5 0.2 0.2\n1 0.7 0.5 0.1 0.1\n"


@pytest.fixture
def yolo(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    write(root / "data.yaml", YAML)
    for at in range(3):
        write(root / f"images/train/{at}.png", picture(at))
        write(root / f"labels/train/{at}.txt", ROWS)
    write(root / "images/train/background.png", picture(7))
    return root


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    numbers = np.zeros((32, 48), np.uint8)
    numbers[29:, 45:] = 3
    for at in range(3):
        pixels = np.random.default_rng(at).integers(0, 255, (32, 48, 3), np.uint8)
        write(root / f"images/{at}.png", cv2.imencode(".png", pixels)[1].tobytes())
        write(root / f"masks/{at}.png", cv2.imencode(".png", numbers)[1].tobytes())
    return root


def steps_of(source: Path, output: Path, format_: str, steps: list[Any], **dataset: Any) -> list:
    """Return what was applied to each copy."""
    asked = {"dataset": {"format": format_} | dataset, "copies": 2, "steps": steps}
    assert run(source, output, **asked).exit_code == 0
    return [each["steps"] for each in manifest(output) if each["copy"] is not None]


def test_borders_show_no_object_without_a_label(yolo: Path, tmp_path: Path) -> None:
    """Neither in background: a border must not betray whether there are objects."""
    steps = [
        "rotate",
        {"scale": {"border": "reflect"}},
        {"one_of": {"steps": ["shear", {"elastic": {"border": "wrap"}}]}},
    ]
    for applied in steps_of(yolo, tmp_path / "out", "yolo", steps):
        borders = {each["name"]: each["params"]["border"] for each in applied}
        assert borders.pop("rotate") == "constant"
        assert borders.pop("scale") == "reflect"
        assert borders in ({"shear": "constant"}, {"elastic": "wrap"})


def test_where_each_pixel_has_a_label_borders_are_reflected(masks: Path, tmp_path: Path) -> None:
    for applied in steps_of(masks, tmp_path / "out", "masks", ["rotate"]):
        assert applied[0]["params"]["border"] == "reflect"


@pytest.mark.parametrize(
    "step",
    [
        {"rotate": {"border": "constant"}},
        {"one_of": {"steps": [{"rotate": {"border": "constant"}}]}},
        {"letterbox": {"width": 64, "height": 64}},
        {"pad": {"width": 64, "height": 64, "border": "constant"}},
        "randaugment",
    ],
)
def test_no_class_is_taken_for_what_lies_outside(masks: Path, tmp_path: Path, step: Any) -> None:
    """0 may be a class: a constant border asks which number is unknown."""
    for told in ({}, {"targets": {"ignore": [255]}}):
        asked = {"dataset": {"format": "masks", **told}, "steps": [step], "copies": 1}
        recipe = read_recipe(str(write_recipe(masks, tmp_path / "out", **asked)))
        if told:
            planned(recipe)
            continue
        with pytest.raises(RecipeError, match="nothing tells which"):
            planned(recipe)


def test_what_lies_outside_is_the_number_that_is_told(masks: Path, tmp_path: Path) -> None:
    step = {"letterbox": {"width": 64, "height": 64}}
    steps_of(masks, tmp_path / "out", "masks", [step], targets={"ignore": [9]})
    for path in (tmp_path / "out").glob("**/masks/*.aug-*.png"):
        values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert (values[:10] == 9).all()
        assert {*np.unique(values)} == {0, 3, 9}


def test_crops_that_know_objects_keep_them(yolo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    steps = [{"box_safe_crop": {"area": 0.4}}, {"rotate": {"degrees": 30, "expand": True}}]
    steps_of(yolo, out, "yolo", steps, targets={"min_visibility": 1})
    labels = sorted((out / "labels/train").glob("*.aug-*.txt"))
    with_objects = [path for path in labels if not path.name.startswith("background")]
    assert len(with_objects) == 6
    assert all(len(path.read_text().splitlines()) == 2 for path in with_objects)
    assert not failures(out)
    assert not [wrong for _, wrong in replay(out, tmp_path / "again", None, None) if wrong]


def test_a_crop_for_one_class_leaves_others_alone(yolo: Path, tmp_path: Path) -> None:
    step = {"crop_near_object": {"width": 12, "height": 12, "only": ["dog"]}}
    applied = steps_of(yolo, tmp_path / "out", "yolo", [step])
    assert sorted(map(len, applied)) == [0, 0, 1, 1, 1, 1, 1, 1]
    told = [each for each in manifest(tmp_path / "out") if each["steps"]]
    assert all("dog" in {target["label"] for target in each["targets"]} for each in told)


def test_mask_crops_show_what_is_in_a_corner(masks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    step = {"mask_crop": {"width": 9, "height": 9}}
    steps_of(masks, out, "masks", ["horizontal_flip", step])
    copies = sorted(out.glob("**/masks/*.aug-*.png"))
    assert len(copies) == 6
    assert all(3 in cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in copies)


def test_numbers_of_masks_stand_for_classes(masks: Path, tmp_path: Path) -> None:
    other = next((masks / "masks").iterdir())
    write(other, cv2.imencode(".png", np.full((32, 48), 7, np.uint8))[1].tobytes())
    steps = [{"horizontal_flip": {"only": 7}}, {"vertical_flip": {"except": "7"}}]
    steps_of(masks, tmp_path / "out", "masks", steps)
    copies = [each for each in manifest(tmp_path / "out") if each["copy"] is not None]
    for each in copies:
        is_other = Path(each["source"]).stem == other.stem
        wanted = "horizontal_flip" if is_other else "vertical_flip"
        assert [step["name"] for step in each["steps"]] == [wanted]


def test_a_class_named_for_masks_is_refused_with_the_reason(masks: Path, tmp_path: Path) -> None:
    recipe = write_recipe(
        masks, tmp_path / "out", dataset={"format": "masks"}, steps=[{"rotate": {"only": "car"}}]
    )
    done = augment("plan", recipe)
    assert done.returncode == 2
    assert "no class 'car' (it has none by name: a mask has numbers" in done.stderr


@pytest.mark.parametrize(
    ("ignore", "told"),
    [([300], "targets.ignore is 300, more than"), ([1, 2, 3], "targets.ignore is a colour, and")],
)
def test_a_number_for_unknown_that_a_mask_cannot_hold(
    masks: Path, tmp_path: Path, ignore: list[int], told: str
) -> None:
    asked = {"format": "masks", "targets": {"ignore": ignore}}
    assert run(masks, tmp_path / "out", dataset=asked, steps=["rotate"], copies=1).exit_code == 3
    assert all(told in why for why in failures(tmp_path / "out").values())


def test_unknown_is_written_in_the_order_of_colours(tmp_path: Path) -> None:
    root = tmp_path / "in"
    for at in range(2):
        write(root / f"images/{at}.png", picture(at))
        write(root / f"masks/{at}.png", picture(9))
    asked = {"format": "masks", "targets": {"ignore": [250, 100, 3]}}
    step = {"translate": {"x": 0.5, "y": 0, "border": "constant"}}
    assert run(root, tmp_path / "out", dataset=asked, steps=[step], copies=1).exit_code == 0
    (path, *_) = sorted((tmp_path / "out").glob("**/masks/*.aug-*.png"))
    assert cv2.imread(str(path))[0, 0].tolist() == [3, 100, 250]


def painted(root: Path, mask: bytes) -> Path:
    """Write a picture with this mask."""
    write(root / "images/0.png", picture(0))
    write(root / "masks/0.png", mask)
    return root


def moved(root: Path, output: Path, ignore: list[int]) -> int:
    """Return the exit code of a run that moves a picture, and its mask, half out of the frame."""
    step = {"translate": {"x": 0.5, "y": 0, "border": "constant"}}
    asked = {"format": "masks", "targets": {"ignore": ignore}}
    return run(root, output, dataset=asked, steps=[step], copies=1).exit_code


def test_a_mask_of_one_bit_holds_no_other_number(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("1", (20, 16)).save(file, "PNG")
    root = painted(tmp_path / "in", file.getvalue())
    assert moved(root, tmp_path / "out", [255]) == 3
    assert "targets.ignore is 255, more than" in failures(tmp_path / "out")["images/0.png"]
    assert moved(root, tmp_path / "again", [1]) == 0


@pytest.mark.parametrize(
    ("ignore", "wanted"),
    [([255], [255, 255, 255, 255]), ([250, 100, 3], [3, 100, 250, 255]), ([0], [0, 0, 0, 0])],
)
def test_unknown_is_opaque_in_a_mask_with_alpha(
    tmp_path: Path, ignore: list[int], wanted: list[int]
) -> None:
    mask = cv2.imencode(".png", np.full((16, 20, 4), (9, 9, 9, 255), np.uint8))[1].tobytes()
    assert moved(painted(tmp_path / "in", mask), tmp_path / "out", ignore) == 0
    (path,) = (tmp_path / "out").glob("**/masks/*.aug-*.png")
    assert cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[0, 0].tolist() == wanted
