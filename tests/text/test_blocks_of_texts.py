"""Texts of a block are drawn and told of together: what each gets is what it gets alone."""

from __future__ import annotations

from array import array
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text_samples import anything, document

from augcli.draws import Draws
from augcli.requests.courses import Stage, View
from augcli.text.drawing import courses_of, streams_of, streams_of_many
from augcli.text.edits import edited
from augcli.text.known import Known
from augcli.text.language.negations import NEGATING, negates
from augcli.text.provenance import Lines
from augcli.text.transforms.words import RandomSwap

COUNTS = ((2, 0), (0, 3), (5, 1), (0, 0), (1, 4))


def test_streams_of_a_block_are_those_of_each_text() -> None:
    views = [View([RandomSwap()])]
    courses = courses_of([Stage(1, views), Stage(1, views, "strong")])
    names = [f"a.tsv#{number}" for number in range(len(COUNTS))]
    together = streams_of_many(courses, 7, names, COUNTS)
    for name, counts, streams in zip(names, COUNTS, together, strict=True):
        alone = streams_of(courses, 7, name, counts)
        assert tuple(map(len, streams)) == counts
        for one, other in zip(chain(*streams), chain(*alone), strict=True):
            assert one.at("swap#0", 1).key == other.at("swap#0", 1).key


def test_names_that_few_ask_for_are_drawn_as_ever() -> None:
    courses = courses_of([Stage(1, [View([RandomSwap()])])])
    ((streams,),) = streams_of_many(courses, 7, ["a.tsv#0"], [[2]])
    alone = Draws(7).at("a.tsv#0", 1)
    assert [streams[1].at(n, "x").key for n in range(99)] == [
        alone.at(n, "x").key for n in range(99)
    ]


@pytest.mark.parametrize("size", [0, 1, 2, 3000])
def test_known_texts_are_known_and_no_others(size: int) -> None:
    texts = [f"text {number}" for number in range(size)]
    known = Known(array("q", map(hash, [*texts, *texts[:2]])))
    assert all(text in known for text in texts)
    assert not any(f"other {number}" in known for number in range(3000))


@given(st.lists(anything), anything)
def test_known_texts_are_those_of_a_set(texts: list[str], text: str) -> None:
    assert (text in Known(array("q", map(hash, texts)))) == (text in set(texts))


def test_records_of_steps_keep_all_line_ends() -> None:
    steps = ['[{"name":"x","params":{"new":"a\u2028b\x85c\\nd\x0b"}}]', "[]"]
    lines = Lines(base=["t#0"], split=[None], label=["a"], copies=[2], copy=[0, 1], steps=steps)
    assert Lines.read(lines.packed()) == lines
    assert Lines.read(Lines().packed()) == Lines()


@pytest.mark.parametrize(
    "text",
    [
        "it is not so bad",
        "It ISN'T so, it ain't",
        "it isn’t so",
        "he does n't care",
        "HE DOES N 'T CARE",
        "never say never",
        "no word but good ones",
        "it 's the director 's film",
        "ฉันไม่ชอบ",
        "これはよくない",
        "그는 가지 않았다",
        "plain words alone",
    ],
)
def test_what_negates_is_found_in_every_text(text: str) -> None:
    read = document(text)
    known = read.reading.never_deleted
    within = [match.span() for match in NEGATING.finditer(text)]
    expected = [
        index
        for index, word in enumerate(read.words)
        if word.free
        and not negates(word.text.lower(), known)
        and not any(start < word.end and word.start < end for start, end in within)
    ]
    assert read.deletable == expected


@given(anything, st.integers(0, 2**64 - 1))
def test_swapped_words_are_the_same_words(text: str, key: int) -> None:
    read = document(text)
    edits = RandomSwap().edits(Draws(key), read)
    words = [word.text for word in read.words]
    for start, end, new in edits:
        place = next(
            n for n, word in enumerate(read.words) if (word.start, word.end) == (start, end)
        )
        assert words[place] != new
        words[place] = new
    assert sorted(words) == sorted(word.text for word in read.words)
    assert len(edited(read, edits).text) == len(text)
