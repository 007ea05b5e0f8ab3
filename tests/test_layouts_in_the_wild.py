"""Datasets as people publish and unpack them: `init` is right about each, or asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import write
from wild import masks, photos
from wild_archives import ARCHIVES
from wild_pictures import PICTURES
from wild_rows import ROWS
from wild_tables import TABLES
from wild_texts import TEXTS

from augcli.commands.init import starter

WILD = PICTURES | ROWS | TABLES | ARCHIVES | TEXTS


def test_masks_beside_the_folder_that_is_named_are_asked_about(tmp_path: Path) -> None:
    for path, data in (photos("train/#.png") | masks("train_masks/#_mask.png")).items():
        write(tmp_path / path, data)
    told = starter(tmp_path / "train", tmp_path).text
    assert "# question: unnamed-labels: ../train_masks/ holds masks" in told


@pytest.mark.parametrize("name", WILD)
def test_a_layout_in_the_wild_is_known_or_asked_about(tmp_path: Path, name: str) -> None:
    files, said = WILD[name]
    for path, data in files.items():
        write(tmp_path / "in" / path, data)
    told = starter(tmp_path / "in", tmp_path).text.replace("\n  #   ", " ")
    assert [each for each in said if each not in told] == [], told
    assert ("# question: " in told) == any("question: " in each for each in said)
