"""Metadata beside pictures from end to end: captions travel along, objects follow the pixels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from helpers import (
    augment,
    failures,
    lines_of,
    manifest,
    picture,
    replayed,
    run,
    tree,
    write,
    write_recipe,
)

from augcli.commands.check import findings
from augcli.commands.replay import replay
from augcli.errors import RecipeError
from augcli.recipe import read_recipe

FLIP: dict[str, Any] = {
    "dataset": {"format": "metadata"},
    "steps": ["horizontal_flip"],
    "copies": 1,
}
IGNORED = {"format": "metadata", "annotations": "ignore"}
OBJECTS = {"bbox": [[2, 3, 10, 6]], "categories": [4]}


def rows(*told: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in told)


@pytest.fixture
def captioned(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    for number, name in enumerate(("train/a", "train/sub/b", "test/c")):
        write(root / f"{name}.png", picture(number))
    told = {"file_name": "a.png", "text": "a cat", "n": 1.50, "objects": OBJECTS}
    write(root / "train/metadata.jsonl", rows(told, {"file_name": "sub/b.png", "text": "a dog"}))
    write(root / "test/metadata.jsonl", rows({"file_name": "c.png", "text": "a bird"}))
    return root


def test_what_is_told_of_a_picture_is_told_of_its_copies(captioned: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(captioned, out, **FLIP).exit_code == 0
    told = {each["file_name"]: each for each in lines_of(out / "train/metadata.jsonl")}
    assert list(told) == ["a.png", "a.aug-000.png", "sub/b.png", "sub/b.aug-000.png"]
    assert told["a.aug-000.png"] == {
        "file_name": "a.aug-000.png",
        "text": "a cat",
        "n": 1.5,
        "objects": {"bbox": [[8, 3, 10, 6]], "categories": [4]},
    }
    assert told["sub/b.aug-000.png"]["text"] == "a dog"
    for name in told:
        assert (out / "train" / name).is_file()
    same = (captioned / "test/metadata.jsonl").read_bytes()
    assert (out / "test/metadata.jsonl").read_bytes() == same


def test_one_changed_caption_redoes_one_picture(captioned: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(captioned, out, **FLIP)
    path = captioned / "train/metadata.jsonl"
    write(path, path.read_text().replace("a dog", "two dogs"))
    assert run(captioned, out, **FLIP).made <= 2
    told = [each["text"] for each in lines_of(out / "train/metadata.jsonl")]
    assert told == ["a cat", "a cat", "two dogs", "two dogs"]


def test_outputs_are_made_again_from_the_manifest(captioned: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    run(captioned, out, **FLIP)
    assert dict(replay(out, again, captioned, None)) == dict.fromkeys(replayed(out))


def test_tables_travel_along(tmp_path: Path) -> None:
    root, out = tmp_path / "in", tmp_path / "out"
    for number, name in enumerate("ab"):
        write(root / f"train/{name}.png", picture(number))
    write(root / "train/metadata.csv", 'file_name,text\na.png,"one, two"\nb.png,x\n')
    for number, name in enumerate("cd"):
        write(root / f"test/{name}.png", picture(9 + number))
    held_out = write(root / "test/metadata.csv", "file_name,text\nd.png,x\nc.png,y").read_bytes()
    run(root, out, **FLIP)
    assert (out / "test/metadata.csv").read_bytes() == held_out
    assert (out / "train/metadata.csv").read_text() == (
        'file_name,text\na.png,"one, two"\na.aug-000.png,"one, two"\nb.png,x\nb.aug-000.png,x\n'
    )


def test_what_is_wrong_is_named(captioned: Path, tmp_path: Path) -> None:
    bad = {"file_name": "a.png", "objects": {"bbox": [[1, 2, 3]]}}
    write(captioned / "train/metadata.jsonl", rows(bad, {"file_name": "gone.png"}))
    recipe = read_recipe(str(write_recipe(captioned, tmp_path / "out", **FLIP)))
    told = [str(each) for each in findings(recipe) if each.severity == "error"]
    assert len(told) == 2
    assert any("its box is not x, y, width and height: [1, 2, 3]" in each for each in told)
    assert any("train/metadata.jsonl tells of it, but it is not there" in each for each in told)
    write(captioned / "train/metadata.jsonl", "{}\n")
    with pytest.raises(RecipeError, match=r"train/metadata\.jsonl:1: there is no 'file_name'"):
        run(captioned, tmp_path / "out", **FLIP)


def test_any_number_of_workers_makes_the_same(captioned: Path, tmp_path: Path) -> None:
    run(captioned, tmp_path / "one", **FLIP)
    run(captioned, tmp_path / "two", 2, **FLIP)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert len(manifest(tmp_path / "one")) == 5


SAYING = ("a cat on the left", "a cat on top of a car", "a red cat", "a cat")


@pytest.fixture
def saying(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    for number in range(len(SAYING)):
        write(root / f"train/{number}.png", picture(number))
    told = [{"file_name": f"{at}.png", "text": text} for at, text in enumerate(SAYING)]
    write(root / "train/metadata.jsonl", rows(*told))
    return root


@pytest.mark.parametrize(
    ("step", "kept"),
    [
        ("horizontal_flip", "0"),
        ("vertical_flip", "1"),
        ("transpose", "01"),
        ({"hue": {"degrees": 40}}, "2"),
        ({"hsv": {"hue": 40}}, "2"),
        ({"grid_shuffle": {"rows": 2, "columns": 2}}, "01"),
        ({"one_of": {"steps": ["invert"]}}, "2"),
        ("autocontrast", ""),
    ],
)
def test_captions_keep_steps_away_that_make_them_untrue(
    saying: Path, tmp_path: Path, step: Any, kept: str
) -> None:
    out = tmp_path / "out"
    summary = run(saying, out, **(FLIP | {"steps": [step]}))
    without = {
        each["source"].removeprefix("train/").removesuffix(".png")
        for each in manifest(out)
        if each["copy"] is not None and not each["steps"]
    }
    assert without == set(kept)
    assert sum("1 pictures whose texts name" in note for note in summary.listing) == 3
    told = FLIP | {"steps": [step], "dataset": {"format": "metadata", "captions": "ignore"}}
    again = run(saying, out, **told)
    assert all(each["steps"] for each in manifest(out) if each["copy"] is not None)
    assert not any("names" in note for note in again.listing)


def test_rows_that_cannot_be_used_fail_alone(captioned: Path, tmp_path: Path) -> None:
    path, out = captioned / "train/metadata.jsonl", tmp_path / "out"
    path.write_text(path.read_text() + '{"text": "of none"}\n{"file_name":\n')
    assert run(captioned, out, **FLIP).exit_code == 3
    assert list(failures(out)) == ["train/metadata.jsonl:3", "train/metadata.jsonl:4"]
    told = [each["file_name"] for each in lines_of(out / "train/metadata.jsonl")]
    assert told == ["a.png", "a.aug-000.png", "sub/b.png", "sub/b.aug-000.png"]


def number_mask(value: int) -> bytes:
    numbers = np.zeros((16, 20), np.uint8)
    numbers[2:6, 3:9] = value
    return cv2.imencode(".png", numbers)[1].tobytes()


@pytest.fixture
def naming(tmp_path: Path) -> Path:
    """Return a dataset whose rows name masks in a folder and other pictures beside each."""
    root = tmp_path / "in"
    told = []
    for number, name in enumerate("ab"):
        write(root / f"train/{name}.png", picture(number))
        write(root / f"train/masks/{name}_m.png", number_mask(7))
        write(root / f"train/{name}_before.png", picture(number + 5))
        names = {"mask_file_name": f"masks/{name}_m.png"}
        names |= {"other_file_names": [f"{name}_before.png"]}
        told.append({"file_name": f"{name}.png", **names, "text": "x"})
    write(root / "train/metadata.jsonl", rows(*told))
    return root


MOVED = FLIP | {"dataset": {"format": "metadata", "targets": {"ignore": [255]}}}


def test_files_that_rows_name_follow_their_pictures(naming: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    steps = [{"translate": {"x": 0.25, "y": 0}}, {"brightness": {"delta": 0.2}}]
    assert run(naming, out, **(MOVED | {"steps": steps})).exit_code == 0
    told = {each["file_name"]: each for each in lines_of(out / "train/metadata.jsonl")}
    assert told["b.png"] == json.loads((naming / "train/metadata.jsonl").read_text().split("\n")[1])
    assert told["b.aug-000.png"] == {
        "file_name": "b.aug-000.png",
        "mask_file_name": "masks/b_m.aug-000.png",
        "other_file_names": ["b_before.aug-000.png"],
        "text": "x",
    }
    assert not failures(out)
    expected = np.full((16, 20), 255, np.uint8)
    expected[:, 5:] = cv2.imdecode(np.frombuffer(number_mask(7), np.uint8), -1)[:, :15]
    mask = cv2.imread(str(out / "train/masks/b_m.aug-000.png"), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(mask, expected)
    other = cv2.imread(str(out / "train/b_before.aug-000.png"))
    before = cv2.imread(str(naming / "train/b_before.png"))
    assert np.array_equal(other[:, 5:], before[:, :15])
    assert run(naming, out, **(MOVED | {"steps": steps})).made == 0


def test_they_are_made_again_and_found_in_drawn_splits(naming: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    asked = {"split": {"val": 0.5}} | MOVED["dataset"]
    assert run(naming, out, **(MOVED | {"dataset": asked})).exit_code == 0
    assert dict(replay(out, again, naming, None)) == dict.fromkeys(replayed(out))
    for split, count in (("train", 2), ("val", 1)):
        path = out / split / "train/metadata.jsonl"
        told = lines_of(path)
        assert len(told) == count
        for each in told:
            for name in (each["file_name"], each["mask_file_name"], *each["other_file_names"]):
                assert (path.parent / name).is_file()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("masks/gone.png", "train/masks/gone.png, which belongs to it, is not there"),
        ("../../secret.png", "../secret.png, which belongs to it, is not there"),
        ("a.png", "train/a.png belongs to it, and is told of for another picture, too"),
    ],
)
def test_files_that_cannot_be_those_of_a_picture(
    naming: Path, tmp_path: Path, name: str, told: str
) -> None:
    path, out = naming / "train/metadata.jsonl", tmp_path / "out"
    write(tmp_path / "secret.png", picture(1))
    path.write_text(path.read_text().replace("masks/b_m.png", name))
    assert run(naming, out, **MOVED).exit_code == 3
    assert failures(out)["train/b.png"].startswith(told)


def test_a_file_is_of_one_picture(naming: Path, tmp_path: Path) -> None:
    """Copies of two pictures would write theirs to one place."""
    path = naming / "train/metadata.jsonl"
    path.write_text(path.read_text().replace("masks/b_m.png", "masks/a_m.png"))
    with pytest.raises(RecipeError, match=r"a_m\.png belongs to it, and is told of for another"):
        run(naming, tmp_path / "out", **MOVED)


def test_masks_that_rows_name_ask_what_is_unknown_or_are_left_out(
    naming: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    refused = augment("run", write_recipe(naming, out, **FLIP))
    assert refused.returncode == 2
    assert "`mask_file_name` of train/metadata.jsonl names masks, and nothing" in refused.stderr
    assert run(naming, out, **{**FLIP, "dataset": IGNORED}).exit_code == 0
    assert [each["mask_file_name"] for each in lines_of(out / "train/metadata.jsonl")] == [None] * 4


def test_init_names_the_format_and_asks_what_is_unknown(naming: Path) -> None:
    made = augment("init", naming)
    assert made.returncode == 0
    assert "  format: metadata\n" in made.stdout
    assert "# question: unnamed-labels: `mask_file_name` of train/metadata.jsonl" in made.stdout


def test_tables_name_other_files_too(naming: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (naming / "train/metadata.jsonl").unlink()
    text = "file_name,mask_file_name\na.png,masks/a_m.png\nb.png,\n"
    write(naming / "train/metadata.csv", text)
    assert run(naming, out, **MOVED).exit_code == 0
    assert (out / "train/metadata.csv").read_text() == (
        "file_name,mask_file_name\na.png,masks/a_m.png\na.aug-000.png,masks/a_m.aug-000.png\n"
        "b.png,\nb.aug-000.png,\n"
    )
