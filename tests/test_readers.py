"""Listings of pictures: what is taken, what is refused, and that nothing leads outside."""

import os
from pathlib import Path

import pytest
from helpers import augment, failures, make_photos, manifest, picture, run, write, write_recipe

from augcli.dataset.leaks import leaks
from augcli.errors import FindingsError, SettingError
from augcli.image.config import ImageDatasetSettings
from augcli.image.readers import scan


def scanned(path: Path, **settings):
    return scan(ImageDatasetSettings(path=str(path), **settings), path)


def listed(path: Path, **settings):
    return [(each.id, each.split, each.label) for each in scanned(path, **settings)]


def refused(path: Path, **settings):
    return {sample.id: reason for sample, reason in scanned(path, **settings).rejected}


def table(folder: Path, *lines: str) -> Path:
    return write(folder / "labels.csv", "\n".join(["file,label,split", *lines]) + "\n")


def test_class_folders_without_splits(tmp_path):
    make_photos(tmp_path, {"cat": 2, "dog/small": 1, ".": 1})
    assert listed(tmp_path) == [
        ("00.png", "train", None),
        ("cat/00.png", "train", "cat"),
        ("cat/01.png", "train", "cat"),
        ("dog/small/00.png", "train", "dog"),
    ]


@pytest.mark.parametrize("name", ["train", "Training", "val", "VALID", "dev", "testing"])
def test_split_folders(tmp_path, name):
    make_photos(tmp_path, {f"{name}/cat": 1, "test": 1})
    found = [(f"{name}/cat/00.png", name, "cat"), ("test/00.png", "test", None)]
    assert listed(tmp_path) == sorted(found)
    assert scanned(tmp_path).held_out


@pytest.mark.parametrize("beside", ["cat/00.png", "00.png"])
def test_half_a_layout_of_splits_is_an_error(tmp_path, beside):
    make_photos(tmp_path, {"train/cat": 1})
    write(tmp_path / beside, picture(1))
    with pytest.raises(SettingError, match="beside it") as caught:
        scanned(tmp_path)
    assert beside.partition("/")[0] in str(caught.value)
    assert len(scanned(tmp_path, exclude=(beside,))) == 1


def test_only_pictures_nothing_hidden_and_as_chosen(tmp_path):
    make_photos(tmp_path, {"cat": 2, ".git": 1, "cat/.thumbs": 1, "drafts": 1})
    write(tmp_path / "cat/notes.txt", "no picture")
    write(tmp_path / "cat/.hidden.png", picture(1))
    write(tmp_path / "cat/UPPER.JPG", picture(1, ".jpg"))
    assert [each[0] for each in listed(tmp_path, exclude=("drafts/**",))] == [
        *["cat/00.png", "cat/01.png", "cat/UPPER.JPG"]
    ]
    assert [each[0] for each in listed(tmp_path, include=("**/0?.png",))] == [
        *["cat/00.png", "cat/01.png", "drafts/00.png"]
    ]
    notes = [note.message for note in scanned(tmp_path).notes]
    assert notes == ["left out 1 file ending in .txt: not pictures"]


@pytest.mark.parametrize("content", [[], ["notes.txt"], ["drafts/a.png"]])
def test_a_dataset_without_pictures_is_an_error(tmp_path, content):
    for name in content:
        write(tmp_path / name, picture(1))
    with pytest.raises(SettingError, match="no pictures"):
        scanned(tmp_path, exclude=("drafts/**",))


def test_links_are_followed_inside_and_refused_outside(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 1})
    secret = write(tmp_path / "secret.png", picture(9))
    links = {"good": "00.png", "out": secret, "up": "../../secret.png", "gone": "nowhere.png"}
    links |= {"self": "self.png", "a": "b.png", "b": "a.png", "chain": "up.png"}
    for name, target in links.items():
        (photos / f"cat/{name}.png").symlink_to(target)
    assert [each[0] for each in listed(photos)] == ["cat/00.png", "cat/good.png"]
    reasons = refused(photos)
    assert sorted(reasons) == sorted(f"cat/{n}.png" for n in links if n != "good")
    assert all("outside" in reasons[f"cat/{name}.png"] for name in ("out", "up", "chain"))
    assert all("leads nowhere" in reasons[f"cat/{n}.png"] for n in ("gone", "self", "a", "b"))


def test_linked_folders_are_not_entered_so_loops_end(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 1})
    (photos / "cat/loop").symlink_to(photos)
    (photos / "again").symlink_to("cat")
    (photos / "outside").symlink_to("/usr")
    assert [each[0] for each in listed(photos)] == ["cat/00.png"]
    assert any("linked folders" in note.message for note in scanned(photos).notes)


def test_a_table(tmp_path):
    make_photos(tmp_path, {"x": 3})
    rows = ["x/02.png,cat,train", "./x/01.png,,test", "x//00.png,dog,"]
    path = table(tmp_path, *rows)
    assert refused(path, format="csv", split="split") == {
        "x/00.png": "labels.csv:4: there is no split"
    }
    assert listed(path, format="csv", split="split") == [
        ("x/01.png", "test", None),
        ("x/02.png", "train", "cat"),
    ]


@pytest.mark.parametrize(("delimiter", "mark"), [(";", ""), ("\t", ""), (",", "\ufeff")])
def test_delimiters_and_byte_order_marks(tmp_path, delimiter, mark):
    make_photos(tmp_path, {"x": 1})
    text = mark + delimiter.join(["label", "file"]) + "\r\n" + delimiter.join(["c t", "x/00.png"])
    path = write(tmp_path / "t.csv", text)
    assert listed(path, format="csv") == [("x/00.png", "train", "c t")]


def test_paths_of_a_table_must_stay_inside(tmp_path):
    photos = make_photos(tmp_path / "in", {"x": 1})
    secret = write(tmp_path / "secret/s.png", picture(9))
    (photos / "link").symlink_to(secret.parent)
    (photos / "l.png").symlink_to(secret)
    bad = ["../secret/s.png", str(secret), "x/../../secret/s.png", "link/s.png", "l.png"]
    missing = ["x/nope.png", "x", "", "x/00.png/y.png", "a\0b.png"]
    names = [*bad, *missing, "x/00.png", "x/00.png"]
    path = table(photos, *(f'"{name}",c,train' for name in names))
    assert [each[0] for each in listed(path, format="csv")] == ["x/00.png"]
    rejected = scanned(path, format="csv").rejected
    reasons = {sample.id: reason for sample, reason in rejected}
    assert len(rejected) == len(bad) + len(missing)
    assert [name for name in bad if "outside the dataset" not in reasons[name]] == []
    assert "labels.csv:2: the path leads outside" in reasons["../secret/s.png"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"label": "lable"}, ["dataset.label", "'lable'", "mean 'label'", "file, label, split"]),
        ({"file": "path"}, ["dataset.file", "'path'"]),
        ({"split": "fold"}, ["dataset.split", "'fold'"]),
    ],
)
def test_a_missing_column_is_named(tmp_path, settings, words):
    path = table(make_photos(tmp_path, {"x": 1}), "x/00.png,cat,train")
    with pytest.raises(SettingError) as caught:
        scanned(path, format="csv", **settings)
    told = f"{'.'.join(caught.value.path)}: {caught.value}"
    assert [word for word in words if word not in told] == []


@pytest.mark.parametrize("content", [b"", b"\0\xff" * 99, b"file,label\n" + b"x" * 200_000 + b",c"])
def test_what_is_no_table_is_an_error_and_no_crash(tmp_path, content):
    path = write(tmp_path / "t.csv", content)
    with pytest.raises(SettingError):
        scanned(path, format="csv")


def test_rows_that_are_too_short_or_long_are_failures_of_their_own(tmp_path):
    make_photos(tmp_path, {"x": 3})
    path = table(tmp_path, "x/00.png", "", "x/01.png,cat,train,more,and more", "x/02.png,cat,train")
    assert listed(path, format="csv", split="split") == [("x/02.png", "train", "cat")]
    assert refused(path, format="csv", split="split") == {
        "x/00.png": "labels.csv:2: the row has 1 cells instead of 3",
        "x/01.png": "labels.csv:4: the row has 5 cells instead of 3",
    }


@pytest.mark.parametrize(("format_", "path"), [("folders", "in/cat/00.png"), ("csv", "in")])
def test_file_for_folder_and_folder_for_file(tmp_path, format_, path):
    make_photos(tmp_path / "in", {"cat": 1})
    with pytest.raises(SettingError, match=r"is not a|there is no file"):
        scanned(tmp_path / path, format=format_)


def test_hostile_splits_of_a_table_stay_inside_the_output(tmp_path):
    photos = make_photos(tmp_path / "in", {"x": 5})
    splits = ["train", str(tmp_path / "evil"), "../evil", ".augment", "manifest.jsonl"]
    path = table(photos, *(f"x/0{n}.png,c,{split}" for n, split in enumerate(splits)))
    run(path, tmp_path / "out", dataset={"format": "csv", "split": "split"})
    assert not (tmp_path / "evil").exists()
    outputs = [each["output"] for each in manifest(tmp_path / "out")]
    assert len(outputs) == 5 + 2
    assert all((tmp_path / "out" / name).is_file() for name in outputs)
    assert not any(name.startswith((".augment", "manifest.jsonl/")) for name in outputs)
    assert augment("verify", tmp_path / "out").returncode == 0


def test_pipes_folders_and_devices_are_failures_and_nothing_hangs(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 1})
    os.mkfifo(photos / "cat/pipe.png")
    (photos / "cat/folder.png").symlink_to(".")
    expected = {"cat/pipe.png", "cat/folder.png"}
    if os.geteuid() == 0:
        os.mknod(photos / "cat/zero.png", 0o600 | 0o020000, os.makedev(1, 5))
        expected.add("cat/zero.png")
    done = augment("run", write_recipe(photos, tmp_path / "out"), "-j", 1, timeout=30)
    assert done.returncode == 3, done.stderr
    assert set(failures(tmp_path / "out")) == expected


@pytest.fixture
def leaky(tmp_path):
    photos = make_photos(tmp_path / "in", {"train/cat": 3, "val/cat": 2, "test/cat": 2})
    write(photos / "test/cat/same.png", (photos / "train/cat/01.png").read_bytes())
    write(photos / "val/cat/twin.png", (photos / "test/cat/00.png").read_bytes())
    return photos


def test_leaks_are_pairs_of_an_augmented_split_and_another(leaky):
    assert list(leaks(scanned(leaky), ["train"])) == [("train/cat/01.png", "test/cat/same.png")]
    assert set(leaks(scanned(leaky), ["val"])) == {("val/cat/twin.png", "test/cat/00.png")}
    assert set(leaks(scanned(leaky), ["train", "val", "test"])) == {
        ("test/cat/00.png", "val/cat/twin.png"),
        ("test/cat/same.png", "train/cat/01.png"),
    }


def test_leaks_need_equal_bytes_not_only_equal_size(tmp_path):
    write(tmp_path / "train/a.bmp", picture(1, ".bmp"))
    write(tmp_path / "test/a.bmp", picture(2, ".bmp"))
    assert list(leaks(scanned(tmp_path), ["train"])) == []


def test_a_leak_stops_a_run_before_anything_is_written(leaky, tmp_path):
    with pytest.raises(FindingsError, match=r"train/cat/01.png = test/cat/same.png"):
        run(leaky, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert augment("run", tmp_path / "out.yaml").returncode == 1
    assert augment("check", tmp_path / "out.yaml").returncode == 1
    assert run(leaky, tmp_path / "out", dataset={"leaks": "allow"}).exit_code == 0
