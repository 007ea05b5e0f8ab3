"""A dataset that a person names by a link is called as the link, not as what it leads to."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, lines_of, make_photos, recipe_text, run, tree, write, write_recipe
from test_links import SERIES, TABLE, TEXTS

import augcli

BOXES = "file,label\n" + "".join(f"img/a/{i:02}.png,{'xy'[i % 2]}\n" for i in range(4))
FILES: list[tuple[str, str, dict[str, Any]]] = [
    ("tabular", TABLE, {"dataset": {"label": "label"}, "steps": ["swap"]}),
    ("text", TEXTS, {"dataset": {"label": "label"}, "steps": ["random_swap"]}),
    ("timeseries", SERIES, {"dataset": {"label": "label"}, "steps": ["jitter"]}),
    ("image", BOXES, {"dataset": {"format": "csv", "label": "label"}, "steps": ["invert"]}),
]
every_file = pytest.mark.parametrize(("kind", "data", "changes"), FILES)


def told(kind: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Return what a recipe says."""
    return changes | {"dataset": {"kind": kind, **changes["dataset"]}, "copies": 1}


def snapshot(folder: Path, data: str) -> Path:
    """Write a table as caches of datasets have it: a link to what is called by its hash."""
    write(folder / "blobs/5f3c9ab1", data)
    make_photos(folder / "snap/img", {"a": 4})
    link = folder / "snap/s.csv"
    link.symlink_to("../blobs/5f3c9ab1")
    return link


@every_file
def test_outputs_are_called_as_the_link(
    tmp_path: Path, kind: str, data: str, changes: dict[str, Any]
) -> None:
    link, out = snapshot(tmp_path, data), tmp_path / "out"
    shutil.copytree(tmp_path / "snap", tmp_path / "plain")
    assert run(tmp_path / "plain/s.csv", tmp_path / "same", **told(kind, changes)).exit_code == 0
    assert run(link, out, **told(kind, changes)).exit_code == 0
    assert tree(out) == tree(tmp_path / "same")
    for given in (link, link.parent):
        done = augment("verify", out, "-i", given)
        assert done.returncode == 0, done.stdout
        assert augment("replay", out, "-i", given, "-o", tmp_path / "again").returncode == 0
        shutil.rmtree(tmp_path / "again")
    assert augment("replay", out, "-o", tmp_path / "again").returncode == 0
    assert len(augcli.load(out)) == len(augcli.load(out, sources=link.parent)) > 0


@every_file
def test_a_file_that_becomes_a_link_to_itself_is_the_same(
    tmp_path: Path, kind: str, data: str, changes: dict[str, Any]
) -> None:
    snapshot(tmp_path, data).unlink()
    file = write(tmp_path / "snap/s.csv", data)
    run(file, tmp_path / "out", **told(kind, changes))
    before = tree(tmp_path / "out")
    file.unlink()
    file.symlink_to("../blobs/5f3c9ab1")
    run(file, tmp_path / "out", **told(kind, changes))
    assert tree(tmp_path / "out") == before


@every_file
def test_init_names_the_link(tmp_path: Path, kind: str, data: str, changes: dict[str, Any]) -> None:
    link = snapshot(tmp_path, data)
    done = augment("init", link, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'path: "snap/s.csv"' in done.stdout
    assert 'path: "build/s"' in done.stdout
    assert "5f3c" not in done.stdout


def test_init_names_a_linked_folder(tmp_path: Path) -> None:
    make_photos(tmp_path / "store/ab12", {"cat": 2, "dog": 2})
    (tmp_path / "pets").symlink_to("store/ab12")
    out = augment("init", "pets", cwd=tmp_path).stdout
    assert 'path: "pets"' in out
    assert 'path: "build/pets"' in out
    inside = augment("init", ".", cwd=tmp_path / "pets").stdout
    assert 'path: "../build/ab12"' in inside


@pytest.mark.parametrize("output", ["blobs", "snap", "blobs/5f3c9ab1/out", "snap/s.csv", "."])
def test_no_output_lies_around_the_link_nor_what_it_leads_to(tmp_path: Path, output: str) -> None:
    kind, data, changes = FILES[0]
    link = snapshot(tmp_path, data)
    text = recipe_text(link, tmp_path / output, **told(kind, changes))
    done = augment("run", write(tmp_path / "recipe.yaml", text))
    assert done.returncode == 2
    assert "output.path" in done.stderr
    assert (tmp_path / "blobs/5f3c9ab1").read_text() == data


def test_a_link_beside_the_one_that_is_named_is_not_followed(tmp_path: Path) -> None:
    kind, data, changes = FILES[3]
    link = snapshot(tmp_path, data)
    secret = (tmp_path / "snap/img/a/00.png").rename(tmp_path / "blobs/secret.png")
    (tmp_path / "snap/img/a/00.png").symlink_to(secret)
    assert run(link, tmp_path / "out", **told(kind, changes)).exit_code == 3
    (failure,) = lines_of(tmp_path / "out/failures.jsonl")
    assert failure["source"] == "img/a/00.png"
    assert "outside" in failure["reason"]


def test_a_link_that_leads_nowhere_is_told_of(tmp_path: Path) -> None:
    kind, _, changes = FILES[0]
    (tmp_path / "s.csv").symlink_to("gone")
    done = augment("run", write_recipe(tmp_path / "s.csv", tmp_path / "out", **told(kind, changes)))
    assert done.returncode == 2
    assert f"{tmp_path}/s.csv is a link that leads nowhere" in done.stderr


@pytest.mark.parametrize("named", ["data.yaml", ""])
def test_a_description_is_read_through_the_link_that_is_named(tmp_path: Path, named: str) -> None:
    root = make_photos(tmp_path / "in", {"images/train": 2})
    for name in ("00", "01"):
        write(root / f"labels/train/{name}.txt", "0 0.5 0.5 0.2 0.2\n")
    write(tmp_path / "blobs/99", "train: images/train\nnames: [bird]\n")
    (root / "data.yaml").symlink_to("../blobs/99")
    told = {"dataset": {"format": "yolo"}, "copies": 1, "steps": ["invert"]}
    done = augment("run", write_recipe(root / named, tmp_path / "out", **told))
    if named:
        assert done.returncode == 0, done.stderr
        assert augment("verify", tmp_path / "out", "-i", root / named).returncode == 0
        again = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
        assert again.returncode == 0, again.stderr
    else:
        assert done.returncode == 2
        assert "data.yaml: the link leads outside" in done.stderr
