from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest
from declared import held_to_its_declaration
from hypothesis import given
from hypothesis import strategies as st
from text_samples import STEPS, TEXTS, anything, document, drawn

from augcli.draws import Draws
from augcli.text.recommended import recommended_alpha
from augcli.text.transforms.words import hits

SENTENCE = (
    "the quick brown fox jumps over the lazy dog while a happy child watches a boring film "
    "about great stories and famous people"
)
COUNT = len(SENTENCE.split())

every = pytest.mark.parametrize("name", STEPS)


def step(name: str, **fields: Any) -> Any:
    return STEPS[name].model_validate(fields)


@every
@given(text=anything, seed=st.integers(0, 1000))
def test_params_alone_make_the_text(name: str, text: str, seed: int) -> None:
    params, made = drawn(step(name), document(text), seed)
    _, again = drawn(step(name), document(text), seed)
    assert made.text == again.text
    bare = document(text)
    assert step(name).apply(bare, params).text == made.text
    for start, end, new in params.get("edits", ()):
        assert 0 <= start <= end <= len(text)
        assert isinstance(new, str)


@every
def test_protected_words_stay(name: str) -> None:
    for text, seed in product(TEXTS, range(5)):
        doc = document(text)
        _, made = drawn(step(name), doc, seed)
        for word in doc.words:
            assert word.free or word.text in made.text


@every
@given(seed=st.integers(0, 200), at=st.integers(0, 80), size=st.integers(1, 12))
def test_spans_stay_and_move(name: str, seed: int, at: int, size: int) -> None:
    text = "Great stories don't end. He saw Big Ben in London, and loved it! Was it fun? No way."
    span = (at, min(len(text), at + size))
    _, made = drawn(step(name), document(text, [span]), seed)
    assert [made.text[a:b] for a, b in made.spans] == [text[slice(*span)]]


@pytest.mark.parametrize("name", ["random_insert", "eda"])
def test_a_span_that_ends_the_text_with_a_point_stays(name: str) -> None:
    text = "A large crowd came from the U.S."
    for seed in range(60):
        _, made = drawn(step(name), document(text, [(28, 32)]), seed)
        assert [made.text[a:b] for a, b in made.spans] == ["U.S."]


@every
def test_steps_change_something(name: str) -> None:
    text = "I do not like the famous story. It was boring, and the films are not great!"
    found = {drawn(step(name), document(text), seed)[1].text for seed in range(20)}
    assert found != {text}


def changed(edits: list[list[Any]]) -> set[str]:
    return {SENTENCE[start:end] for start, end, _ in edits}


def of_words(edits: list[list[Any]]) -> list[list[Any]]:
    """Return edits without those of articles, which follow the words behind them."""
    return [edit for edit in edits if edit[2] not in ("a", "an")]


def of_words_alone(text: str) -> list[str]:
    return [word for word in text.split() if word not in ("a", "an")]


@pytest.mark.oracle("synonym_replace")
@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.2])
def test_synonyms_replace_so_many_different_words(alpha: float) -> None:
    for seed in range(20):
        params, made = drawn(step("synonym_replace", alpha=alpha), document(SENTENCE), seed)
        params["edits"] = of_words(params["edits"])
        assert len(changed(params["edits"])) == max(1, int(alpha * COUNT))
        assert not changed(params["edits"]) & {"the", "over", "while", "about", "and"}
        assert made.text != SENTENCE


def test_all_occurrences_get_the_same_synonym() -> None:
    doc = document("film after film, Film upon FILM")
    params, made = drawn(step("synonym_replace", alpha=0.1), doc)
    first = params["edits"][0][2]
    assert (
        made.text == f"{first} after {first}, {first[0].upper() + first[1:]} upon {first.upper()}"
    )


@pytest.mark.oracle("random_insert")
@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.3])
def test_so_many_words_are_inserted(alpha: float) -> None:
    for seed in range(20):
        params, made = drawn(step("random_insert", alpha=alpha), document(SENTENCE), seed)
        assert len(of_words(params["edits"])) == max(1, int(alpha * COUNT))
        left = Counter(of_words_alone(SENTENCE))
        left.subtract(of_words_alone(made.text))
        assert all(count <= 0 for count in left.values()), "nothing is lost"
        assert -left.total() >= max(1, int(alpha * COUNT))


def words_of(text: str) -> Counter[str]:
    """Return the words of a text; articles follow what stands behind them."""
    return Counter("a" if word == "an" else word for word in text.split())


def test_swaps_keep_the_words() -> None:
    for seed in range(20):
        params, made = drawn(step("random_swap", alpha=0.1), document(SENTENCE), seed)
        assert words_of(made.text) == words_of(SENTENCE)
        moved = [each for each in params["edits"] if each[2] not in ("a", "an")]
        assert 0 < len(moved) <= 2 * int(0.1 * COUNT)


@pytest.mark.oracle("random_swap")
def test_a_word_is_never_swapped_with_itself() -> None:
    made = {drawn(step("random_swap"), document("one two"), seed)[1].text for seed in range(20)}
    assert made == {"two one"}


@pytest.mark.oracle("random_delete")
def test_deletion_is_by_chance_and_never_of_all() -> None:
    lengths = []
    for seed in range(400):
        _, made = drawn(step("random_delete", alpha=0.2), document(SENTENCE), seed)
        lengths.append(len(made.text.split()))
        assert "  " not in made.text
        assert made.text == made.text.strip()
    share = 1 - sum(lengths) / (400 * COUNT)
    assert 0.18 < share < 0.22
    for seed in range(20):
        _, made = drawn(step("random_delete", alpha=1), document("big old house"), seed)
        assert made.text in ("big", "old", "house")


def test_negations_stay_unless_asked() -> None:
    doc = document("this is not good and i do n't like it , never")
    for seed in range(50):
        _, made = drawn(step("random_delete", alpha=1), doc, seed)
        assert {"not", "n't", "never"} <= set(made.text.split())
    _, made = drawn(step("random_delete", alpha=1, negations=True), doc)
    assert len(made.words) == 1


@pytest.mark.parametrize(
    ("text", "negation"),
    [("我不喜欢这部电影", "不"), ("ภาพยนตร์ไม่ดีเลย", "ไม่"), ("映画は面白くなかった。", "なか")],
)
def test_negations_stay_in_scripts_without_spaces(text: str, negation: str) -> None:
    for seed in range(20):
        _, made = drawn(step("random_delete", alpha=0.9), document(text), seed)
        assert negation in made.text


@given(st.integers(0, 30), st.floats(0, 1), st.integers(0, 99))
def test_hits_ascend_below_the_count(count: int, chance: float, seed: int) -> None:
    found = list(hits(Draws(seed), count, chance))
    assert found == sorted(set(found))
    assert all(0 <= each < count for each in found)
    assert chance < 1 or len(found) == count


@pytest.mark.oracle("eda")
@pytest.mark.parametrize(
    ("operation", "lengths"),
    [
        ("synonym_replace", {COUNT, COUNT + 1, COUNT + 2}),
        ("random_insert", {COUNT + 2, COUNT + 3, COUNT + 4}),
        ("random_swap", {COUNT}),
        ("random_delete", set(range(1, COUNT + 1))),
    ],
)
def test_eda_does_what_its_operation_does(operation: str, lengths: set[int]) -> None:
    texts = []
    for seed in range(20):
        only = step("eda", operations=(operation,), alpha=0.1)
        texts.append(drawn(only, document(SENTENCE), seed)[1].text)
    assert {
        len(of_words_alone(text)) - len(of_words_alone(SENTENCE)) + COUNT for text in texts
    } <= lengths
    assert len(set(texts) - {SENTENCE}) > 10
    assert operation != "random_swap" or all(words_of(t) == words_of(SENTENCE) for t in texts)


def test_eda_does_one_of_four_equally_often() -> None:
    counts = Counter(
        drawn(step("eda"), document(SENTENCE), seed)[0]["operation"] for seed in range(400)
    )
    assert set(counts) == {"synonym_replace", "random_insert", "random_swap", "random_delete"}
    assert min(counts.values()) > 70


@pytest.mark.parametrize(("size", "alpha"), [(500, 0.05), (2000, 0.05), (5000, 0.1)])
def test_eda_takes_the_recommended_share(size: int, alpha: float) -> None:
    assert recommended_alpha(size) == alpha
    long = " ".join(["great stories about famous people"] * 8)
    only = step("eda", operations=("random_insert",))
    params, _ = drawn(only, document(long, size=size))
    assert len(params["edits"]) == int(alpha * 40)


@pytest.mark.oracle("aeda")
def test_aeda_inserts_marks_before_different_words() -> None:
    seen = set()
    for seed in range(200):
        params, made = drawn(step("aeda"), document(SENTENCE), seed)
        places = [start for start, _, _ in params["edits"]]
        assert len(set(places)) == len(places)
        seen.add(len(places))
        assert {new.strip() for *_, new in params["edits"]} <= set(".,!?;:")
        assert [w for w in made.text.split() if w not in ".,!?;:"] == SENTENCE.split()
        assert len(made.text.split()) == COUNT + len(places)
    assert seen == set(range(1, int(0.3 * COUNT + 1) + 1))


@pytest.mark.oracle("ocr_errors")
def test_letters_are_taken_for_those_of_their_shape() -> None:
    text = "modern burning lamps"
    shapes = {"m": "rn nn", "d": "cl", "o": "0", "l": "1 I", "s": "5", "r": "t", "n": "ri u"}
    for seed in range(20):
        params, made = drawn(step("ocr_errors", fraction=0.2), document(text), seed)
        pieces, at = [], 0
        for start, end, new in params["edits"]:
            assert new in shapes.get(text[start:end], new).split()
            pieces += [text[at:start], new]
            at = end
        assert made.text == "".join([*pieces, text[at:]]) != text


@pytest.mark.oracle("char_drop", "char_insert", "char_swap", "homoglyphs")
def test_character_steps_do_what_they_say() -> None:
    text = "wonderful stories"
    assert len(drawn(step("char_drop", fraction=0.2), document(text))[1].text) == len(text) - 3
    assert len(drawn(step("char_insert", fraction=0.2), document(text))[1].text) == len(text) + 3
    made = drawn(step("char_swap", fraction=0.2), document(text))[1].text
    assert sorted(made) == sorted(text)
    assert made != text
    made = drawn(step("homoglyphs", fraction=1.0), document(text))[1].text
    assert len(made) == len(text)
    assert not made.isascii()


def test_letters_of_scripts_without_spaces() -> None:
    for name in ("char_swap", "char_drop", "char_insert"):
        assert (
            drawn(step(name, fraction=0.3), document("词汇阅读是关键"))[1].text != "词汇阅读是关键"
        )


@pytest.mark.oracle("contractions")
def test_contractions_go_both_ways() -> None:
    doc = document("I do not know. It's fine; you’re not. DON'T!")
    _, made = drawn(step("contractions"), doc)
    assert made.text == "I don't know. It's fine; you are not. DO NOT!"
    assert drawn(step("contractions", direction="contract"), doc)[1].text.endswith("DON'T!")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("That is what it is.", "That's what it is."),
        ("I know who they are", "I know who they are"),
        ("We have to go, as we have seen", "We have to go, as we've seen"),
        ("They have a house", "They have a house"),
        ("No, you should not!", "No, you shouldn't!"),
        ("Let us. Let us go", "Let us. Let's go"),
    ],
)
def test_only_what_can_be_contracted_is(text: str, expected: str) -> None:
    assert drawn(step("contractions"), document(text))[1].text == expected


def test_turkish_letters_have_cases_of_their_own() -> None:
    text, name = "IŞIK iyi İyi", "İstanbul"
    for form, made in (("lower", "ışık iyi iyi"), ("upper", "IŞIK İYİ İYİ")):
        assert drawn(step("case", form=form), document(text, language="turkish"))[1].text == made
    swapped = drawn(step("case", form="swapped"), document(text, language="turkish"))[1].text
    assert swapped == "ışık İYİ iYİ"
    assert drawn(step("case"), document(name))[1].text == name.replace("İ", "i")


@pytest.mark.oracle("case")
def test_case_forms() -> None:
    doc = document("Big fox at http://A.org")
    forms = {form: drawn(step("case", form=form), doc)[1].text for form in ("lower", "upper")}
    assert forms == {"lower": "big fox at http://A.org", "upper": "BIG FOX AT http://A.org"}
    assert drawn(step("case", form="titlecase"), doc)[1].text == "Big Fox At http://A.org"
    assert drawn(step("case", form="swapped"), doc)[1].text == "bIG FOX AT http://A.org"


@pytest.mark.oracle("sentence_shuffle")
def test_sentences_are_shuffled_whole() -> None:
    text = "One is here. Dr. Two is there! Is 3.5 three?  Four at a.b.org."
    found = {drawn(step("sentence_shuffle"), document(text), seed)[1].text for seed in range(40)}
    assert len(found) > 10
    parts = ["One is here.", "Dr. Two is there!", "Is 3.5 three?", "Four at a.b.org."]
    assert all(all(part in made for part in parts) and len(made) == len(text) for made in found)


def test_what_a_text_cites_goes_on() -> None:
    text = "It works well. Cf. Ann for more. See Lee et al. (2019) for that."
    found = {drawn(step("sentence_shuffle"), document(text), seed)[1].text for seed in range(30)}
    parts = ["It works well.", "Cf. Ann for more.", "See Lee et al. (2019) for that."]
    assert all(all(part in made for part in parts) for made in found)


@every
def test_invalid_values_are_refused(name: str) -> None:
    from pydantic import ValidationError

    for field in ("alpha", "fraction", "ratio"):
        if field in STEPS[name].model_fields:
            for bad in (-0.1, 1.1, "x"):
                with pytest.raises(ValidationError):
                    step(name, **{field: bad})


@every
def test_declarations_take_what_is_drawn(name: str) -> None:
    params, _ = drawn(step(name), document("This is not a large house, is it? It cost 200."))
    held_to_its_declaration(STEPS[name], params)
