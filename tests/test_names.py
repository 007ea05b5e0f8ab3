"""Output names: from the id alone, never two alike, on file systems blind to case too."""

import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from helpers import manifest, picture, run, tree, write
from hypothesis import example, given
from hypothesis import strategies as st

from augcli.image.config import ImageOutput
from augcli.image.formats import IMAGE_EXTENSIONS, encoding_for
from augcli.names import Bases, encoded_name, twins

COPIES = (0, 7, 999, 1000, 123456)


def outputs_of(sample_id, *, twin=False, format_="keep", in_split_folder=False, split="train"):
    """Return every name that a source may ever give: itself, re-encoded, and copies."""
    same = {sample_id} if twin else ()
    base = Bases(in_split_folder=in_split_folder, twins=same)(sample_id, split)
    extension = encoding_for(sample_id, ImageOutput(format=format_))[1]
    encoded = [encoded_name(base, extension, copy) for copy in (None, *COPIES)]
    return list(dict.fromkeys([base, *encoded]))


def seen_by_blind_disk(name):
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


@pytest.mark.parametrize(
    ("sample_id", "format_", "expected"),
    [
        ("train/brick/0001.jpg", "keep", "train/brick/0001.aug-000.jpg"),
        ("train/brick/0001.png", "jpeg", "train/brick/0001.png.aug-000.jpg"),
        ("train/brick/0001.jpeg", "jpeg", "train/brick/0001.aug-000.jpeg"),
        ("train/brick/0001.JPG", "keep", "train/brick/0001.aug-000.JPG"),
        ("train/brick/0001.bmp", "png", "train/brick/0001.bmp.aug-000.png"),
        ("train/brick/no. 1 (a).png", "keep", "train/brick/no. 1 (a).aug-000.png"),
    ],
)
def test_plain_names_stay_readable(sample_id, format_, expected):
    names = outputs_of(sample_id, format_=format_, in_split_folder=True)
    assert names[0] == sample_id
    assert expected in names


def test_numbers_have_three_digits_and_are_never_padded_further():
    numbers = [name.split(".aug-")[1] for name in outputs_of("a.png")[1:]]
    assert numbers == ["000.png", "007.png", "999.png", "1000.png", "123456.png"]


STEMS = ["a", "A", "0001", "con", "lpt1.x", "a.aug-000", "a.aug-0007", "a~0123abcd", "é", "e\u0301"]
STEMS += ["ß", "ss", "ﬁ", "x.", "x ", "-rf", "a\nb", "a\udcffb", "a:b", "a_b", "ä" * 120]
STEMS += ["x" * 230, "x" * 239, "y" * 251, "İ", "i̇", "*", "a.png", "a.jpg", "A.PNG", ".hidden"]
EXTENSIONS = [".jpg", ".JPG", ".jpeg", ".png", ".apng", ".tif", ".tiff", ".webp", ".j2k", ".jp2"]
EXTENSIONS += [
    ".ico",
    "." + "z" * 237,
    ".pgm",
    ".pfm",
    ".bmp",
    ".dib",
    ".foo",
    "",
    ".aug-000",
    "." + "z" * 100,
]
FOLDERS = ["", "a/", "A/", "con/", "a b/", "a:/", "d./", "d../", "ö/", "o\u0308/", "n" * 255 + "/"]

names = st.builds(
    "".join, st.tuples(*map(st.sampled_from, (FOLDERS, STEMS, EXTENSIONS, EXTENSIONS)))
)
legal = names.filter(
    lambda name: (
        PurePosixPath(name).name
        and str(PurePosixPath(name)) == name
        and all(len(part.encode("utf-8", "surrogateescape")) <= 255 for part in name.split("/"))
    )
)


@given(st.sets(legal, min_size=2, max_size=12), st.sampled_from(["keep", "jpeg", "png", "tiff"]))
@example({"a.j2k", "a.j2k.png"}, "keep")
@example({"a", "a.png"}, "keep")
@example({"a.foo", "a.foo.png"}, "keep")
@example({"0001.png", "0001.png.jpg"}, "jpeg")
@example({"0001.jpg", "0001.aug-000.jpg"}, "keep")
def test_no_two_sources_share_a_name(ids, format_):
    alike = twins(ids)
    owner = {}
    for each in sorted(ids):
        for name in outputs_of(each, twin=each in alike, format_=format_):
            first = owner.setdefault(seen_by_blind_disk(name), each)
            assert first == each, f"{first!r} and {each!r} both give {name!r}"


@given(legal, st.booleans(), st.sampled_from(["keep", "jpeg", "tiff"]))
@example("a." + "z" * 237, True, "keep")
@example("x" * 238 + ". b.png", True, "keep")
def test_every_name_is_one_that_all_file_systems_take(sample_id, twin, format_):
    for name in outputs_of(sample_id, twin=twin, format_=format_):
        for part in name.split("/"):
            assert len(part.encode()) <= 255
            assert not set(part) & set('<>:"|?*\\\0\n\r\t')
            assert part == part.rstrip(". ")
            assert part.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "lpt1"}


@given(st.sets(legal, max_size=8), legal)
def test_a_new_neighbour_renames_nothing_but_its_twins(ids, new):
    ids.discard(new)
    before, after = twins(ids), twins(ids | {new})
    for each in ids:
        if seen_by_blind_disk(each) != seen_by_blind_disk(new):
            assert outputs_of(each, twin=each in before) == outputs_of(each, twin=each in after)


HOSTILE_SPLITS = ["/tmp/evil", "../evil", "a/../../evil", "..", ".", ".augment", ".AUGMENT"]
HOSTILE_SPLITS += ["manifest.jsonl", "run.json", "failures.jsonl", "a/b", "nul", "x\0y", "~", " "]


@pytest.mark.parametrize("split", HOSTILE_SPLITS)
def test_a_split_is_one_plain_folder_whatever_a_table_says(split):
    folder, *rest = Bases(in_split_folder=False)("x.jpg", split).split("/")
    assert len(rest) == 1
    assert folder not in {"", "..", "."}
    reserved = {".augment", "manifest.jsonl", "run.json", "failures.jsonl", "nul"}
    assert folder.casefold() not in reserved


ODD_FILES = [
    *["a.png", "a.jpg", "a.png.jpg", "A.png", "a.aug-000.png", "-rf.png", "con.png", "sp ace .png"],
    *["new\nline.png", "é.png", "e\u0301.png", "x" * 251 + ".png", "q?*:.png"],
    *["a/b.png", "A/b.png", "dots./c.png", "x.. /d.png", "quote'\".png", "ﬀ.png", "tab\t.png"],
]


def test_every_extension_of_a_picture_may_have_stayed_in():
    for extension in IMAGE_EXTENSIONS:
        (plain,) = set(outputs_of(f"a{extension}")) & {f"train/a{extension}"}
        assert plain not in outputs_of(f"a{extension}.png")
        assert outputs_of(f"a{extension}.png")[0] != f"train/a{extension}.png"


def test_a_run_keeps_odd_names_apart(tmp_path):
    for number, name in enumerate(ODD_FILES):
        write(tmp_path / "in/cat" / name, picture(number, Path(name).suffix))
    write(tmp_path / "in/cat/\udcff\udcfe.png", picture(99))
    run(tmp_path / "in", tmp_path / "out", copies=2, output={"image": {"format": "jpeg"}})
    records = manifest(tmp_path / "out")
    assert len(records) == 3 * (len(ODD_FILES) + 1)
    assert len({seen_by_blind_disk(each["output"]) for each in records}) == len(records)
    files = {name for name, digest in tree(tmp_path / "out").items() if digest != "folder"}
    assert files == {each["output"] for each in records} | {"manifest.jsonl"}
    assert {each["source"] for each in records} >= {f"cat/{name}" for name in ODD_FILES}


def test_a_new_neighbour_leaves_files_alone(tmp_path):
    photos, out = tmp_path / "in", tmp_path / "out"
    write(photos / "cat/a.png", picture(1))
    write(photos / "cat/B.png", picture(2))
    run(photos, out)
    before = tree(out)
    for number, name in enumerate(["a.png.jpg", "a.aug-000.png", "aa.png", "a.jpg"]):
        write(photos / "cat" / name, picture(10 + number, Path(name).suffix))
    summary = run(photos, out)
    assert summary.made == 3 * 4
    assert {**tree(out), **before, "manifest.jsonl": ""} == {**tree(out), "manifest.jsonl": ""}


def test_case_twins_are_the_documented_exception(tmp_path):
    """The capital one moves aside when its twin comes, and back when it goes."""
    photos, out = tmp_path / "in", tmp_path / "out"
    write(photos / "cat/B.png", picture(2))
    run(photos, out)
    alone = tree(out)
    write(photos / "cat/b.png", picture(3))
    run(photos, out)
    outputs = {each["output"]: each["source"] for each in manifest(out)}
    assert outputs["train/cat/b.png"] == "cat/b.png"
    assert "train/cat/B.png" not in outputs
    (photos / "cat/b.png").unlink()
    run(photos, out)
    assert tree(out) == alone
