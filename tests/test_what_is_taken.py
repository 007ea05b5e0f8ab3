"""Which files are taken, and that a run says which are not: links, systems' own, odd names."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, failures, make_photos, manifest, picture, run, write, write_recipe
from seeds import SEEDS
from test_links import KINDS

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
WORDS = b"no picture at all, but words\n"


def sources(output: Path) -> set[str]:
    return {record["source"] for record in manifest(output)}


def names(output: Path) -> set[str]:
    return {record["output"] for record in manifest(output)}


def test_content_decides_where_a_name_does_not(tmp_path: Path) -> None:
    photos = tmp_path / "in/bird"
    for number, name in enumerate(("p.jpg:large", "q.jpeg?name=orig", "r", "s.unknown")):
        write(photos / name, picture(number, ".jpg"))
    write(photos / "t.png_", picture(8))
    write(photos / "u.part", WORDS)
    write(photos / "v", b"BM is how this text begins")
    write(photos / "w.bin", picture(9, ".jpg")[:10])
    summary = run(tmp_path / "in", tmp_path / "out", copies=1)
    assert summary.exit_code == 0
    assert sources(tmp_path / "out") == {
        *("bird/p.jpg:large", "bird/q.jpeg?name=orig", "bird/r", "bird/s.unknown", "bird/t.png_")
    }
    extensions = sorted(Path(name).suffix for name in names(tmp_path / "out"))
    assert extensions == [".jpg"] * 8 + [".png"] * 2
    told = "\n".join(summary.listing)
    assert "taken for pictures by their content" in told
    assert "left out 1 file ending in .part: not pictures" in told
    assert "left out 1 file without an extension: not pictures" in told
    assert augment("verify", tmp_path / "out").returncode == 0
    assert augment("replay", tmp_path / "out", "-o", tmp_path / "again").returncode == 0
    assert run(tmp_path / "in", tmp_path / "out", copies=1).made == 0


NAMED: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "text csv": (
        {"lex/synonyms.tsv": "film\tmovie\n", "lex/negations.txt": "never\n"},
        {"lexicon": "lex/", "include": ["**"]},
    ),
    "timeseries wav": (
        {
            "labels.csv": "file,class,fold\ntrain/a/one.wav,a,train\ntrain/a/two.wave,a,train\n"
            "train/b/three.wav,b,train\ntest/a/four.wave,a,test\n"
        },
        {"labels": "./labels.csv", "label": "class", "split": "fold"},
    ),
    "image png": (
        {"SUMS": f"{hashlib.sha256(SEEDS['image png'].files['train/a/one.png']).hexdigest()}  "
        "train/a/one.png\n"},
        {"checksums": ".//SUMS"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_what_a_recipe_names_is_no_sample_and_not_left_out(tmp_path: Path, name: str) -> None:
    seed, (beside, told) = SEEDS[name], NAMED[name]
    dataset = seed.written(tmp_path / "in")
    for each, text in beside.items():
        write(tmp_path / "in" / each, text)
    recipe = seed.recipe | {"dataset": seed.recipe["dataset"] | told}
    summary = run(dataset, tmp_path / "out", **recipe)
    assert summary.exit_code == 0
    assert sources(tmp_path / "out") == seed.files.keys()
    assert not any("left out" in each for each in summary.listing)


def test_a_table_may_list_pictures_of_any_name(tmp_path: Path) -> None:
    write(tmp_path / "in/p", picture(1, ".jpg"))
    table = write(tmp_path / "in/t.csv", "file,label\np,bird\n")
    run(table, tmp_path / "out", copies=1, dataset={"format": "csv"})
    assert {Path(name).suffix for name in names(tmp_path / "out")} == {".jpg"}


def test_pictures_of_formats_that_are_not_read_are_told_as_that(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"in/phone/{number}.HEIC", HEIC)
    write(tmp_path / "in/phone/unnamed", HEIC)
    write(tmp_path / "in/camera/1.png", picture(1))
    write(tmp_path / "in/camera/2.jpg", HEIC)
    recipe = write_recipe(tmp_path / "in", tmp_path / "out")
    done = augment("run", recipe)
    assert "convert it to JPEG or PNG first" in failures(tmp_path / "out")["camera/2.jpg"]
    check = augment("check", recipe)
    for told in (done.stderr, check.stdout):
        assert "left out 3 pictures ending in .heic" in told
        assert "left out 1 picture without an extension" in told
        assert "convert them to JPEG or PNG first" in told
        assert "nothing is taken from phone/" in told
    assert "warning: nothing-taken" in check.stdout


def test_pictures_that_are_not_read_alone_are_named(tmp_path: Path) -> None:
    write(tmp_path / "in/phone/1.heif", HEIC)
    done = augment("run", write_recipe(tmp_path / "in", tmp_path / "out"))
    assert done.returncode == 2
    assert "convert them" in done.stderr
    asked = augment("init", tmp_path / "in")
    assert "convert them" in asked.stdout.replace("\n  #   ", " ")


OF_SYSTEMS = ["@eaDir", "lost+found", "$RECYCLE.BIN", "System Volume Information", "__MACOSX"]
OF_SYSTEMS += [".ipynb_checkpoints", ".AppleDouble"]


@pytest.mark.parametrize(("kind", "name", "data", "changes"), KINDS)
def test_what_systems_put_there_is_never_data(
    tmp_path: Path, kind: str, name: str, data: bytes | str, changes: dict[str, Any]
) -> None:
    own = write(tmp_path / "in" / name, data)
    for folder in OF_SYSTEMS:
        write(tmp_path / "in" / folder / own.name, data)
        write(own.parent / folder / own.name, data)
    write(own.parent / "Thumbs.db", picture(3))
    write(own.parent / "desktop.ini", "[x]")
    told = changes | {"dataset": {"kind": kind, **changes.get("dataset", {})}, "copies": 1}
    summary = run(tmp_path / "in", tmp_path / "out", **told)
    assert summary.exit_code == 0
    assert sources(tmp_path / "out") == {name}
    (note,) = (each for each in summary.listing if "systems" in each)
    assert [each for each in (*OF_SYSTEMS, "Thumbs.db", "desktop.ini") if each not in note] == []


@pytest.mark.parametrize(("kind", "name", "data", "changes"), KINDS)
def test_what_is_left_out_is_said_by_every_kind(
    tmp_path: Path, kind: str, name: str, data: bytes | str, changes: dict[str, Any]
) -> None:
    own = write(tmp_path / "in" / name, data)
    write(own.with_name("notes.docx"), WORDS)
    elsewhere = write(tmp_path / "elsewhere" / own.name, data)
    (tmp_path / "in/linked").symlink_to(elsewhere.parent)
    told = changes | {"dataset": {"kind": kind, **changes.get("dataset", {})}, "copies": 1}
    recipe = write_recipe(tmp_path / "in", tmp_path / "out", **told)
    done = augment("run", recipe)
    assert done.returncode == 0, done.stderr
    listing = json.loads((tmp_path / "out/run.json").read_text())["summary"]["listing"]
    augment("report", tmp_path / "out", "-o", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    for words in ("left out 1 file ending in .docx", "left out linked: linked folders"):
        assert words in done.stderr
        assert any(words in note for note in listing)
        assert words in page
    assert "warning: linked-folder" in augment("check", recipe).stdout


@pytest.mark.parametrize(("kind", "name", "data", "changes"), KINDS)
def test_links_lead_where_the_recipe_lets_them(
    tmp_path: Path, kind: str, name: str, data: bytes | str, changes: dict[str, Any]
) -> None:
    store = write(tmp_path / "store/objects/ab" / name, data)
    own = tmp_path / "in" / name
    own.parent.mkdir(parents=True)
    own.symlink_to(store)
    (tmp_path / "in/more").symlink_to(store.parent)
    links = {"links": {"follow": ["store"]}}
    told = changes | {"dataset": {"kind": kind, **changes.get("dataset", {}), **links}, "copies": 1}
    summary = run(tmp_path / "in", tmp_path / "out", **told)
    assert summary.exit_code == 0
    assert sources(tmp_path / "out") == {name, f"more/{own.name}"}
    assert not any("linked folders" in note for note in summary.listing)
    elsewhere = told | {"dataset": told["dataset"] | {"links": {"follow": ["stor"]}}}
    done = augment("run", write_recipe(tmp_path / "in", tmp_path / "none", **elsewhere))
    assert done.returncode == 2
    assert "links: {follow: [FOLDER]}" in done.stderr


def test_linked_folders_that_lead_in_circles_end(tmp_path: Path) -> None:
    first, second = tmp_path / "store/first", tmp_path / "store/second"
    write(first / "1.png", picture(1))
    write(second / "2.png", picture(2))
    (first / "on").symlink_to(second)
    (second / "back").symlink_to(first)
    (second / "up").symlink_to(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/class").symlink_to(first)
    follow = {"links": {"follow": ["store", "."]}}
    summary = run(tmp_path / "in", tmp_path / "out", copies=1, dataset=follow)
    assert sources(tmp_path / "out") == {"class/1.png", "class/on/2.png"}
    assert sum("linked folders" in note for note in summary.listing) == 2


def test_rows_of_a_table_lead_where_the_recipe_lets_them(tmp_path: Path) -> None:
    write(tmp_path / "store/1.png", picture(1))
    write(tmp_path / "in/t.csv", "file,label\nclass/1.png,bird\n")
    (tmp_path / "in/class").symlink_to(tmp_path / "store")
    table = {"format": "csv", "links": {"follow": [str(tmp_path / "store")]}}
    assert run(tmp_path / "in/t.csv", tmp_path / "out", dataset=table).exit_code == 0
    assert sources(tmp_path / "out") == {"class/1.png"}


def test_a_linked_split_is_told_of_by_name(tmp_path: Path) -> None:
    write(tmp_path / "in/train/cat/1.png", picture(1))
    write(tmp_path / "held/cat/1.png", picture(2))
    (tmp_path / "in/val").symlink_to("../held")
    recipe = write_recipe(tmp_path / "in", tmp_path / "out")
    assert "left out val: linked folders" in augment("run", recipe).stderr
    changed = write_recipe(
        tmp_path / "in", tmp_path / "out", dataset={"links": {"follow": ["held"]}}
    )
    assert augment("run", changed).returncode == 0
    assert sources(tmp_path / "out") == {"train/cat/1.png", "val/cat/1.png"}


def test_a_linked_folder_that_is_excluded_is_no_matter(tmp_path: Path) -> None:
    write(tmp_path / "in/cat/1.png", picture(1))
    (tmp_path / "in/old").symlink_to("cat")
    assert run(tmp_path / "in", tmp_path / "out", dataset={"exclude": ["old"]}).listing == []


@pytest.mark.parametrize(("kind", "name", "data", "changes"), KINDS)
def test_folders_without_files_are_told_by_every_kind(
    tmp_path: Path, kind: str, name: str, data: bytes | str, changes: dict[str, Any]
) -> None:
    write(tmp_path / "in" / name, data)
    (tmp_path / "in/rare/deeper").mkdir(parents=True)
    write(tmp_path / "in/thumbs/Thumbs.db", picture(3))
    (tmp_path / "in/old").mkdir()
    settings = {"kind": kind, "exclude": ["old"], **changes.get("dataset", {})}
    summary = run(tmp_path / "in", tmp_path / "out", **changes | {"dataset": settings, "copies": 1})
    told = [note for note in summary.listing if "nothing is taken" in note]
    assert told == [
        f"nothing is taken from {folder}/, which has no files" for folder in ("rare", "thumbs")
    ]


def test_outputs_of_a_run_below_a_dataset_are_not_taken_again(tmp_path):
    make_photos(tmp_path / "all", {"pictures/cat": 2, "pictures/dog": 2})
    recipe = write_recipe(tmp_path / "all/pictures", tmp_path / "all/made", steps=[])
    assert augment("run", recipe).returncode == 0
    around = write_recipe(tmp_path / "all", tmp_path / "out", steps=[])
    told = augment("check", around).stdout
    assert "nothing is taken from made/, which holds outputs of augment; to take them" in told
    taking = write_recipe(
        tmp_path / "all", tmp_path / "out", steps=[], dataset={"include": ["**/*.png"]}
    )
    assert "outputs of augment" not in augment("check", taking).stdout


def test_what_tells_of_a_dataset_is_none_of_it_unless_it_is_asked_for(tmp_path):
    for name in ("a/1.txt", "b/2.txt", "a/readme.txt"):
        write(tmp_path / "in" / name, b"a tall tree stands here\n")
    told = {"kind": "text", "format": "folders"}
    run(tmp_path / "in", tmp_path / "some", dataset=told, copies=1, steps=["char_swap"])
    told |= {"include": ["**/*.txt"]}
    run(tmp_path / "in", tmp_path / "all", dataset=told, copies=1, steps=["char_swap"])
    assert "a/readme.txt" not in sources(tmp_path / "some")
    assert "a/readme.txt" in sources(tmp_path / "all")
