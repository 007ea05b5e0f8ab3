"""Each language that comes along is a folder as a dataset's own is, and one alone says as much."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from helpers import run, write

from augcli.errors import RecipeError
from augcli.text.language.folders import (
    ARTICLES,
    BUNDLED,
    FILES,
    articles_of,
    languages_with,
    words_in,
)

LANGUAGES = sorted(path.name for path in BUNDLED.iterdir() if path.is_dir())


def test_folders_have_what_a_folder_of_ones_own_may_have() -> None:
    others = {"english": {"wordnet.txt.gz", "LICENSE.wordnet", "never.txt"}}
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


FORMS = {
    "english": "a film|an idea|a union|an uninvited|an hour|a one|an FBI|a USB|an élan",
    "hungarian": "a ház|az alma|az ÉN|a KÖNYV",
    "italian": "il cane|lo studio|lo zio|i cani|gli amici|gli gnomi|un amico|uno psicologo",
    "spanish": "e hijo|y hielo|e Inés|u otro|o casa|u hora",
}


@pytest.mark.parametrize("language", languages_with(ARTICLES))
def test_articles_hang_on_what_follows(language: str) -> None:
    known = articles_of(language)
    pairs = [each.split() for each in FORMS[language].split("|")]
    for block in known.blocks:
        forms = {form for form, _ in block}
        mine = [pair for pair in pairs if pair[0] in forms]
        assert {form for form, _ in mine} == forms
        for form, old in mine:
            found = [known.instead(form, old, new) or form for _, new in mine]
            assert found == [other for other, _ in mine]


def own_texts(tmp_path: Path, files: dict[str, str], text: str, step: object) -> list[str]:
    write(tmp_path / "in/t.csv", f'text,y\n"{text}",a\n')
    for name, content in files.items():
        write(tmp_path / "in/own" / name, content)
    told = {"kind": "text", "text": "text", "label": "y", "lexicon": "own"}
    run(tmp_path / "in", tmp_path / "out", dataset=told, copies=20, steps=[step])
    lines = (tmp_path / "out/t.csv").read_text().splitlines()[2:]
    return [line.removeprefix('"').removesuffix('",a') for line in lines]


def test_articles_of_ones_own(tmp_path: Path) -> None:
    files = {"synonyms.tsv": "afal\tllyfr\n", "articles.txt": "yr [aeiouwyh]*\ny *\n"}
    step = {"synonym_replace": {"alpha": 1}}
    found = own_texts(tmp_path, files, "Yr afal yr afal coch", step)
    assert set(found) == {"Y llyfr y llyfr coch", "Yr afal yr afal coch"}
    (tmp_path / "in/own/articles.txt").write_text("yr\n")
    with pytest.raises(RecipeError, match="'yr' has no beginnings of words behind it"):
        own_texts(tmp_path, {}, "Yr afal", step)


def test_abbreviations_of_ones_own(tmp_path: Path) -> None:
    text = "Gwel tud. Tri yma. Wedyn aeth. Mae hi."
    whole = own_texts(tmp_path, {"abbreviations.txt": "tud\n"}, text, "sentence_shuffle")
    assert all("tud. Tri yma." in line for line in whole)
    assert len(set(whole)) == 6
    (tmp_path / "in/own/abbreviations.txt").unlink()
    parts = own_texts(tmp_path, {"negations.txt": "nid\n"}, text, "sentence_shuffle")
    assert not all("tud. Tri yma." in line for line in parts)
