from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import run, write

TEXTS: dict[str, Any] = {"dataset": {"kind": "text"}, "copies": 1, "steps": ["random_swap"]}


def test_a_text_a_line_needs_no_word_where_its_file_ends_in_txt(tmp_path: Path) -> None:
    write(tmp_path / "in/pos.txt", "great movie\nI laughed, and how\nworth a second look\n")
    write(tmp_path / "in/neg.txt", "dull story\nI left, bored, after an hour\n")
    result = run(tmp_path / "in", tmp_path / "out", **TEXTS)
    assert [(each.label, each.before, each.after) for each in result.counts] == [
        ("neg", 2, 4),
        ("pos", 3, 6),
    ]
    assert (tmp_path / "out/pos.txt").read_text().startswith("great movie\nI laughed, and how\n")


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("id\ttext\n1\ta tall tree\n2\ta wide lawn\n", 2),
        ("review\na tall tree\na wide lawn\n", 2),
        ("a tall tree\na wide lawn\n", 2),
    ],
)
def test_a_table_in_a_txt_file_is_still_one(tmp_path: Path, lines: str, count: int) -> None:
    write(tmp_path / "in/all.txt", lines)
    result = run(tmp_path / "in", tmp_path / "out", **TEXTS)
    assert [each.before for each in result.counts] == [count]


def test_a_first_text_is_no_header(tmp_path: Path) -> None:
    write(tmp_path / "in/all.csv", "lovely place\nthe soup was cold\nnever again\n")
    result = run(tmp_path / "in", tmp_path / "out", **TEXTS)
    assert [each.before for each in result.counts] == [3]
