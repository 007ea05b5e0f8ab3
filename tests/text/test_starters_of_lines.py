"""`init` says of lines that they begin with their class where that is clear, and asks where not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from helpers import write

from augcli.commands.init import starter
from augcli.recipe import load_recipe
from augcli.run import planned

RANDOM = random.Random(7)
WORDS = ["the", "a", "film", "was", "very", "long", "and", "good", "bad", "of", "it", "plot"]


def lines(*first: str) -> str:
    texts = (" ".join(RANDOM.choices(WORDS, k=9)) for _ in range(60))
    return "".join(f"{first[n % len(first)]} {text}\n" for n, text in enumerate(texts))


@pytest.mark.parametrize("name", ["t.txt", "train.txt", "reviews"])
@pytest.mark.parametrize("first", [("ham", "spam"), ("joy", "fear", "anger"), ("NEG", "POS")])
def test_bare_words_that_are_classes_are_told(
    tmp_path: Path, name: str, first: tuple[str, ...]
) -> None:
    path = write(tmp_path / name, lines(*first))
    text = starter(path, tmp_path).text
    assert (
        f"\n  label: first    # each line begins with one of {', '.join(sorted(first))}\n" in text
    )
    _, plan = planned(load_recipe(text, "recipe.yaml", tmp_path))
    assert {each.label for each in plan.counts()} <= {*first, None}


def test_words_that_sentences_begin_with_are_a_question(tmp_path: Path) -> None:
    text = starter(write(tmp_path / "t.txt", lines("The", "A", "Of")), tmp_path).text
    told = "  # label: first    # each line begins with one of A, Of, The, if these are classes"
    assert told in text


def test_files_that_are_a_class_each_begin_with_none(tmp_path: Path) -> None:
    for name in ("pos", "neg"):
        write(tmp_path / f"in/{name}.txt", lines("it", "he"))
    assert "label: first" not in starter(tmp_path / "in", tmp_path).text
