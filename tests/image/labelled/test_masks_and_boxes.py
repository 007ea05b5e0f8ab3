"""Masks beside their pictures, and tables of boxes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import augment, failures, picture, run, tree, write
from PIL import Image
from test_shared_labels import FLIP

from augcli.errors import RecipeError
from augcli.image.overlay import colour_at
from augcli.kind import Kind


def mask(values: Any, mode: str = "L") -> bytes:
    image = Image.fromarray(np.array(values, np.uint8))
    if mode == "P":
        image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


STRIPES = np.repeat(np.arange(4), 5)[None, :].repeat(16, 0)


@pytest.mark.parametrize(
    ("shown", "over"),
    [
        ("images/a.png", "masks/a.png"),
        ("train/images/a.png", "train/labels/a_mask.png"),
        ("x/a.png", "x/a_mask.png"),
        ("imgs/a_sat.png", "gt/a_mask.png"),
    ],
)
def test_masks_are_paired_and_mirrored(tmp_path: Path, shown: str, over: str) -> None:
    write(tmp_path / "in" / shown, picture(1))
    write(tmp_path / "in" / over, mask(STRIPES, "P"))
    write(tmp_path / "in" / f"{over}.json", "{}")
    out = tmp_path / "out"
    summary = run(tmp_path / "in", out, **FLIP | {"dataset": {"format": "masks"}})
    assert summary.exit_code == 0
    assert summary.listing == ["left out 1 file ending in .json: not pictures"]
    assert (out / over).read_bytes() == (tmp_path / "in" / over).read_bytes()
    with Image.open(out / over.replace(".png", ".aug-000.png")) as made:
        assert made.mode == "P"
        assert np.array_equal(np.array(made), STRIPES[:, ::-1])


def test_masks_by_globs_and_those_that_do_not_fit(tmp_path: Path) -> None:
    for name in "abc":
        write(tmp_path / f"in/x/{name}.png", picture(ord(name)))
    write(tmp_path / "in/y/a.png", mask(STRIPES))
    write(tmp_path / "in/y/b.png", mask(STRIPES[:, :-1]))
    dataset = {"format": "masks", "masks": ["y/*"]}
    assert run(tmp_path / "in", tmp_path / "out", **FLIP | {"dataset": dataset}).exit_code == 3
    reasons = failures(tmp_path / "out")
    assert reasons["x/c.png"] == "it has no mask"
    assert reasons["x/b.png"].startswith("y/b.png: the mask is 19 × 16 px and its picture 20 × 16")
    assert set(reasons) == {"x/b.png", "x/c.png"}


def test_a_lost_mask_is_made_again(tmp_path: Path) -> None:
    write(tmp_path / "in/images/a.png", picture(1))
    write(tmp_path / "in/masks/a.png", mask(STRIPES))
    out, recipe = tmp_path / "out", FLIP | {"dataset": {"format": "masks"}}
    run(tmp_path / "in", out, **recipe)
    before = tree(out)
    (out / "masks/a.aug-000.png").unlink()
    assert run(tmp_path / "in", out, **recipe).made == 1
    assert tree(out) == before


def test_another_number_for_what_is_unknown_makes_masks_anew(tmp_path: Path) -> None:
    write(tmp_path / "in/images/a.png", picture(1))
    write(tmp_path / "in/masks/a.png", mask(STRIPES))
    out, steps = tmp_path / "out", [{"translate": {"x": 0.5, "y": 0, "border": "constant"}}]
    for number in (255, 9):
        told = {"format": "masks", "targets": {"ignore": [number]}}
        run(tmp_path / "in", out, dataset=told, steps=steps, copies=1)
        with Image.open(out / "masks/a.aug-000.png") as made:
            assert (np.array(made)[:, :10] == number).all()


def test_other_versions_of_libraries_make_masks_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in/images/a.png", picture(1))
    write(tmp_path / "in/masks/a.png", mask(STRIPES))
    recipe, files = FLIP | {"dataset": {"format": "masks"}}, []
    for version in ("1", "2"):
        monkeypatch.setattr(Kind, "versions", lambda _, told=version: {"numpy": told})
        run(tmp_path / "in", tmp_path / "out", **recipe)
        files.append((tmp_path / "out/masks/a.aug-000.png").stat().st_ino)
    assert len({*files}) == 2


def test_numbers_of_a_mask_that_follow_each_other_look_unlike() -> None:
    colours = np.array([colour_at(number) for number in range(12)])
    apart = np.abs(colours[:, None] - colours).sum(axis=2)
    assert apart.diagonal(1).min() > 400
    assert apart[~np.eye(12, dtype=bool)].min() > 50


def test_a_folder_of_tables_of_boxes_is_known_and_written_as_it_was(tmp_path: Path) -> None:
    columns, name = "filename,width,height,class,xmin,ymin,xmax,ymax\n", "_annotations.csv"
    for split, shade in (("train", 1), ("valid", 2)):
        write(tmp_path / f"in/{split}/a.png", picture(shade))
        write(tmp_path / f"in/{split}/{name}", f"{columns}a.png,20,16,cat,2,3,8,9\n")
    write(tmp_path / "in/valid/b.png", picture(3))
    mixed = [f"{each}.png,20,16,cat,{at},3,8,9" for at, each in enumerate("baba")]
    write(tmp_path / f"in/valid/{name}", columns + "\n".join(mixed))
    write(tmp_path / "in/notes.csv", "a,b\n1,2\n")
    assert "format: csv" in augment("init", tmp_path / "in").stdout
    run(tmp_path / "in", tmp_path / "out", **FLIP | {"dataset": {"format": "csv"}})
    held_out = (tmp_path / f"in/valid/{name}").read_bytes()
    assert (tmp_path / f"out/valid/{name}").read_bytes() == held_out
    rows = (tmp_path / f"out/train/{name}").read_text().splitlines()
    assert rows[1:] == ["a.png,20,16,cat,2,3,8,9", "a.aug-000.png,20,16,cat,12,3,18,9"]


@pytest.mark.parametrize("name", ["train.json", "boxes.csv"])
def test_a_file_that_takes_too_much_memory_is_refused_unread(name: str, tmp_path: Path) -> None:
    root = tmp_path / "in"
    write(root / "a.png", picture(1))
    kind = {"train.json": "coco", "boxes.csv": "csv"}[name]
    with (root / name).open("wb") as file:
        file.truncate(1_500_000_000)
    with pytest.raises(
        RecipeError, match=rf"{name} has 1,500.0 MB.* 9.0 to 15.0 GB of memory"
    ) as e:
        run(root, tmp_path / "out", **FLIP | {"dataset": {"format": kind}})
    assert "`max_bytes: 1500000000` in `dataset` reads it all the same" in str(e.value)
    with (root / name).open("wb") as file:
        file.truncate(3_000_000_000)
    with pytest.raises(RecipeError, match="more than 2,147 MB are not read at once: cut it in sev"):
        run(root, tmp_path / "out", **FLIP | {"dataset": {"format": kind, "max_bytes": 10**10}})


def with_ids(tmp_path: Path) -> Path:
    """Write a table of boxes whose pictures are told by ids."""
    for name in ("0000.jpg", "0001.jpg"):
        write(tmp_path / f"in/img/{name}", picture(1, ".jpg"))
    rows = "0000,cat,0.1,0.2,0.3,0.5\n0001,cat,0,0.5,0.25,1\n"
    return write(tmp_path / "in/boxes.csv", f"ImageID,LabelName,XMin,YMin,XMax,YMax\n{rows}")


@pytest.mark.parametrize("told", [{}, {"suffix": ".jpg"}, {"suffix": ".jpg", "images": "img"}])
def test_boxes_of_ids_find_their_pictures_and_copies_have_ids(told, tmp_path: Path) -> None:
    table = with_ids(tmp_path)
    recipe = {"dataset": {"format": "csv", **told}, "steps": ["horizontal_flip"], "copies": 1}
    run(table.parent, tmp_path / "out", **recipe)
    made = (tmp_path / "out/boxes.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in made] == ["0000", "0000.aug-000", "0001", "0001.aug-000"]
    assert made[1] == "0000.aug-000,cat,0.7,0.2,0.9,0.5"


def test_where_ids_lack_more_than_an_extension_copies_are_named_in_full(tmp_path: Path) -> None:
    for name in ("0000_img.jpg", "0001_img.jpg"):
        write(tmp_path / f"in/pics/{name}", picture(1, ".jpg"))
    rows = "0000,2,1,20,5,cat\n0001,2,1,20,5,cat\n"
    write(tmp_path / "in/boxes.csv", f"id,xmin,ymin,xmax,ymax,label\n{rows}")
    told = {"format": "csv", "file": "id", "images": "pics", "suffix": "_img.jpg"}
    recipe = {"dataset": told, "steps": ["horizontal_flip"], "copies": 1}
    run(tmp_path / "in", tmp_path / "out", **recipe)
    made = (tmp_path / "out/boxes.csv").read_text().splitlines()[1:]
    ids = [row.split(",")[0] for row in made]
    assert ids == ["0000", "0000_img.aug-000.jpg", "0001", "0001_img.aug-000.jpg"]
    run(tmp_path / "out", tmp_path / "again", **recipe)
    assert not failures(tmp_path / "again")
    assert len((tmp_path / "again/boxes.csv").read_text().splitlines()) == 1 + 2 * len(made)


def test_an_id_of_two_pictures_is_one_where_suffix_tells(tmp_path: Path) -> None:
    table = with_ids(tmp_path)
    write(table.parent / "img/0000.png", picture(2))
    recipe = {"dataset": {"format": "csv"}, "steps": ["horizontal_flip"], "copies": 1}
    run(table.parent, tmp_path / "out", **recipe)
    assert "`suffix`" in failures(tmp_path / "out")["0000"]
    recipe["dataset"]["suffix"] = ".jpg"
    run(table.parent, tmp_path / "other", **recipe)
    assert not failures(tmp_path / "other")
