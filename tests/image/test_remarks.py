"""What is said of a recipe for pictures before any of them is read."""

from __future__ import annotations

from functools import partial
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest
from helpers import picture, write
from image_samples import TRANSFORMS, params_of, step

from augcli.dataset.units import Dataset
from augcli.image.config import ImageDatasetSettings, ImageOutputSettings
from augcli.image.kind import KIND
from augcli.image.operations.ops import facts_after
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Facts, Picture
from augcli.image.targets import Target
from augcli.steps.control import OneOf
from augcli.task import Job
from augcli.transform import Transform

NAMES = ["train/a.GIF", "train/b.gif", "train/c.jpeg", "train/d.pfm", "val/e.gif"]


def said(
    *steps: Transform, names: list[str] = NAMES, root: Path = Path("nowhere"), **output: object
) -> list[str]:
    """Return the findings, on a dataset of which no file exists unless its root is told."""
    dataset = Dataset(root)
    dataset.extend(names, (name.partition("/")[0] for name in names), repeat(None, len(names)))
    settings = ImageOutputSettings(path="out", **output)
    job = Job(0, steps, ImageDatasetSettings(path="in"), settings)
    return [str(problem) for problem in KIND.remarks(job, dataset)]


def test_containers_that_are_not_kept_are_counted_by_extension() -> None:
    assert said() == [
        "nowhere: note: container: 2 .gif files become .png",
        "nowhere: note: container: 1 .pfm file becomes .tiff",
    ]
    assert said(image={"format": "png"}) == []
    assert said(names=["train/a.jpg", "train/b.TIF"]) == []


FACTS = Facts(61, 61, 3, "uint8", alpha=False)


def changes_size(name: str) -> bool:
    """Return whether a step, as it is by default, makes a square picture one of another size."""
    made = step(name)
    blank = Picture(np.zeros((FACTS.height, FACTS.width, FACTS.channels), np.uint8))
    blank = with_targets(blank, (Target(label="cone", box=(9, 9, 20, 20)),))
    if made.refusal(FACTS):
        return False
    after = facts_after(made.lower(params_of(made, blank), FACTS), FACTS)
    return (after.width, after.height) != (FACTS.width, FACTS.height)


SIZING = [name for name in TRANSFORMS if changes_size(name)]


@pytest.mark.parametrize("name", SIZING)
@pytest.mark.parametrize("originals", ["copy", "link", "reencode", "omit"])
def test_sizes_that_betray_copies_are_warned_of(name: str, originals: str) -> None:
    for steps in ([step(name)], [OneOf(steps=(step("invert"), step(name)))]):
        found = said(*steps, names=["train/a.png"], originals=originals)
        if originals == "omit":
            assert found == []
        else:
            (text,) = found
            assert f"steps: warning: size-shortcut: {name} changes the size" in text


def test_sizes_that_all_pictures_have_betray_none(tmp_path: Path) -> None:
    part, crop, small = (
        step(name, width=side, height=side)
        for name, side in [("random_resized_crop", 64), ("random_crop", 48), ("resize", 32)]
    )
    for name, side in [("a", 64), ("b", 64), ("c", 65)]:
        write(tmp_path / f"train/{name}.png", picture(side, size=(side, side)))
    alike = partial(said, names=["train/a.png", "train/b.png"], root=tmp_path)
    assert alike(part) == alike(crop, part) == alike(step("invert"), part) == []
    assert "random_crop changes the size" in alike(part, crop)[0]
    assert "resize changes the size" in alike(small)[0]
    unlike = said(crop, part, names=["train/a.png", "train/c.png"], root=tmp_path)
    assert "random_crop and random_resized_crop changes the size" in unlike[0]


def test_steps_that_keep_the_size_are_not_warned_of() -> None:
    others = [step(name) for name in TRANSFORMS if name not in SIZING]
    assert said(*others, step("resize", p=0), names=["train/a.png"]) == []
