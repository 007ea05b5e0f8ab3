"""Labels that are followed, or cannot be: tables of boxes, and what run and init say of others."""

from __future__ import annotations

import pytest
from helpers import augment, manifest, picture, run, write, write_recipe
from test_annotated import REFUSED, dataset

from augcli.errors import RecipeError
from augcli.image.listing.annotated import label_columns

BOXES = {
    "file,label,xmin,ymin,xmax,ymax": "a.png,cat,2,3,8,9",
    "file;label;x;y;w;h": "a.png;cat;2;3;6;6",
    "file,bbox,label": 'a.png,"[2, 3, 6, 6]",cat',
    "file,label,BBox_X1,BBox_Y1,BBox_X2,BBox_Y2": "a.png,cat,2,3,8,9",
    "ImageID,Label,XMin,XMax,YMin,YMax,file": "x,cat,2,8,3,9,a.png",
    "file\tlabel\tbbox_x\tbbox_y\tbbox_width\tbbox_height": "a.png\tcat\t2\t3\t6\t6",
}


@pytest.mark.parametrize("header", BOXES)
def test_tables_of_boxes_are_followed(tmp_path, header):
    write(tmp_path / "in/a.png", picture(1, size=(16, 20)))
    table = write(tmp_path / "in/t.csv", f"{header}\n{BOXES[header]}\n")
    assert run(table, tmp_path / "out", dataset={"format": "csv"}, steps=[]).exit_code == 0
    assert {tuple(each["targets"][0]["box"]) for each in manifest(tmp_path / "out")} == {
        (2.0, 3.0, 8.0, 9.0)
    }
    begun = augment("init", table)
    assert begun.returncode == 0, begun.stderr


@pytest.mark.parametrize(
    "header", ["file,EncodedPixels,label", "file,label,left_eye_x,left_eye_y,nose_x,nose_y"]
)
def test_tables_of_masks_and_points_are_refused(tmp_path, header):
    write(tmp_path / "in/a.png", picture(1))
    delimiter = max(",;\t", key=header.count)
    cells = ["a.png" if name == "file" else "3" for name in header.split(delimiter)]
    table = write(tmp_path / "in/t.csv", f"{header}\n{delimiter.join(cells)}\n")
    with pytest.raises(RecipeError, match=r"recipe|out\.yaml") as caught:
        run(table, tmp_path / "out", dataset={"format": "csv"})
    assert "t.csv is a table of" in str(caught.value)
    assert not (tmp_path / "out").exists()
    assert augment("init", table).returncode == 2
    run(table, tmp_path / "out", dataset={"format": "csv", "annotations": "ignore"})
    assert len(manifest(tmp_path / "out")) == 3


def test_columns_of_other_tables_are_not_boxes():
    for columns in ("file,label,width,height", "file,label,x,y", "id,file,mask", "path,box_office"):
        assert label_columns(columns.split(","), ["a", "b", "c", "d"]) is None
    assert label_columns(["image", "mask_path"], ["a.png", "a_m.png"]) is not None


def test_run_and_init_say_the_same_and_write_nothing(tmp_path):
    photos = dataset(tmp_path / "in", REFUSED["labelme"][0])
    done = augment("run", write_recipe(photos, tmp_path / "out"))
    begun = augment("init", photos)
    assert (done.returncode, begun.returncode) == (2, 0)
    asked = begun.stdout.replace("\n  #   ", " ")
    assert "# question:" in asked
    for told in (done.stderr, asked):
        assert "1.json" in told
        assert "would be without such labels" in told
    assert not (tmp_path / "out").exists()
    assert augment("init", photos / "1.json").returncode == 2


@pytest.mark.parametrize(
    ("case", "format_"), [("VOC", "voc"), ("images and masks", "masks"), ("YOLO", "yolo")]
)
def test_what_can_be_read_is_told_by_run_and_taken_by_init(tmp_path, case, format_):
    photos = dataset(tmp_path / "in", REFUSED[case][0])
    done = augment("run", write_recipe(photos, tmp_path / "out"))
    assert done.returncode == 2
    assert f"`format: {format_}` under `dataset` reads them" in done.stderr
    begun = augment("init", photos)
    assert f"  format: {format_}\n" in begun.stdout
