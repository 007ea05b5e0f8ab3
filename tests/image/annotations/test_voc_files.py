"""Pascal VOC files: what is read is written back, and what cannot be read is told with its line."""

from __future__ import annotations

import re

import pytest
from datasets import real
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from augcli.errors import SampleError
from augcli.image.annotations.base import NO_AREA, OUTSIDE, TWICE, UNORDERED
from augcli.image.annotations.voc import FROM_ZERO, NO_SIZE, OTHER_NAME, SEVERAL, SIDED, Voc
from augcli.image.annotations.voc_lists import listed, of_outputs
from augcli.image.targets import Target

SIZE = (200, 100)
SIZES = "<size><width>200</width><height>100</height><depth>3</depth></size>"
INDENTED = """<?xml version="1.0"?>
<!-- by hand -->
<annotation verified="yes">
  <folder>x</folder>
  <filename>a.jpg</filename>
  <path>C:\\x\\a.jpg</path>
  <size>
    <width>200</width>
    <height>100</height>
  </size>
  <object>
    <difficult>1</difficult>
    <bndbox>
      <xmin>11</xmin>
      <ymin>21</ymin>
      <xmax>30</xmax>
      <ymax>40</ymax>
    </bndbox>
    <name>a &amp; b</name>
    <attributes><shade>red</shade></attributes>
  </object>
  <segmented>0</segmented>
</annotation>
"""


def box(*sides: object, name: str = "cat", more: str = "") -> str:
    tags = zip(("xmin", "ymin", "xmax", "ymax"), sides, strict=True)
    inner = "".join(f"<{tag}>{side}</{tag}>" for tag, side in tags)
    return f"<object><name>{name}</name><bndbox>{inner}</bndbox>{more}</object>"


def file(*objects: str, size: str = SIZES) -> bytes:
    return f"<annotation>{size}{''.join(objects)}</annotation>".encode()


def parsed(data: bytes):
    return Voc().parse(data, SIZE, "a.xml")


def test_real_files_are_written_back_byte_for_byte():
    files = sorted((real("bccd_voc") / "Annotations").glob("*.xml"))
    assert len(files) >= 16
    for each in files:
        data = each.read_bytes()
        found = Voc().parse(data, (640, 480), each.name)
        assert {note.text for note in found.notes} <= {NO_AREA}
        assert found.told == (640, 480)
        assert Voc().render(found.targets, (640, 480), data) == data


def test_real_objects_are_written_as_their_file_has_them(shared_data):
    """Without the first object, all bytes but those of its own are as they were."""
    for each in sorted((shared_data / "bccd_voc/Annotations").glob("*.xml"))[::5]:
        data = each.read_bytes()
        found = Voc().parse(data, (640, 480), each.name)
        if found.notes or not found.targets:
            continue
        expected = re.sub(rb"\s*<object>.*?</object>", b"", data, count=1, flags=re.DOTALL)
        assert Voc().render(found.targets[1:], (640, 480), data) == expected


def test_pixels_are_counted_from_one_and_both_ends_are_inside():
    whole, some = parsed(file(box(1, 1, 200, 100), box(11, 21, 30, 40))).targets
    assert whole.box == (0, 0, 200, 100)
    assert some.box == (10, 20, 30, 40)


def test_a_box_of_one_pixel_across_has_an_area():
    assert parsed(file(box(5, 1, 5, 9))).targets[0].box == (4, 0, 5, 9)


def test_pixels_that_are_counted_from_zero_stay_so():
    data = file(box(0, 20, 30, 40), box(10, 20, 200, 100))
    found = parsed(data)
    assert [note.text for note in found.notes] == [FROM_ZERO]
    assert [each.box for each in found.targets] == [(0, 20, 30, 40), (10, 20, 200, 100)]
    first, second = found.targets
    moved = parsed(Voc().render((replace(first, box=(5, 5, 9, 9)), second), SIZE, data))
    written = Voc().render((first, replace(second, box=(5, 5, 9, 9))), SIZE, data)
    assert moved.targets[1].box == (9, 19, 200, 100)  # no zero is left that tells
    assert re.findall(rb"<xmin>(\d+)", written) == [b"0", b"5"]


def test_a_file_of_numbers_with_fractions_keeps_them():
    data = file(box(10.5, 20, 30.25, 40))
    (target,) = parsed(data).targets
    assert target.box == (9.5, 19, 30.25, 40)
    moved = replace(target, box=(1.5, 2, 3.125, 4))
    assert parsed(Voc().render((moved,), SIZE, data)).targets == (moved,)


def test_a_copy_has_its_own_name_size_and_places_and_all_else_of_its_source():
    data = INDENTED.encode()
    (target,) = parsed(data).targets
    assert target.label == "a & b"
    assert target.extra == {"difficult": "1", "attributes": "<shade>red</shade>"}
    moved = replace(target, box=(0, 0, 5, 5))
    written = Voc().render((moved,), (20, 10), data, "train/JPEGImages/a.aug-000.jpg").decode()
    expected = INDENTED.replace("a.jpg", "a.aug-000.jpg")
    for tag, old, new in (
        ("width", 200, 20),
        ("height", 100, 10),
        ("xmin", 11, 1),
        ("ymin", 21, 1),
        ("xmax", 30, 5),
        ("ymax", 40, 5),
    ):
        expected = expected.replace(f"<{tag}>{old}<", f"<{tag}>{new}<")
    assert written == expected


def test_an_unchanged_copy_differs_in_its_name_alone():
    data = INDENTED.encode()
    written = Voc().render(parsed(data).targets, SIZE, data, "b.jpg")
    assert written.decode() == INDENTED.replace("a.jpg", "b.jpg")


@pytest.mark.parametrize("told", ["a.png", "a", "C:\\x\\a.jpg", "a &amp; b.jpg", ""])
def test_the_name_of_another_picture_is_told_with_its_line(told: str):
    name = "a & b.xml" if "&" in told else "a.xml"
    data = INDENTED.replace("a.jpg", told, 1).encode()
    assert not [n for n in Voc().parse(data, SIZE, name).notes if n.text == OTHER_NAME]
    other = Voc().parse(INDENTED.replace("a.jpg", "a/b.jpg", 1).encode(), SIZE, name)
    assert [n.place for n in other.notes if n.text == OTHER_NAME] == [f"{name}:5"]


def test_an_object_that_is_cut_off_is_told_so():
    data = file(box(11, 21, 30, 40, more="<truncated>0</truncated>"))
    (target,) = parsed(data).targets
    cut = parsed(Voc().render((replace(target, box=(0, 0, 5, 5), share=0.5),), SIZE, data))
    assert cut.targets[0].extra == {"truncated": "1"}


def test_polygons_are_outlines():
    more = "<polygon><x1>1.5</x1><y1>2</y1><x2>9</x2><y2>2</y2><x3>9</x3><y3>8</y3></polygon>"
    data = file(box(1.5, 2, 9, 8, more=more))
    (target,) = parsed(data).targets
    assert target.rings == (((1.5, 2), (9, 2), (9, 8)),)
    moved = replace(target, rings=(((0, 1), (2, 1), (2, 3)),))
    assert parsed(Voc().render((moved,), SIZE, data)).targets == (moved,)


def test_a_file_of_its_own_has_all_that_readers_ask_for():
    written = Voc().render((Target(label="<cat>", box=(0, 0, 20, 10)),), SIZE, picture="b/a.jpg")
    found = parsed(written)
    assert found.told == SIZE
    assert found.targets[0].label == "<cat>"
    assert found.targets[0].extra == {"pose": "Unspecified", "truncated": "0", "difficult": "0"}
    assert b"<filename>a.jpg</filename>" in written


def test_a_picture_without_objects_is_no_fault():
    assert parsed(file()).targets == ()
    assert Voc().render((), SIZE, INDENTED.encode()).count(b"object") == 0


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "a.xml:1: it is no XML: no element found"),
        (b"<annotation>\n<x></annotation>", "a.xml:2: it is no XML: mismatched tag"),
        (b"<annotations/>", "a.xml:1: <annotation> is expected, and not <annotations>"),
        (file("<object><name>x</name></object>"), "a.xml:1: the object has no <bndbox>"),
        (file(box(1, 2, 3, 4, name=" ")), "a.xml:1: the object has no <name>"),
        (file("\n<object><bndbox/></object>"), "a.xml:2: <bndbox> has no <xmin>"),
        (file("\n" + box(1, "x", 3, 4)), "a.xml:2: <ymin> is no number: 'x'"),
        (file("\n" + box(1, "nan", 3, 4)), "a.xml:2: <ymin> is no number of a picture"),
        (file(size="\n<size><width>x</width></size>"), "a.xml:2: <width> is no number: 'x'"),
        (
            b'\n<!DOCTYPE a [<!ENTITY x "y">]><annotation/>',
            "a.xml:2: it declares entities (x), which are not allowed",
        ),
        (b"<annotation>\n\xe4</annotation>", "a.xml:2: it is not UTF-8"),
        (b"<annotation>" + b"<x>" * 60, "a.xml:1: elements in more than 50 others"),
    ],
)
def test_files_that_cannot_be_used_are_told_with_their_line(data, told):
    with pytest.raises(SampleError, match=f"^{re.escape(told)}"):
        parsed(data)


def test_a_file_outside_is_not_read(tmp_path):
    (tmp_path / "secret").write_text("secret")
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{tmp_path / "secret"}">]>'
    with pytest.raises(SampleError, match="it declares entities"):
        parsed(f"{entity}<annotation><object><name>&x;</name></object></annotation>".encode())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (file(box(1, 1, 9, 9), size=""), [NO_SIZE]),
        (file(box(1, 1, 9, 9), size="<size><width>0</width><height>0</height></size>"), [NO_SIZE]),
        (file(box(9, 1, 3, 9)), [UNORDERED]),
        (file(box(5, 0, 5, 9)), [FROM_ZERO, NO_AREA]),
        (file(box(5, 1, 201, 9)), [OUTSIDE]),
        (file(box(5, 1, 50, 9), box(5, 1, 50, 9)), [TWICE]),
        (file(box(5, 1, 50, 9), box(5, 1, 50, 9, more="<difficult>1</difficult>")), []),
        (file(box(5, 1, 50, 9, more="<bndbox/>")), [SEVERAL]),
        (
            file(box(5, 1, 50, 9, more="<part><name>head</name></part>")),
            ["<part> is not moved; it is left out of copies"],
        ),
        (file(box(5, 1, 50, 9, more="<pose>Left</pose>")), [SIDED]),
        (file(box(5, 1, 50, 9, more="<pose>Frontal</pose>")), []),
    ],
)
def test_what_is_odd_is_told_and_no_object_is_lost(data, expected):
    found = parsed(data)
    assert [note.text for note in found.notes] == expected
    assert len(found.targets) == data.count(b"<object>") - expected.count(TWICE)
    assert Voc().render(found.targets, SIZE, data) == data


def test_parts_do_not_stay_where_they_were_in_copies():
    data = file(box(5, 1, 50, 9, more="<part><name>head</name></part>"))
    (target,) = parsed(data).targets
    assert b"part" not in Voc().render((replace(target, box=(0, 0, 5, 5)),), SIZE, data)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("JPEGImages/a.jpg", "Annotations/a.xml"),
        ("VOC2007/JPEGImages/sub/a.b.jpg", "VOC2007/Annotations/sub/a.b.xml"),
        ("JPEGImages/JPEGImages/a.jpg", "JPEGImages/Annotations/a.xml"),
        ("train/a.jpg", "train/a.xml"),
    ],
)
def test_where_files_lie(picture, expected):
    assert Voc().beside(picture) == expected


def test_lists_have_copies_where_their_sources_are():
    copies, there = {"a": ["a.aug-000", "a.aug-001"], "c": ["c.aug-000"]}, {"a", "b", "c"}
    assert listed(b"a  1\r\n\r\nb -1", "train.txt") == ("a", "b")
    assert (
        of_outputs(b"a  1\r\nb -1", "x", there, copies)
        == b"a  1\r\nb -1\r\na.aug-000  1\r\na.aug-001  1\r\n"
    )
    assert of_outputs(b"\xef\xbb\xbfb\n\n", "x", there, copies) == b"\xef\xbb\xbfb\n\n"
    assert of_outputs(b"c\n", "x", there, copies) == b"c\nc.aug-000\n"


def test_lists_name_no_original_that_is_not_there():
    copies = {"a": ["a.aug-000"]}
    assert of_outputs(b"a 1\nb 1\nc -1", "x", {"c"}, copies) == b"c -1\na.aug-000 1\n"
    assert of_outputs(b"a 1\n", "x", set(), copies) == b"a.aug-000 1\n"


sides = st.tuples(st.integers(2, 300), st.integers(2, 300))


@given(st.data(), sides)
def test_whole_pixels_come_back(data, size):
    width, height = size
    left, top = data.draw(st.integers(0, width - 2)), data.draw(st.integers(0, height - 2))
    right = data.draw(st.integers(left + 2, width))
    bottom = data.draw(st.integers(top + 2, height))
    target = Target(label="cat", box=(left, top, right, bottom))
    written = Voc().render((target,), size)
    assert Voc().parse(written, size, "a.xml").targets[0].box == target.box


fractions = st.floats(0, 1)


@given(st.tuples(fractions, fractions), st.tuples(fractions, fractions), sides)
def test_any_box_is_written_with_an_area_and_within_the_picture(xs, ys, size):
    (left, right), (top, bottom) = sorted(xs), sorted(ys)
    width, height = size
    real = (left * width, top * height, right * width, bottom * height)
    written = Voc().render((Target(label="cat", box=real),), size)
    xmin, ymin, xmax, ymax = (int(number) for number in re.findall(rb"<[xy]m..>(\d+)", written))
    assert 1 <= xmin < xmax <= width
    assert 1 <= ymin < ymax <= height
    (read,) = Voc().parse(written, size, "a.xml").targets
    assert read.box == pytest.approx(real, abs=2.5)


@given(
    st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(lambda t: t.strip() == t)
)
def test_any_name_comes_back(label):
    written = Voc().render((Target(label=label, box=(0, 0, 9, 9)),), SIZE)
    assert parsed(written).targets[0].label == label


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\ufffe", "\ud800"])
def test_a_name_that_xml_cannot_hold_is_refused(letter):
    target = Target(label=f"cat{letter}", box=(0, 0, 9, 9))
    with pytest.raises(SampleError, match=r"^'cat.* has letters that XML cannot hold"):
        Voc().render((target,), SIZE)
