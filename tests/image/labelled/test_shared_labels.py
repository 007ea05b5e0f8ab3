"""COCO files, tables of boxes and masks through whole runs; balance and emptied copies."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, failures, manifest, picture, run, tree, write, write_recipe
from msgspec.structs import replace
from PIL import Image
from pycocotools.coco import COCO

from augcli.commands import forecast
from augcli.errors import RecipeError
from augcli.image import kind, settle
from augcli.image.labelled.coco import CocoScheme
from augcli.image.overlay import colour_of
from augcli.recipe import read_recipe

FLIP = {"dataset": {"format": "coco"}, "steps": ["horizontal_flip"], "copies": 1}


def annotation(own: int, image: int, box: list[float], **more: Any) -> dict[str, Any]:
    return {"id": own, "image_id": image, "category_id": 7, "bbox": box, "iscrowd": 0, **more}


def told(names: dict[int, str], annotations: list[dict[str, Any]]) -> dict[str, Any]:
    images = [
        {"license": 3, "id": own, "file_name": name, "width": 20, "height": 16}
        for own, name in names.items()
    ]
    return {
        "info": {"year": 2017, "note": "kept"},
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 7, "name": "cat"}, {"id": 90, "name": "unused"}],
    }


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """Return a dataset in the original layout: a folder and a file a split."""
    root = tmp_path / "in"
    for at, name in enumerate(("train2017/a", "train2017/b", "val2017/c")):
        write(root / f"{name}.png", picture(at))
    boxes = [
        annotation(5, 1, [2, 3, 6.5, 4], attributes={"dark": True}),
        annotation(9, 1, [1, 1, 2, 2]),
    ]
    train = told({1: "a.png", 4: "b.png"}, boxes)
    write(root / "annotations/instances_train2017.json", json.dumps(train))
    val = told({8: "c.png"}, [annotation(77, 8, [0, 0, 9, 9.0])])
    write(root / "annotations/instances_val2017.json", json.dumps(val, indent=3))
    return root


def loaded(out: Path, split: str = "train") -> dict[str, Any]:
    return json.loads((out / f"annotations/instances_{split}2017.json").read_text())


def with_keypoints(coco: Path) -> Path:
    """Give cats two ears, of which one is seen of the first in each file."""
    for split in ("train", "val"):
        path = coco / f"annotations/instances_{split}2017.json"
        changed = json.loads(path.read_text())
        changed["annotations"][0] |= {"keypoints": [3, 4, 2, 0, 0, 0], "num_keypoints": 1}
        changed["categories"][0]["keypoints"] = ["left ear", "right ear"]
        write(path, json.dumps(changed))
    return coco


def test_what_another_format_has_no_room_for_is_said(coco: Path, tmp_path: Path) -> None:
    asked = {**FLIP, "output": {"annotations": "voc"}}
    told = augment("check", write_recipe(with_keypoints(coco), tmp_path / "out", **asked)).stdout
    assert "left out in voc: keypoints; its box is kept" in told


def test_keypoints_go_to_yolo_and_back_by_their_names(coco: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    flip = {"steps": [{"horizontal_flip": {"p": 1}}], "copies": 1}
    to_yolo = {"dataset": {"format": "coco"}, "output": {"annotations": "yolo"}}
    assert run(with_keypoints(coco), out, **flip, **to_yolo).exit_code == 0
    described = (out / "data.yaml").read_text()
    assert "kpt_shape: [2, 3]\nflip_idx: [1, 0]\n" in described
    assert "0: [left ear, right ear]\n" in described
    first, second = (out / "labels/train/a.aug-000.txt").read_text().splitlines()
    assert first.split()[5:] == ["0.000000", "0.000000", "0", "0.825000", "0.281250", "2"]
    assert second.split()[5:] == ["0.000000", "0.000000", "0"] * 2
    to_coco = {"dataset": {"format": "yolo"}, "output": {"annotations": "coco"}}
    assert run(out, back, **flip, **to_coco).exit_code == 0
    with redirect_stdout(io.StringIO()):
        found = COCO(back / "annotations/train.json")
    assert found.loadCats(1)[0]["keypoints"] == ["left ear", "right ear"]
    ids = {each["file_name"]: own for own, each in found.imgs.items()}
    assert found.imgToAnns[ids["a.png"]][0]["keypoints"] == [3, 4, 2, 0, 0, 0]


def test_objects_of_originals_that_are_left_out_were_there_before(
    coco: Path, tmp_path: Path
) -> None:
    asked = FLIP | {"output": {"originals": "omit"}}
    for _ in range(2):
        objects = run(coco, tmp_path / "out", **asked).objects
        assert [(each.split, each.before, each.after) for each in objects] == [
            ("train", 2, 2),
            ("val", 1, 1),
        ]


def test_copies_are_added_and_all_else_stays(coco: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(coco, out, **FLIP).exit_code == 0
    before, after = loaded(coco), loaded(out)
    for key in ("info", "categories"):
        assert after[key] == before[key]
    for key in ("images", "annotations"):
        assert all(each in after[key] for each in before[key])
        assert len({each["id"] for each in after[key]}) == len(after[key]) > len(before[key])
    copy = next(each for each in after["images"] if each["file_name"] == "a.aug-000.png")
    assert copy["license"] == 3
    moved = [each for each in after["annotations"] if each["image_id"] == copy["id"]]
    assert [each["bbox"] for each in moved] == [[11.5, 3, 6.5, 4], [17, 1, 2, 2]]
    assert moved[0]["attributes"] == {"dark": True}
    assert min(each["id"] for each in moved) > 9


def test_labels_of_an_earlier_way_to_make_them_are_made_again(
    coco: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = coco / "annotations/instances_train2017.json"
    ring = [4, 3, 10.3, 3, 10.3, 12, 4, 12]
    outlined = annotation(5, 1, [4, 3, 6.3, 9], segmentation=[ring], area=56.7)
    path.write_text(json.dumps(told({1: "a.png", 4: "b.png"}, [outlined])))
    asked = FLIP | {"steps": [{"grid_shuffle": {"rows": 1, "columns": 2}}]}
    run(coco, tmp_path / "new", **asked)
    with monkeypatch.context() as earlier:
        earlier.setattr(settle, "shown_of", tuple)
        earlier.setattr(kind, "KIND", replace(kind.KIND, revision=kind.KIND.revision - 1))
        run(coco, tmp_path / "out", **asked)
    assert loaded(tmp_path / "out") != loaded(tmp_path / "new")
    summary = run(coco, tmp_path / "out", **asked)
    assert summary.made == 0, "pixels are as they were"
    assert [each for each in summary.notes if "anew" in each] == [
        "annotations/instances_train2017.json is written anew, as what it tells of has changed"
    ]
    assert loaded(tmp_path / "out") == loaded(tmp_path / "new")
    assert not any("anew" in each for each in run(coco, tmp_path / "out", **asked).notes)


def test_a_file_of_a_split_that_passes_through_stays_byte_for_byte(
    coco: Path, tmp_path: Path
) -> None:
    run(coco, tmp_path / "out", **FLIP)
    name = "annotations/instances_val2017.json"
    assert (tmp_path / "out" / name).read_bytes() == (coco / name).read_bytes()
    assert {each["split"] for each in manifest(tmp_path / "out")} == {"train", "val"}


def test_one_changed_annotation_redoes_no_pixels_and_one_line(coco: Path, tmp_path: Path) -> None:
    out, path = tmp_path / "out", coco / "annotations/instances_train2017.json"
    run(coco, out, **FLIP)
    before = {each["output"]: each for each in manifest(out)}
    path.write_text(path.read_text().replace("[1, 1, 2, 2]", "[1, 1, 3, 2]"))
    plan = forecast.forecast(read_recipe(str(write_recipe(coco, out, **FLIP))))
    assert (plan.new, plan.changed, plan.up_to_date) == (0, 1, 2)
    assert run(coco, out, **FLIP).made == 0
    changed = {
        name
        for name, each in before.items()
        if {m["output"]: m for m in manifest(out)}[name] != each
    }
    assert changed == {"train2017/a.png", "train2017/a.aug-000.png"}
    assert [16, 1, 3, 2] in [each["bbox"] for each in loaded(out)["annotations"]]
    run(coco, tmp_path / "fresh", **FLIP)
    assert tree(out) == tree(tmp_path / "fresh")


def test_a_file_that_is_indented_anew_changes_no_picture(coco: Path, tmp_path: Path) -> None:
    out, path = tmp_path / "out", coco / "annotations/instances_train2017.json"
    changed(coco, {"attributes": {"told": 'a  "b", {c} : é'}})
    run(coco, out, **FLIP)
    for form in ({"indent": 3}, {"separators": (",", ":")}):
        path.write_text(json.dumps(json.loads(path.read_text()), **form))
        plan = forecast.forecast(read_recipe(str(write_recipe(coco, out, **FLIP))))
        assert (plan.new, plan.changed, plan.up_to_date) == (0, 0, 3)
    changed(coco, {"attributes": {"told": 'a "b", {c} : é'}})
    plan = forecast.forecast(read_recipe(str(write_recipe(coco, out, **FLIP))))
    assert plan.changed == 1


def changed(coco: Path, change: dict[str, Any]) -> None:
    """Change the first annotation of the file of train."""
    path = coco / "annotations/instances_train2017.json"
    content = json.loads(path.read_text())
    content["annotations"][0] |= change
    path.write_text(json.dumps(content))


@pytest.mark.parametrize("own", [999, "7", 7.5, None])
def test_a_plan_counts_what_can_be_counted(coco: Path, tmp_path: Path, own: object) -> None:
    changed(coco, {"category_id": own})
    plan = forecast.forecast(read_recipe(str(write_recipe(coco, tmp_path / "out", **FLIP))))
    assert [(each.split, each.before) for each in plan.objects] == [("val", 1)]
    summary = run(coco, tmp_path / "out", **FLIP)
    assert summary.exit_code == 3
    (reason,) = failures(tmp_path / "out").values()
    assert f"no category has the id {own!r}; there are 7, 90" in reason


def test_ids_of_other_things_are_no_categories(coco: Path, tmp_path: Path) -> None:
    changed(coco, {"attributes": {"category_id": 999}, "category_id": 7.0})
    plan = forecast.forecast(read_recipe(str(write_recipe(coco, tmp_path / "out", **FLIP))))
    assert [(each.label, each.before) for each in plan.objects] == [("cat", 2), ("cat", 1)]
    assert run(coco, tmp_path / "out", **FLIP).exit_code == 0
    copies = [each for each in loaded(tmp_path / "out")["annotations"] if each["id"] > 9]
    assert [each["category_id"] for each in copies] == [7, 7]
    assert copies[0]["attributes"] == {"category_id": 999}


def test_files_of_many_pictures_are_written_again_only_where_something_is_new(
    coco: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run(coco, out, **FLIP)
    before = tree(out)
    with monkeypatch.context() as patch:
        patch.setattr(CocoScheme, "indexes", lambda *_: pytest.fail("nothing is new"))
        run(coco, out, **FLIP)
    (out / "annotations/instances_train2017.json").unlink()
    write(out / "annotations/instances_val2017.json", "{}")
    run(coco, out, **FLIP)
    assert tree(out) == before
    path = coco / "annotations/instances_train2017.json"
    path.write_text(path.read_text().replace('"note": "kept"', '"note": "told"'))
    run(coco, out, **FLIP)
    assert loaded(out)["info"]["note"] == "told"
    run(coco, tmp_path / "fresh", **FLIP)
    assert tree(out) == tree(tmp_path / "fresh")


def test_two_files_that_tell_of_one_picture_are_refused(coco: Path, tmp_path: Path) -> None:
    text = json.dumps(told({1: "a.png"}, []))
    write(coco / "annotations/objects_train2017.json", text)
    with pytest.raises(RecipeError, match=r"both tell of train2017/a\.png; leave one of them out"):
        run(coco, tmp_path / "out", **FLIP)
    dataset = {"format": "coco", "exclude": ["annotations/objects*"]}
    assert run(coco, tmp_path / "out", **FLIP | {"dataset": dataset}).exit_code == 0


def test_a_picture_without_objects_stays_one(coco: Path, tmp_path: Path) -> None:
    run(coco, tmp_path / "out", **FLIP)
    names = [each["file_name"] for each in loaded(tmp_path / "out")["images"]]
    assert sorted(names) == ["a.aug-000.png", "a.png", "b.aug-000.png", "b.png"]


def test_rare_objects_have_their_pictures_repeated(tmp_path: Path) -> None:
    files = {"data.yaml": "train: images\nnames: [often, rare]\n"}
    for at in range(10):
        write(tmp_path / f"in/images/{at}.png", picture(at))
        files[f"labels/{at}.txt"] = "0 .5 .5 .4 .4\n" + ("1 .5 .5 .2 .2\n" if at == 3 else "")
    for name, text in files.items():
        write(tmp_path / "in" / name, text)
    out, balance = tmp_path / "out", {"target": "repeat_factor", "threshold": 0.9}
    recipe = {"dataset": {"format": "yolo"}, "copies": 0, "balance": balance}
    steps = [{"brightness": {"delta": [-0.2, 0.2]}}]
    plan = forecast.forecast(
        read_recipe(str(write_recipe(tmp_path / "in", out, **recipe, steps=steps)))
    )
    summary = run(tmp_path / "in", out, **recipe, steps=steps)
    assert {each.label: (each.before, each.after) for each in summary.objects} == {
        "often": (10, 12),
        "rare": (1, 3),
    }
    assert plan.objects == summary.objects
    for target in ("max", {"rare": 9}):
        with pytest.raises(RecipeError, match="say `target: repeat_factor`"):
            run(tmp_path / "in", tmp_path / "x", **recipe | {"balance": {"target": target}})


def test_classes_of_pictures_are_not_repeated_by_objects(tmp_path: Path) -> None:
    write(tmp_path / "in/cat/a.png", picture(1))
    with pytest.raises(RecipeError, match="no objects are told of"):
        run(tmp_path / "in", tmp_path / "out", balance={"target": "repeat_factor"})


@pytest.mark.parametrize("empty", ["keep", "redraw", "drop"])
def test_copies_that_lose_all_objects(tmp_path: Path, empty: str) -> None:
    write(tmp_path / "in/images/a.png", picture(1))
    write(tmp_path / "in/labels/a.txt", "0 .2 .5 .2 .2\n")
    write(tmp_path / "in/data.yaml", "train: images\nnames: [cat]\n")
    steps = [
        {"one_of": {"steps": [{"translate": {"x": x}} for x in (-0.9, 0.1)]}},
        {"brightness": {"delta": [-0.2, 0.2]}},
    ]
    dataset = {"format": "yolo", "targets": {"empty": empty}}
    summary = run(tmp_path / "in", tmp_path / "out", dataset=dataset, steps=steps, copies=6)
    made = [each for each in manifest(tmp_path / "out") if each["copy"] is not None]
    assert summary.exit_code == 0
    assert summary.counts[0].after == 1 + len(made)
    emptied = [each for each in made if not each["targets"]]
    assert (len(made) == 6) is (empty != "drop")
    assert bool(emptied) is (empty == "keep")


def dropping(folder: Path, out: Path, x: list[float], copies: int) -> Any:
    dataset = {"format": "yolo", "targets": {"empty": "drop"}}
    asked = {"copies": copies, "output": {"originals": "omit"}}
    return run(folder, out, dataset=dataset, steps=[{"translate": {"x": x}}], **asked)


DROPPED = "a copy has lost all its objects and is left out"


def test_copies_that_are_left_out_are_told_where_nothing_else_is_left(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    for name in "ab":
        write(folder / f"images/{name}.png", picture(ord(name)))
        write(folder / f"labels/{name}.txt", "0 .2 .5 .2 .2\n")
    write(folder / "data.yaml", "train: images\nnames: [cat]\n")
    for _ in range(2):
        summary = dropping(folder, out, [-0.95, -0.9], 3)
        assert summary.notes[DROPPED] == 6
        assert any("no sample at all" in note for note in summary.notes)
        assert [(each.before, each.after) for each in summary.objects] == [(2, 0)]
    for copies in (9, 4):
        summary = dropping(folder, out, [-0.9, 0.1], copies)
        left = len(manifest(out))
        assert 0 < left < 2 * copies
        assert summary.notes[DROPPED] == 2 * copies - left, "of so many copies, not of those before"


def test_previews_and_reports_draw_objects(coco: Path, tmp_path: Path) -> None:
    recipe = write_recipe(coco, tmp_path / "out", **FLIP)
    assert augment("preview", recipe, "-o", tmp_path / "p.png").returncode == 0
    with Image.open(tmp_path / "p.png") as sheet:
        colours = {colour for _, colour in sheet.convert("RGB").getcolors(1 << 24) or ()}
    assert colour_of("cat") in colours
    assert augment("run", recipe).returncode == 0
    assert augment("report", tmp_path / "out", "-o", tmp_path / "r.html").returncode == 0
