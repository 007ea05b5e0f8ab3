"""YOLO datasets from end to end: the same layout out, labels that follow, what is told of both."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from datasets import SAMPLES
from helpers import (
    augment,
    failures,
    manifest,
    picture,
    replayed,
    run,
    tree,
    write,
    write_recipe,
)

from augcli.commands import explain
from augcli.commands.replay import replay
from augcli.commands.verify import verify
from augcli.errors import RecipeError

CONES = SAMPLES / "cones"
FLIP = {"dataset": {"format": "yolo"}, "steps": ["horizontal_flip"], "copies": 1}
YAML = "train: images/train\nval: images/val\nnames: [cat, dog]\n"
BOXES = "0 0.25 0.5 0.3 0.4\n1 0.8 0.5 0.2 0.2\n"
Files = dict[str, str | bytes | None]


def make(root: Path, files: Files) -> Path:
    """Write files; None is a picture of its own."""
    for at, (name, content) in enumerate(files.items()):
        write(root / name, picture(at) if content is None else content)
    return root


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return make(
        tmp_path / "in",
        {
            "data.yaml": YAML,
            "images/train/a.png": None,
            "images/train/b.png": None,
            "images/val/c.png": None,
            "labels/train/a.txt": BOXES,
            "labels/val/c.txt": "1 .5 .5 1 1",
        },
    )


def rows(path: Path) -> list[list[float]]:
    return [list(map(float, line.split())) for line in path.read_text().splitlines()]


def refusal(source: Path, output: Path, **changes: Any) -> str:
    with pytest.raises(RecipeError) as caught:
        run(source, output, **(FLIP | changes))
    return str(caught.value)


def test_labels_follow_their_pictures(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(small, out, **FLIP).exit_code == 0
    assert rows(out / "labels/train/a.aug-000.txt") == [
        pytest.approx([0, 0.75, 0.5, 0.3, 0.4]),
        pytest.approx([1, 0.2, 0.5, 0.2, 0.2]),
    ]
    for name in ("data.yaml", "labels/train/a.txt", "labels/val/c.txt", "images/val/c.png"):
        assert (out / name).read_bytes() == (small / name).read_bytes()
    assert not list(out.glob("labels/val/*.aug-*"))


def test_no_label_file_is_background_and_gets_an_empty_one(small: Path, tmp_path: Path) -> None:
    summary = run(small, tmp_path / "out", **FLIP)
    for name in ("b.txt", "b.aug-000.txt"):
        assert (tmp_path / "out/labels/train" / name).read_bytes() == b""
    assert any("1 picture without a label file: background" in n for n in summary.listing)


def test_the_manifest_tells_of_objects_and_of_what_lies_beside(small: Path, tmp_path: Path) -> None:
    run(small, tmp_path / "out", **FLIP)
    (copy,) = (each for each in manifest(tmp_path / "out") if "a.aug" in each["output"])
    assert [each["label"] for each in copy["targets"]] == ["cat", "dog"]
    assert copy["targets"][0]["box"] == pytest.approx([12.0, 4.8, 18.0, 11.2])
    assert list(copy["beside"]) == ["labels/train/a.aug-000.txt"]
    assert set(copy["annotation_sha256"]) == {"labels/train/a.txt", "data.yaml"}


def test_a_label_file_that_is_lost_is_made_again_alone(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(small, out, **FLIP)
    before = tree(out)
    (out / "labels/train/a.aug-000.txt").unlink()
    (out / "labels/train/a.txt").write_text("0 0.1 0.1 0.1 0.1\n")
    assert [each.trouble for each in verify(out, None) if each.trouble] == ["changed", "missing"]
    assert run(small, out, verify=True, **FLIP).made == 2
    assert tree(out) == before


def test_a_changed_label_file_redoes_one_picture_and_no_pixels(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(small, out, **FLIP)
    write(small / "labels/train/a.txt", "1 0.25 0.5 0.3 0.4\n")
    assert run(small, out, **FLIP).made == 2
    assert rows(out / "labels/train/a.aug-000.txt") == [pytest.approx([1, 0.75, 0.5, 0.3, 0.4])]
    shutil.rmtree(small / "labels/train")
    assert run(small, out, **FLIP).made == 2
    assert (out / "labels/train/a.aug-000.txt").read_bytes() == b""


def test_labels_go_with_their_picture(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(small, out, **FLIP)
    (small / "images/train/a.png").unlink()
    assert run(small, out, **FLIP).made == 0
    assert not [name for name in tree(out) if name.rpartition("/")[2].startswith("a.")]


def test_a_recipe_of_classes_of_objects(small: Path, tmp_path: Path) -> None:
    steps = [{"horizontal_flip": {"only": ["cat"]}}, {"vertical_flip": {"except": ["dog", "cat"]}}]
    run(small, tmp_path / "out", **FLIP | {"steps": steps})
    told = {each["output"]: each["steps"] for each in manifest(tmp_path / "out")}
    names = {name: [step["name"] for step in each] for name, each in told.items()}
    assert names["images/train/a.aug-000.png"] == ["horizontal_flip"]
    assert names["images/train/b.aug-000.png"] == ["vertical_flip"]
    steps = [{"horizontal_flip": {"only": ["cow"]}}]
    assert "has no class 'cow' (it has cat, dog)" in refusal(small, tmp_path / "x", steps=steps)


def test_what_is_left_of_an_object_decides_whether_it_stays(small: Path, tmp_path: Path) -> None:
    out, steps = tmp_path / "out", [{"translate": {"x": -0.2, "border": "constant"}}]
    assert run(small, out, **FLIP | {"steps": steps}).exit_code == 0
    assert [row[0] for row in rows(out / "labels/train/a.aug-000.txt")] == [0, 1]
    dataset = {"format": "yolo", "targets": {"min_visibility": 0.9}}
    summary = run(small, out, **FLIP | {"steps": steps, "dataset": dataset})
    assert summary.made == 1, "pixels are as they were"
    assert [row[0] for row in rows(out / "labels/train/a.aug-000.txt")] == [1]
    assert summary.notes["an object is left out of a copy: less than min_visibility is left"] == 1


def test_replay_and_explain_know_label_files(small: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    run(small, out, **FLIP)
    assert dict(replay(out, again, small, None)) == dict.fromkeys(replayed(out))
    label = out / "labels/train/a.aug-000.txt"
    assert explain.record_of(label, None).output == "images/train/a.aug-000.png"


def test_a_label_file_that_changed_is_no_source_to_replay_from(small: Path, tmp_path: Path) -> None:
    run(small, tmp_path / "out", **FLIP)
    write(small / "labels/train/a.txt", BOXES + BOXES)
    told = dict(replay(tmp_path / "out", tmp_path / "again", small, "**/a.aug-000.png"))
    assert all("labels/train/a.txt is not what it was" in str(why) for why in told.values())
    assert set(told) == {"images/train/a.aug-000.png", "labels/train/a.aug-000.txt"}


def test_clean_takes_labels_back(small: Path, tmp_path: Path) -> None:
    run(small, tmp_path / "out", **FLIP)
    assert augment("clean", tmp_path / "out").returncode == 0
    assert not (tmp_path / "out").exists()


def test_a_lost_journal_is_made_up_for_by_the_manifest(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(small, out, **FLIP)
    before = tree(out)
    (out / ".augment/journal.jsonl").unlink()
    (small / "images/train/b.png").unlink()
    run(small, out, **FLIP)
    assert not (out / "labels/train/b.txt").exists()
    assert {name: sha for name, sha in before.items() if "/a" in name}.items() <= tree(out).items()


DAMAGE = {
    "0 0.5 0.5 0.2\n": "labels/train/a.txt:1: 4 columns",
    "0 .5 .5 .2 .2\n2 .5 .5 .2 .2\n": "labels/train/a.txt:2: class 2, but",
    "0 .5 .5 nan .2\n": "labels/train/a.txt:1: 'nan' is no number",
    "0 .5 .5 7 .2\n": "labels/train/a.txt:1: 7 is no fraction",
}


@pytest.mark.parametrize(("text", "reason"), DAMAGE.items())
def test_what_cannot_be_read_fails_its_picture_alone(
    small: Path, tmp_path: Path, text: str, reason: str
) -> None:
    write(small / "labels/train/a.txt", text)
    write(small / "labels/val/c.txt", text)
    assert run(small, tmp_path / "out", **FLIP).exit_code == 3
    told = failures(tmp_path / "out")
    assert set(told) == {"images/train/a.png"}
    assert told["images/train/a.png"].startswith(reason)
    passed = (tmp_path / "out/labels/val/c.txt").read_text()
    assert passed == text


def test_labels_that_are_no_file_fail_their_picture_alone(small: Path, tmp_path: Path) -> None:
    os.mkfifo(small / "labels/train/b.txt")
    assert run(small, tmp_path / "out", **FLIP).exit_code == 3
    assert list(failures(tmp_path / "out")) == ["images/train/b.png"]


def test_a_description_that_is_no_file_is_named(small: Path, tmp_path: Path) -> None:
    (small / "data.yaml").unlink()
    os.mkfifo(small / "data.yaml")
    assert "data.yaml is not a file" in refusal(small, tmp_path / "out")


def test_two_pictures_never_share_a_label_file(small: Path, tmp_path: Path) -> None:
    write(small / "images/train/a.jpg", picture(9, ".jpg"))
    assert run(small, tmp_path / "out", **FLIP).exit_code == 3
    told = failures(tmp_path / "out")
    assert set(told) == {"images/train/a.jpg", "images/train/a.png"}
    assert "would have the same labels, labels/train/a.txt" in told["images/train/a.png"]


def test_a_folder_without_labels_is_refused(small: Path, tmp_path: Path) -> None:
    shutil.rmtree(small / "labels")
    told = refusal(small, tmp_path / "out")
    assert "none of 3 pictures has labels; those of images/train/a.png would be in" in told


def test_a_description_that_is_wrong_is_located(small: Path, tmp_path: Path) -> None:
    write(small / "data.yaml", "train: images/train\nnames: cat\nnames:\n  - [x]\n")
    assert "data.yaml:" in refusal(small, tmp_path / "out")


def test_real_labels_follow_and_originals_stay(tmp_path: Path) -> None:
    dataset = {"format": "yolo", "augment": ["val"]}
    steps = [{"rotate": {"degrees": [-30, 30]}}, {"horizontal_flip": {"p": 0.5}}]
    out = tmp_path / "out"
    summary = run(CONES, out, 2, dataset=dataset, steps=steps, copies=1)
    assert summary.exit_code == 0
    for path in CONES.rglob("labels/*.txt"):
        assert (out / path.relative_to(CONES)).read_bytes() == path.read_bytes()
    for record in manifest(out):
        (label,) = record["beside"]
        told = rows(out / label)
        assert len(told) == len(record["targets"])
        for row, target in zip(told, record["targets"], strict=True):
            left, top, right, bottom = target["box"]
            size = record["width"], record["height"]
            expected = [(left + right) / 2 / size[0], (top + bottom) / 2 / size[1]]
            assert row[1:3] == pytest.approx(expected, abs=1e-6)


def test_same_objects_are_drawn_for_at_any_worker_count(small: Path, tmp_path: Path) -> None:
    steps = [{"rotate": {"degrees": [-40, 40]}}]
    for jobs in (1, 2):
        run(small, tmp_path / f"out{jobs}", jobs, **FLIP | {"steps": steps})
    assert tree(tmp_path / "out1") == tree(tmp_path / "out2")


def test_a_recipe_file_that_points_at_the_description(small: Path, tmp_path: Path) -> None:
    recipe = write_recipe(small / "data.yaml", tmp_path / "out", **FLIP)
    assert augment("run", recipe).returncode == 0
    assert (tmp_path / "out/labels/train/a.aug-000.txt").exists()


@pytest.mark.parametrize("task", ["", "task: segment\n"])
def test_rows_of_nine_columns_are_oriented_boxes_unless_told(
    small: Path, tmp_path: Path, task: str
) -> None:
    """Oriented boxes keep corners that outlines lose, as these are cut at the edge."""
    write(small / "data.yaml", YAML + task)
    for name in ("train/a", "val/c"):
        write(small / f"labels/{name}.txt", "1 -.1 .5 .3 .1 .7 .5 .3 .9\n")
    out = tmp_path / "out"
    summary = run(small, out, **FLIP)
    assert any("nine columns" in note for note in summary.listing) == (not task)
    (row,) = rows(out / "labels/train/a.aug-000.txt")
    assert (row == pytest.approx([1, 1.1, 0.5, 0.7, 0.1, 0.3, 0.5, 0.7, 0.9])) == (not task)
    again = tmp_path / "again"
    assert dict(replay(out, again, small, None)) == dict.fromkeys(replayed(out))
