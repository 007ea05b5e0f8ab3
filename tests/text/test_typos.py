"""Typos: keys next to the one that was meant, on the keyboard that a text is written on."""

from __future__ import annotations

from typing import Any

import pytest
from text_samples import STEPS, document, drawn

from augcli.text.language.folders import KEYBOARD, words_in
from augcli.text.language.lexicon import bundled
from augcli.text.words import Document, Reading


def typos(**fields: Any) -> Any:
    return STEPS["keyboard_typos"].model_validate(fields)


@pytest.mark.oracle("keyboard_typos")
def test_typos_are_neighbours_and_keep_case() -> None:
    text = "HELLO there Friend"
    params, made = drawn(typos(fraction=0.5), document(text))
    assert sum(a != b for a, b in zip(made.text, text, strict=True)) == len(params["edits"]) == 8
    for start, end, new in params["edits"]:
        assert end == start + 1
        assert new.isupper() == text[start].isupper()
        assert new != text[start]
        assert made.text[start:end] == new
        assert new.lower() in KEYS_AROUND[text[start].lower()]


KEYS_AROUND = {
    **{"h": "gjyubn", "e": "wrsdf34", "l": "kopm", "o": "iplk", "t": "ryfgh", "r": "etdfg"},
    **{"f": "dgrtcve", "i": "uojkl", "n": "bmhjk", "d": "sferxcw"},
}
"""On a keyboard, generously."""


TYPED = {
    "german": "schöner Film für alle Leute über Straßen",
    "ukrainian": "це дуже добрий фільм для її всіх",
    "greek": "αυτή είναι μια καλή ταινία",
    "hebrew": "זה סרט טוב מאוד",
}


@pytest.mark.parametrize("language", TYPED)
def test_typos_are_made_on_the_keyboard_that_a_text_is_written_on(language: str) -> None:
    keys = {*"".join(words_in(language, KEYBOARD))}
    others = {*"".join(words_in("english", KEYBOARD))}
    for seed in range(20):
        params, _ = drawn(typos(fraction=0.5), document(TYPED[language]), seed)
        news = {new.lower() for *_, new in params["edits"]}
        assert news
        assert news <= keys
    assert language == "german" or not news & others


def test_the_language_of_the_texts_says_which_keyboard_it_is() -> None:
    reading = Reading(bundled(), language="french")
    near_q = {"a", "z", "s", "w"}
    for seed in range(20):
        params, _ = drawn(typos(fraction=1), Document("qqqq", reading), seed)
        assert {new for *_, new in params["edits"]} <= near_q
