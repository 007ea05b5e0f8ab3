"""Labels of pictures that are mixed: merged in all formats, and watched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers import augment, manifest, run, tree, write
from seeds import SEEDS
from test_partners import lines, users

ANNOTATED = ("yolo", "coco", "voc", "metadata", "masks", "boxes")


@pytest.mark.parametrize("name", ANNOTATED)
def test_labels_of_all_formats_are_merged_and_read_back(name: str, tmp_path: Path) -> None:
    """What is written of mixtures is what their records say, and a replay writes it again."""
    seed, out, again = SEEDS[f"image {name}"], tmp_path / "out", tmp_path / "again"
    steps = ["mosaic", {"copy_paste": {"scale": 1}}, "cutmix", *(["mixup"] * (name != "masks"))]
    dataset = seed.written(tmp_path / "in")
    changes = seed.recipe | {"steps": steps, "copies": 4}
    assert run(dataset, out, **changes).exit_code == 0
    copies = [each for each in manifest(out) if each["copy"] is not None]
    assert any(len(each["partners"]) > 1 for each in copies)
    assert augment("replay", out, "-o", tmp_path / "re").returncode == 0
    run(out / (seed.listing or ""), again, **changes | {"steps": [], "copies": 0})
    read = {each["source"]: each for each in manifest(again)}
    for each in copies:
        told = read[each["output"]].get("targets", [])
        assert len(told) == len(each["targets"])
        for ours, theirs in zip(each["targets"], told, strict=True):
            assert theirs["label"] == ours["label"]
            assert theirs["box"] == pytest.approx(ours["box"], abs=1)
            if name == "coco":
                assert theirs["extra"]["weight"] == ours["extra"]["weight"]


def test_labels_of_a_partner_are_watched_apart_from_its_pixels(tmp_path: Path) -> None:
    seed, out = SEEDS["image yolo"], tmp_path / "out"
    dataset, changes = (
        seed.written(tmp_path / "in"),
        seed.recipe | {"steps": ["cutmix"], "copies": 6},
    )
    run(dataset, out, **changes)
    before = tree(out)
    write(dataset / "labels/train/two.txt", "0 0.5 0.5 0.9 0.9\n")
    run(dataset, out, **changes)
    after = lines(out)
    changed = {name for name, digest in tree(out).items() if before.get(name) != digest}
    mates = {n for n in users(after, "images/train/two.png") if "/two." not in n}
    assert mates
    assert {n for n in changed if "/two." not in n} - {"manifest.jsonl"} <= {
        n.replace("images", "labels").replace(".png", ".txt") for n in mates
    }


def test_a_mixed_mask_is_made_anew_where_that_of_a_partner_changed(tmp_path: Path) -> None:
    seed = SEEDS["image masks"]
    dataset = seed.written(tmp_path / "in")
    changes = seed.recipe | {"steps": ["cutmix"], "copies": 6}
    run(dataset, tmp_path / "out", **changes)
    write(dataset / "masks/train/two.png", seed.files["masks/train/three.png"])
    run(dataset, tmp_path / "out", **changes)
    run(dataset, tmp_path / "fresh", **changes)
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")


def test_masks_take_the_numbers_of_what_is_seen(tmp_path: Path) -> None:
    import cv2

    for number, name in enumerate(("one", "two")):
        for folder, value in (("images", 40 + 90 * number), ("masks", 1 + number)):
            _, data = cv2.imencode(
                ".png", np.full((24, 30, 3)[: 3 - (folder == "masks")], value, np.uint8)
            )
            write(tmp_path / "in" / folder / f"{name}.png", data.tobytes())
    run(tmp_path / "in", tmp_path / "out", dataset={"format": "masks"}, steps=["cutmix"], copies=3)
    for each in manifest(tmp_path / "out"):
        (mask,) = each["beside"]
        pixels, numbers = (
            cv2.imread(str(tmp_path / "out" / n), -1) for n in (each["output"], mask)
        )
        np.testing.assert_array_equal(np.where(pixels[:, :, 0] == 40, 1, 2), numbers)
