"""Metadata beside pictures from end to end: captions travel along, objects follow the pixels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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
    run(root, out, **FLIP)
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


def test_files_that_metadata_names_are_refused_or_left_out(captioned: Path, tmp_path: Path) -> None:
    path, out = captioned / "train/metadata.jsonl", tmp_path / "out"
    told = [{"file_name": f"{name}.png", "mask_file_name": "a_mask.png"} for name in ("a", "sub/b")]
    path.write_text(rows(*told))
    write(captioned / "train/a_mask.png", picture(1))
    refused = augment("run", write_recipe(captioned, out, **FLIP))
    assert refused.returncode == 2
    assert "`mask_file_name` of train/metadata.jsonl" in refused.stderr
    assert run(captioned, out, **{**FLIP, "dataset": IGNORED}).exit_code == 0
    assert [each["mask_file_name"] for each in lines_of(out / "train/metadata.jsonl")] == [None] * 4
