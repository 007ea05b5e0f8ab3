"""Paths in tables as people have them: in another folder, ids, absolute, of Windows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, failures, manifest, picture, run, write

TABLE = {"format": "csv"}


def table(root: Path, *cells: str) -> Path:
    """Write three pictures and a table of cells."""
    for at, name in enumerate(("one", "two", "three")):
        write(root / f"train_images/{name}.jpg", picture(at, ".jpg"))
    rows = [f"{cell},{'ab'[number % 2]}\n" for number, cell in enumerate(cells)]
    return write(root / "labels.csv", "".join(["file,label\n", *rows]))


def written(out: Path) -> list[str]:
    with (out / "labels.csv").open(newline="") as file:
        return [row["file"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (("one.jpg", "two.jpg", "three.jpg"), {"images": "train_images"}),
        (("one", "two", "three"), {"images": "train_images/", "suffix": ".jpg"}),
        (("train_images\\one.jpg", "train_images\\two.jpg", "train_images/three.jpg"), {}),
        (tuple(f"{{}}/train_images/{name}.jpg" for name in ("one", "two", "three")), {}),
    ],
)
def test_pictures_are_found_where_they_are(
    cells: tuple[str, ...], told: dict[str, Any], tmp_path: Path
) -> None:
    root, out = tmp_path / "in", tmp_path / "out"
    listed = table(root, *(cell.format(root) for cell in cells))
    run(listed, out, dataset={**TABLE, **told}, copies=1, output={"originals": "omit"})
    sources = {line["source"] for line in manifest(out)}
    assert sources == {f"train_images/{name}.jpg" for name in ("one", "two", "three")}
    folder, suffix = told.get("images", "").strip("/"), told.get("suffix", "")
    for cell in written(out):
        assert (out / folder / f"{cell}{suffix}").is_file()


def test_what_leads_out_stays_outside_whatever_is_told(tmp_path: Path) -> None:
    root, out = tmp_path / "in", tmp_path / "out"
    write(tmp_path / "secret.jpg", picture(7, ".jpg"))
    outside = ("../secret.jpg", f"{tmp_path}/secret.jpg", f"{root}/../secret.jpg")
    listed = table(root, "train_images/one.jpg", *outside)
    run(listed, out, dataset=TABLE, max_failures="100%")
    assert len(failures(out)) == 2
    assert all("the path leads outside" in reason for reason in failures(out).values())


def test_an_id_is_told_which_file_is_there(tmp_path: Path) -> None:
    root, out = tmp_path / "in", tmp_path / "out"
    listed = table(root, "train_images/one", "train_images/two.jpg")
    run(listed, out, dataset=TABLE, max_failures="100%")
    (reason,) = failures(out).values()
    assert reason.endswith("one.jpg is there: say `suffix: .jpg`")


def test_a_name_too_long_for_a_file_is_its_rows_failure(tmp_path: Path) -> None:
    root, out = tmp_path / "in", tmp_path / "out"
    listed = table(root, "train_images/one.jpg", "x" * 300 + ".jpg", "é" * 130, "a/" * 2100)
    run(listed, out, dataset=TABLE, max_failures="100%")
    assert len(failures(out)) == 3
    assert all(reason.endswith("longer than any file's") for reason in failures(out).values())


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        (("one", "two", "three"), ['images: "train_images"', 'suffix: ".jpg"']),
        (("one.jpg", "two.jpg", "three.jpg"), ['images: "train_images"']),
        (("train_images/one.jpg", "train_images/two.jpg"), []),
    ],
)
def test_a_starter_says_where_pictures_are(
    cells: tuple[str, ...], lines: list[str], tmp_path: Path
) -> None:
    started = augment("init", table(tmp_path / "in", *cells)).stdout
    assert "question" not in started
    told = [
        line.strip() for line in started.splitlines() if line.lstrip()[:7] in ("images:", "suffix:")
    ]
    assert told == lines
