"""Names and numbers have no synonyms, and a point behind initials is no end of a sentence."""

import re

import pytest
from helpers import run, write
from text_samples import document, drawn

from augcli.text.language.lexicon import bundled
from augcli.text.transforms.surface import SentenceShuffle
from augcli.text.transforms.words import RandomDelete, RandomSwap
from augcli.text.words import Document, Reading

TEXT = "Good old Johnny Cash sang of the United States in two big halls; AIDS was a large theme."


def new_texts(tmp_path, text, steps, count=30):
    table = write(tmp_path / "t.csv", f'text,label\n"{text}",a\n')
    dataset = {"kind": "text", "text": "text", "label": "label"}
    run(table, tmp_path / "out", dataset=dataset, steps=steps, copies=count)
    return (tmp_path / "out/t.csv").read_text().splitlines()[2:]


def replaceable(text):
    read = Document(text, Reading(bundled()))
    return {read.words[places[0]].text for places, _ in read.replaceable}


def test_names_and_numbers_have_no_synonyms():
    assert replaceable(TEXT) >= {"Good", "big", "large"}
    assert replaceable(TEXT).isdisjoint({"Johnny", "Cash", "United", "States", "AIDS", "two"})


def test_names_have_no_synonyms_where_most_words_are_names():
    text = "Does Angela Merkel visit New York or is Bill Gates there"
    assert replaceable(text) == {"visit"}


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("we saw Big Ben and the Tower of London", set()),
        ("the Big House of Great Stone", set()),
        ("President Bush and Mr. Brown spoke about the War on Terror", set()),
        ("Mark Stone went to Bath. Rose Hill is large", {"large"}),
        ("She met Rose Hill and Mark Stone near Bath on May Day", set()),
        ("They thought of J. R. Large and of Mt. Great", set()),
    ],
)
def test_names_have_no_synonyms_where_no_other_word_has_any(text, free):
    assert replaceable(text) <= free


@pytest.mark.parametrize("before", ["It rained. ", "He said: ", 'He said: "', "- ", "Go on! ("])
def test_the_first_word_of_a_sentence_is_no_name(before):
    assert "Large" in replaceable(f"{before}Large halls were full of people who sang the old songs")


def test_titles_in_capitals_have_synonyms():
    assert replaceable("Large Halls And Good Old Songs") >= {"Large", "Halls", "Good", "Songs"}


@pytest.mark.parametrize("name", ["synonym_replace", "random_insert", "eda"])
def test_new_texts_keep_the_names(tmp_path, name):
    told = {} if name == "eda" else {"alpha": 0.9}
    found = new_texts(tmp_path, TEXT, [{name: told | {"p": 1}}])
    capitals = {word for text in found for word in re.findall("[A-Z][A-Za-z]+", text)}
    firsts = {re.findall("[A-Za-z]+", text)[0] for text in found}
    assert capitals - firsts <= set(re.findall("[A-Z][A-Za-z]+", TEXT))


@pytest.mark.parametrize(
    "whole",
    [
        "I met J. R. Smith there.",
        "He lived in the U.S. Army camp.",
        "See e.g. Figure 3 there.",
        "Das kostet ggf. Geld.",
        "We met on Jan. 5. May came.",
        "See Fig. 3 for it.",
        "Er kam am 3. Oktober an.",
        "Voici Mme. Durand.",
        "Det er f.eks. Oslo.",
        'She said "No. Never. Go!" twice.',
        "Er rief „Halt! Nein. Weg.“ dazu.",
        "(He left. She stayed (a bit). Nobody knew.) They saw.",
        "He came [see Smith. Note three.] and saw.",
        "'It is late. Don't go. The dogs' house is dark.' It was.",
        "She said: ‘Go. Don’t wait!’ twice.",
        "<b>He left. She stayed.</b> They saw.",
        "**He left. She stayed.** They saw.",
    ],
)
def test_points_that_are_no_ends(whole):
    text = f"{whole} Then we left. It rained all day."
    found = {drawn(SentenceShuffle(), document(text), seed)[1].text for seed in range(40)}
    assert len(found) == 6
    assert all(whole in each for each in found)


def test_a_quotation_that_never_closes_ends_with_its_line():
    text = '19" rack. It is new.\nOne. Two. Three.'
    found = {drawn(SentenceShuffle(), document(text), seed)[1].text for seed in range(200)}
    assert len(found) == 24
    assert all('19" rack. It is new.' in each for each in found)


@pytest.mark.parametrize(
    "mark", [":(", "1)", "rock 'n' roll", "'tis", "the dogs' house", ":-(", "*", "<br>"]
)
def test_marks_that_open_nothing_hold_no_sentences_together(mark):
    text = f"So {mark} it was. They came. We went (at ten). It's all."
    found = {drawn(SentenceShuffle(), document(text), seed)[1].text for seed in range(200)}
    assert len(found) == 24


@pytest.mark.parametrize("text", ["यह एक है। वह दो है। हम तीन हैं।", "هل هذا؟ نعم هو. لماذا لا؟"])
def test_ends_of_other_scripts(text):
    found = {drawn(SentenceShuffle(), document(text), seed)[1].text for seed in range(40)}
    assert len(found) == 6


TOGETHER = ["MR.", "np.", "г.", "vol.", "Sig.ra", "m/s²", "km/h", "he/she", "word(s)"]


@pytest.mark.parametrize("step", [RandomSwap, RandomDelete])
def test_words_that_move_or_go_leave_nothing_behind(step):
    chosen = step.model_validate({"alpha": 0.5})
    for held in TOGETHER:
        read = document(f"it is {held} a big good film")
        made = [drawn(chosen, read, seed)[1].text for seed in range(12)]
        assert len({*made}) > 1
        assert all(held in each for each in made), made
