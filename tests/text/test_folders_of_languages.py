"""Each language that comes along is a folder as a dataset's own is, and one alone says as much."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from helpers import run, write

from augcli.text.folders import BUNDLED, FILES, words_in

LANGUAGES = sorted(path.name for path in BUNDLED.iterdir() if path.is_dir())


def test_folders_have_what_a_folder_of_ones_own_may_have() -> None:
    others = {"english": {"wordnet.txt.gz", "LICENSE.wordnet"}}
    for language in LANGUAGES:
        found = {path.name for path in (BUNDLED / language).iterdir()}
        assert found - others.get(language, set()) <= {*FILES}, language
        assert all(words_in(language, name) for name in found & {*FILES})
    assert len(LANGUAGES) > 20


@pytest.mark.parametrize("language", ["german", "russian"])
def test_a_bundled_folder_works_as_ones_own(tmp_path: Path, language: str) -> None:
    texts = {"german": "schon wieder keine gute tat", "russian": "снова никто не хороший человек"}
    write(tmp_path / "in/train.txt", f"{texts[language]}\n")
    shutil.copytree(BUNDLED / language, tmp_path / "in/own")
    layout = {"german": "qwertz", "russian": "йцукен"}[language]
    told = {"kind": "text", "format": "lines", "include": ["train.txt"]}
    steps = [{"random_delete": {"alpha": 0.6}}, "keyboard_typos"]
    run(tmp_path / "in", tmp_path / "own", dataset=told | {"lexicon": "own"}, steps=steps)
    steps = [steps[0], {"keyboard_typos": {"layout": layout}}]
    run(tmp_path / "in", tmp_path / "theirs", dataset=told, steps=steps)
    made = [(tmp_path / name / "train.txt").read_text() for name in ("own", "theirs")]
    assert made[0] == made[1] != f"{texts[language]}\n"
