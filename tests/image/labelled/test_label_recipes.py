"""The recipes for labels, run on their samples and read by others than our own readers."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from helpers import manifest, replayed, tree
from PIL import Image
from pycocotools.coco import COCO

from augcli.commands.replay import replay
from augcli.commands.verify import verify
from augcli.engines.local import make_engine
from augcli.recipe import load_recipe
from augcli.reports.report import Summary
from augcli.run import run as run_recipe

HERE = Path(__file__).parents[3]
NAMES = ("cones", "cells", "nuts", "nut_masks", "mosaic", "dusk")


def made(name: str, out: Path, *settings: str, jobs: int = 1) -> Summary:
    """Run a recipe of the repository into another folder."""
    text = (HERE / f"recipes/{name}.yaml").read_text()
    recipe = load_recipe(text, name, HERE / "recipes", settings, output_path=out)
    return run_recipe(recipe, make_engine(jobs, 60), lambda _done, _total: None)


@pytest.mark.parametrize("name", NAMES)
def test_recipes_keep_their_promises(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = made(name, out, jobs=2)
    assert (summary.exit_code, summary.failures) == (0, [])
    assert not [each for each in verify(out, None) if each.trouble]
    assert made(name, out).made == 0
    assert dict(replay(out, tmp_path / "again", None, None)) == dict.fromkeys(replayed(out))
    again = tree(tmp_path / "again")
    assert {name: again[name] for name in replayed(out)} == replayed(out)


def test_cones_come_out_as_yolo(tmp_path: Path) -> None:
    summary = made("cones", tmp_path)
    assert len(list(tmp_path.glob("train/labels/*.txt"))) == summary.counts[0].after
    for record in manifest(tmp_path):
        (label,) = record["beside"]
        rows = [line.split() for line in (tmp_path / label).read_text().splitlines()]
        assert [row[0] for row in rows] == [
            str(["cone", "cube"].index(each["label"])) for each in record["targets"]
        ]
        assert all(0 <= float(cell) <= 1 for row in rows for cell in row[1:])


def test_lists_of_voc_name_what_comes_out(tmp_path: Path) -> None:
    made("cells", tmp_path, "output.originals=omit")
    stems = {path.stem for path in tmp_path.glob("JPEGImages/*")}
    lists = [path.read_text().split() for path in tmp_path.glob("ImageSets/Main/*.txt")]
    assert {stem for each in lists for stem in each} == stems


def test_cells_come_out_as_voc(tmp_path: Path) -> None:
    made("cells", tmp_path)
    lists = {path.stem: path.read_text().split() for path in tmp_path.glob("ImageSets/Main/*.txt")}
    assert sum("aug" in stem for stem in lists["train"]) == 36
    assert not [stem for stem in lists["val"] if "aug" in stem]
    for stem in lists["train"] + lists["val"]:
        top = ElementTree.parse(tmp_path / f"Annotations/{stem}.xml").getroot()
        name = top.findtext("filename") or ""
        with Image.open(tmp_path / "JPEGImages" / f"{stem}.jpg") as picture:
            width, height = picture.size
        assert Path(name).stem == stem
        assert (top.findtext("size/width"), top.findtext("size/height")) == (
            str(width),
            str(height),
        )
        for box in top.iter("bndbox"):
            left, up, right, down = (int(box.findtext(s) or 0) for s in _SIDES)
            assert 1 <= left < right <= width
            assert 1 <= up < down <= height


_SIDES = ("xmin", "ymin", "xmax", "ymax")


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
def test_nuts_come_out_as_coco(tmp_path: Path) -> None:
    made("nuts", tmp_path)
    coco = COCO(tmp_path / "trainval.json")
    before = COCO(HERE / "sample_data/nuts/trainval.json")
    assert len(coco.imgs) == 5 * len(before.imgs)
    assert {own: coco.imgs[own]["file_name"] for own in before.imgs} == {
        own: each["file_name"] for own, each in before.imgs.items()
    }
    assert all(coco.anns[own] == each for own, each in before.anns.items())
    for own, image in coco.imgs.items():
        path = tmp_path / "images" / image["file_name"]
        with Image.open(path) as picture:
            assert picture.size == (image["width"], image["height"])
        for each in coco.loadAnns(coco.getAnnIds(own)):
            area = coco.annToMask(each).sum()
            assert area == pytest.approx(each["area"], rel=0.15, abs=30)


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
def test_mixtures_come_out_as_coco(tmp_path: Path) -> None:
    """Outlines of what others lie over are those of what is seen: no two share many pixels."""
    made("mosaic", tmp_path, "copies=1")
    coco = COCO(tmp_path / "trainval.json")
    copies = [each for each in manifest(tmp_path) if each["copy"] is not None]
    assert {step["name"] for each in copies for step in each["steps"]} > {"mosaic", "copy_paste"}
    for each in copies:
        (own,) = (i for i, p in coco.imgs.items() if each["output"] == f"images/{p['file_name']}")
        planes = [coco.annToMask(one) for one in coco.loadAnns(coco.getAnnIds(own))]
        assert len(planes) == len(each["targets"])
        assert (np.sum(planes, axis=0) > 1).mean() < 0.02


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
def test_masks_of_nuts_agree_with_their_outlines(tmp_path: Path) -> None:
    """Both are moved by one recipe, each in its own way: outlines by points, masks by pixels."""
    out, masks = tmp_path / "out", tmp_path / "masks"
    border = '"border": "constant"'
    steps = f'steps=[{{"affine": {{"rotate": [-30, 30], {border}}}}}, {{"elastic": {{{border}}}}}]'
    made("nuts", out, steps, "copies=1")
    made("nut_masks", masks, steps, "copies=1", "dataset.targets.ignore=[0]")
    coco = COCO(out / "trainval.json")
    for own, image in coco.imgs.items():
        stem = Path(image["file_name"]).stem
        with Image.open(masks / f"masks/{stem}.png") as mask:
            assert mask.mode == "P"
            numbers = np.array(mask)
        assert set(np.unique(numbers)) <= {0, 1, 2, 3}
        drawn = np.zeros_like(numbers)
        for each in coco.loadAnns(coco.getAnnIds(own)):
            drawn[coco.annToMask(each) > 0] = each["category_id"]
        both = (drawn > 0) & (numbers > 0)
        assert both.sum() / ((drawn > 0) | (numbers > 0)).sum() > 0.95


def test_pictures_of_the_same_move_alike_by_rules_of_their_own(tmp_path: Path) -> None:
    made("dusk", tmp_path, "output.originals=omit")
    copies = [each for each in manifest(tmp_path) if each["copy"] is not None]
    assert len(copies) == 18
    for each in copies:
        dark, bright, depth = (pixels(tmp_path / n) for n in (each["output"], *each["beside"]))
        assert dark.shape == bright.shape == (*depth.shape, 3)
        assert np.mean(dark) < 0.5 * np.mean(bright)
        assert depth.dtype == np.uint16
        number = Path(each["source"]).stem
        numbers = pixels(HERE / f"sample_data/dusk/train/depth/{number}.png")
        assert set(np.unique(depth)) <= set(np.unique(numbers))
        balls = depth < 1900
        assert (
            np.median(np.ptp(bright[balls], axis=1)) > 1.5 * np.ptp(bright[~balls], axis=1).mean()
        )


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.array(picture)


CONVERSIONS = [("nuts", "yolo"), ("nuts", "voc"), ("cells", "coco"), ("cones", "coco")]
DRAWN = [("nuts", "yolo", "images/val"), ("nuts", "voc", "JPEGImages")]


@pytest.mark.parametrize(("name", "into", "place"), DRAWN)
def test_drawn_splits_lie_where_those_of_a_format_do(name, into, place, tmp_path: Path) -> None:
    settings = ("copies=0", "balance=null", "steps=[]", "dataset.split={val: 0.5}")
    made(name, tmp_path / "out", f"output.annotations={into}", *settings)
    val = [each["output"] for each in manifest(tmp_path / "out") if each["split"] == "val"]
    assert val and {output.rpartition("/")[0] for output in val} == {place}


@pytest.mark.parametrize(("name", "into"), CONVERSIONS)
def test_one_format_becomes_another(name: str, into: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = made(name, out, f"output.annotations={into}", "copies=1")
    assert summary.exit_code == 0
    assert not [each for each in verify(out, None) if each.trouble]
    assert dict(replay(out, tmp_path / "again", None, None)) == dict.fromkeys(replayed(out))
    text = f"""{{"version": 1, "dataset": {{"path": {str(out)!r}, "format": "{into}"}},
    "output": {{"path": {str(tmp_path / "twice")!r}}}}}""".replace("'", '"')
    again = load_recipe(text, "again", tmp_path)
    run_recipe(again, make_engine(1, 60), lambda _done, _total: None)
    first = {each["output"]: each for each in manifest(out)}
    second = {each["source"]: each for each in manifest(tmp_path / "twice")}
    assert first.keys() == second.keys()
    for output, record in first.items():
        told = [(each["label"], bounds(each)) for each in record["targets"]]
        read = [(each["label"], bounds(each)) for each in second[output]["targets"]]
        assert [label for label, _ in told] == [label for label, _ in read]
        for (_, box), (_, other) in zip(told, read, strict=True):
            assert other == pytest.approx(box, abs=1.01)


def bounds(target: dict) -> list[float]:
    """Return the box around an object, as far as it is told of."""
    if "box" in target:
        return target["box"]
    points = np.array([point for ring in target["rings"] for point in ring])
    return [*points.min(axis=0), *points.max(axis=0)]


def test_a_class_that_comes_later_renumbers_all_labels(tmp_path: Path) -> None:
    source = shutil.copytree(HERE / "sample_data/cells", tmp_path / "in")
    setting = f"dataset.path={source}"
    out = tmp_path / "out"
    made("cells", out, setting, "output.annotations=yolo", "copies=0")
    xml = source / "Annotations/BloodImage_00001.xml"
    xml.write_text(xml.read_text().replace("<name>WBC</name>", "<name>Alien</name>", 1))
    made("cells", out, setting, "output.annotations=yolo", "copies=0")
    fresh = tmp_path / "fresh"
    made("cells", fresh, setting, "output.annotations=yolo", "copies=0")
    assert tree(out) == tree(fresh)
    assert "0: Alien" in (out / "data.yaml").read_text()
