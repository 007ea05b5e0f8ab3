"""Tables of boxes: columns under the names that people have, rows written as they are read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from augcli.errors import SampleError
from augcli.image.annotations.base import NO_AREA, OUTSIDE, TWICE, UNORDERED, Damage
from augcli.image.annotations.box_table import Output, parse_table, table_text
from augcli.image.targets import Target

SIZE = (200, 100)
CORNERS = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
OPEN_IMAGES = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated\n"
    "000a,xclick,/m/01g317,1,0.25,0.5,0.1,0.9,0,0\n"
)


def parsed(text: str, file: str = "a.jpg", told: dict[str, str] | None = None):
    table = parse_table(text.encode(), "x.csv", told)
    return table.boxes.parse(table.pictures[file], SIZE, "x.csv")


def written(text: str, *outputs: tuple[str, str, tuple[Target, ...] | None]) -> str:
    table = parse_table(text.encode(), "x.csv")
    made = [Output(name, SIZE, table.pictures[source], some) for name, source, some in outputs]
    return "".join(table_text(table, made))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{CORNERS}a.jpg,200,100,cat,10,20,30,40\n", (10, 20, 30, 40)),
        ("image_path;label;x1;y1;x2;y2\na.jpg;cat;10;20;30;40\n", (10, 20, 30, 40)),
        ("path,class,x0,y0,x1,y1\na.jpg,cat,10,20,30,40\n", (10, 20, 30, 40)),
        ("image\tclass\tleft\ttop\tright\tbottom\na.jpg\tcat\t10\t20\t30\t40\n", (10, 20, 30, 40)),
        ("img,name,x,y,w,h\na.jpg,cat,10,20,20,20\n", (10, 20, 30, 40)),
        (
            "img,name,bbox_x,bbox_y,bbox_width,bbox_height\na.jpg,cat,10,20,20,20\n",
            (10, 20, 30, 40),
        ),
        ("img,name,left,top,width,height\na.jpg,cat,10,20,20,20\n", (10, 20, 30, 40)),
        ("img,name,x_center,y_center,width,height\na.jpg,cat,20,30,20,20\n", (10, 20, 30, 40)),
        (
            'image_id,width,height,bbox,class\na.jpg,200,100,"[10.0, 20, 20, 20]",cat\n',
            (10, 20, 30, 40),
        ),
        ("a.jpg,10,20,30,40,cat\n", (10, 20, 30, 40)),
        ("ImageID,LabelName,XMin,XMax,YMin,YMax\na.jpg,cat,0.05,0.15,0.2,0.4\n", (10, 20, 30, 40)),
        ("img,name,cx,cy,w,h\na.jpg,cat,0.1,0.3,0.1,0.2\n", (10, 20, 30, 40)),
    ],
)
def test_every_way_of_telling_a_box(text, expected):
    (target,) = parsed(text).targets
    assert target.label == "cat"
    assert target.box == pytest.approx(expected)
    assert written(text, ("a.jpg", "a.jpg", None)) == text
    again = written(text, ("a.jpg", "a.jpg", (target,)))
    assert again == text.replace("10.0", "10")


def test_a_copy_has_its_own_name_size_and_places_and_all_else_of_its_source():
    (target,) = parsed(OPEN_IMAGES, "000a").targets
    assert target.box == pytest.approx((50, 10, 100, 90))
    assert target.extra["Source"] == "xclick"
    moved = replace(target, box=(0, 0, 50, 25), share=0.5)
    assert written(OPEN_IMAGES, ("000a", "000a", None), ("000a.aug-000", "000a", (moved,))) == (
        f"{OPEN_IMAGES}000a.aug-000,xclick,/m/01g317,1,0,0.25,0,0.25,0,1\n"
    )


def test_the_size_of_the_picture_is_told_and_written():
    text = f"{CORNERS}a.jpg,200,100,cat,10,20,30,40\n"
    found = parsed(text)
    assert found.told == SIZE
    table = parse_table(text.encode(), "x.csv")
    (row,) = table.boxes.render(found.targets, (400, 50), "b.jpg")
    assert row == "b.jpg,400,50,cat,10,20,30,40\n"


def test_rows_of_pictures_without_objects_stay_and_copies_have_such_rows_too():
    text = "a.jpg,10,20,30,40,cat\r\nb.jpg,,,,,\r\n"
    assert parsed(text, "b.jpg").targets == ()
    made = written(text, ("a.jpg", "a.jpg", None), ("b.jpg", "b.jpg", None), ("c.jpg", "b.jpg", ()))
    assert made == f"{text}c.jpg,,,,,\r\n"


def test_a_picture_that_lost_all_objects_has_a_row_with_what_is_told_of_pictures():
    header = "image_id,width,height,source,bbox,occluded,class\n"
    two = 'a.jpg,400,100,farm,"[1, 2, 3, 4]",0,cat\na.jpg,400,100,farm,"[5, 2, 3, 4]",1,cat\n'
    text = f"{header}{two}b.jpg,400,100,wood,,,\n"
    made = written(text, ("c.jpg", "a.jpg", ()), ("d.jpg", "b.jpg", ()))
    assert made == f"{header}c.jpg,200,100,farm,,,\nd.jpg,200,100,wood,,,\n"


def test_what_is_told_of_one_object_alone_is_not_of_its_picture():
    text = "path,class,x0,y0,x1,y1,occluded\na.jpg,cat,10,20,30,40,1\n"
    assert written(text, ("b.jpg", "a.jpg", ())).endswith("b.jpg,,,,,,\n")


def test_without_a_column_of_classes_all_objects_are_of_one():
    text = "image_id,x,y,w,h\na.jpg,1,2,30,40\n"
    (target,) = parsed(text).targets
    assert target.label == "object"
    assert written(text, ("a.jpg", "a.jpg", (target,))) == text


def test_columns_can_be_told():
    text = "what,where,x,y,w,h\ncat,a.jpg,1,2,30,40\n"
    (target,) = parsed(text, told={"file": "where", "label": "what"}).targets
    assert target.label == "cat"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "x.csv is empty"),
        ("a,b\n", "x.csv:1: no columns tell boxes, such as xmin, ymin, xmax, ymax; there are a, b"),
        ("x,y,w,h\n", "x.csv:1: no column tells the picture; there are x, y, w, h"),
        (f"{CORNERS}a.jpg,1,1,cat,1,2,3\n", "x.csv:2: 7 cells, where the header has 8"),
        (f"{CORNERS}a.jpg,1,1,cat,1,x,3,4\n", "x.csv:2: 'x' is no number"),
        (f"{CORNERS}a.jpg,1,1,cat,1,,3,4\n", "x.csv:2: '' is no number"),
        (f"{CORNERS}a.jpg,1,1,cat,1,nan,3,4\n", "x.csv:2: 'nan' is no number of a picture"),
        (f"{CORNERS}a.jpg,1,1,,1,2,3,4\n", "x.csv:2: the object has no 'class'"),
        ('image,bbox\na.jpg,"[1, 2, 3]"\n', "x.csv:2: 3 numbers, and not x, y, width and height"),
        (f'{CORNERS}a.jpg,1,1,"cat,1,2,3,4\n', "x.csv:2: unexpected end of data; are its quotes"),
        ("\n\xff", "x.csv:2: it is not UTF-8"),
    ],
)
def test_tables_that_cannot_be_used_are_told_with_their_line(text, told):
    with pytest.raises(SampleError, match=f"^{re.escape(told)}"):
        table = parse_table(text.encode("latin-1"), "x.csv")
        table.boxes.parse(table.pictures["a.jpg"], SIZE, "x.csv")


def test_rows_that_cannot_be_used_harm_no_other_picture():
    text = f"{CORNERS}a.jpg,1,1,cat,1,2\n,1,1,cat,1,2,3,4\nb.jpg,200,100,cat,1,2,3,4\n"
    table = parse_table(text.encode(), "x.csv")
    assert table.damaged == (Damage("x.csv:3", "the row names no picture"),)
    assert len(table.boxes.parse(table.pictures["b.jpg"], SIZE, "x.csv").targets) == 1
    with pytest.raises(SampleError, match=r"^x.csv:2: 6 cells, where the header has 8$"):
        table.boxes.parse(table.pictures["a.jpg"], SIZE, "x.csv")


def test_a_column_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(SampleError, match="no column 'clas'; did you mean 'class'"):
        parse_table(CORNERS.encode(), "x.csv", {"label": "clas"})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a.jpg,200,100,cat,30,20,10,40", [UNORDERED]),
        ("a.jpg,200,100,cat,30,20,30,40", [NO_AREA]),
        ("a.jpg,200,100,cat,30,20,300,40", [OUTSIDE]),
        ("a.jpg,200,100,cat,30,20,40,40\na.jpg,200,100,cat,30,20,40,40", [TWICE]),
    ],
)
def test_what_is_odd_is_told_and_no_object_is_lost(row, expected):
    found = parsed(f"{CORNERS}{row}\n")
    assert [note.text for note in found.notes] == expected
    assert len(found.targets) == 1


def test_cells_with_line_ends_and_quotes_stay_as_they_are():
    text = (
        'file,label,note,x,y,w,h\na.jpg,cat,"two\nlines, ""quoted""",1,2,3,4\nb.jpg,cat,,1,2,3,4\n'
    )
    assert written(text, ("a.jpg", "a.jpg", None), ("b.jpg", "b.jpg", None)) == text
    with pytest.raises(SampleError, match=r"^x\.csv:4: 'q' is no number"):
        parsed(text.replace("b.jpg,cat,,1", "b.jpg,cat,,q"), "b.jpg")


def test_an_original_under_another_name_keeps_its_numbers():
    text = "file,label,x,y,w,h\na.jpg,cat,1.50,2.0,3.25,4\n"
    assert written(text, ("train/a.jpg", "a.jpg", None)) == text.replace("a.jpg", "train/a.jpg")


whole = st.tuples(st.integers(0, 199), st.integers(0, 99), st.integers(1, 200), st.integers(1, 100))


@given(whole.filter(lambda box: box[0] < box[2] and box[1] < box[3]))
def test_whole_pixels_come_back(box):
    text = f"{CORNERS}a.jpg,200,100,cat,10,20,30,40\n"
    made = written(text, ("a.jpg", "a.jpg", (Target(label="cat", box=box),)))
    assert parsed(made).targets[0].box == box


fractions = st.floats(0, 1)


@given(st.tuples(fractions, fractions), st.tuples(fractions, fractions))
def test_fractions_come_back_to_six_decimals(xs, ys):
    (left, right), (top, bottom) = sorted(xs), sorted(ys)
    box = (left * 200, top * 100, right * 200, bottom * 100)
    for header in ("xmin,ymin,xmax,ymax", "x,y,w,h", "cx,cy,w,h"):
        text = f"file,label,{header}\na.jpg,cat,0.5,0.5,0.5,0.5\nb.jpg,cat,0.25,0.25,0.5,0.5\n"
        target = Target(label="cat", box=box)
        made = written(text, ("a.jpg", "a.jpg", (target,)), ("b.jpg", "b.jpg", None))
        assert parsed(made).targets[0].box == pytest.approx(box, abs=4e-4)


@given(
    st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(lambda t: t.strip() == t)
)
def test_any_name_comes_back(label):
    text = f"{CORNERS}a.jpg,200,100,cat,10,20,30,40\n"
    made = written(text, ("a.jpg", "a.jpg", (Target(label=label, box=(1, 2, 3, 4)),)))
    assert parsed(made).targets[0].label == label
