"""What `init` says of a table of pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import picture, write

from augcli.commands.init import starter
from augcli.recipe import load_recipe


def in_table(folder: Path, header: str, name: str, *classes: str, encoding: str = "utf-8") -> Path:
    """Write pictures and a table of them, each named by `name` with its number."""
    for number in range(len(classes)):
        write(folder / f"im/{number}.png", picture(number))
    rows = "".join(f"{name.format(number)},{each}\n" for number, each in enumerate(classes))
    return write(folder / "train.csv", f"{header}{rows}".encode(encoding))


def test_init_finds_the_columns_of_pictures_and_classes(tmp_path: Path) -> None:
    table = in_table(tmp_path, "image_path,breed\n", "im/{}.png", "cat", "dog", "dog")
    dataset = load_recipe(starter(table, tmp_path).text, "recipe", tmp_path).dataset
    assert (dataset.kind, dataset.file, dataset.label) == ("image", "image_path", "breed")


@pytest.mark.parametrize(
    ("header", "name", "why"),
    [
        ("file,label\n", "/somewhere/{}.png", "leads outside the dataset"),
        ("", "im/{}.png,1", "has no column 'file'"),
        ("image,a,b\n", "im/{}.png,1", "has no column 'label'"),
    ],
)
def test_init_says_why_a_table_of_pictures_is_none(
    tmp_path: Path, header: str, name: str, why: str
) -> None:
    table = in_table(tmp_path, header, name, "cat", "dog", "dog")
    assert why in starter(table, tmp_path).text.replace("\n  #   ", " ")


def test_init_takes_no_table_in_another_encoding_for_one_of_numbers(tmp_path: Path) -> None:
    table = in_table(tmp_path, "file,label\n", "im/{}.png", "café", "café", encoding="cp1252")
    text = starter(table, tmp_path).text
    assert "kind: image" in text
    assert "is not UTF-8" in text
