"""Texts of a block are drawn and told of together: what each gets is what it gets alone."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text_samples import anything, document

from augcli.draws import Draws
from augcli.requests.courses import Stage, View
from augcli.text.attempts import made
from augcli.text.corpus import Known
from augcli.text.drawing import Course, Drawn, Failed, Original, courses_of, draw_copies
from augcli.text.edits import edited
from augcli.text.provenance import Lines
from augcli.text.transform import TextTransform
from augcli.text.transforms.characters import CharSwap
from augcli.text.transforms.words import (
    Aeda,
    Eda,
    RandomDelete,
    RandomInsert,
    RandomSwap,
    SynonymReplace,
)

COUNTS = ((2, 0), (0, 3), (5, 1), (0, 0), (1, 4))
TEXTS = (
    "it is a good film , and an odd one",
    "the actor plays a quiet man who tells his son of a long war that nobody won in the end",
    "bad",
    "",
    "Not an hour passes, and the old house by the river burns down again !",
)
STEPS = (
    SynonymReplace(),
    SynonymReplace(alpha=[0.05, 0.6]),
    RandomInsert(alpha=0.3),
    RandomSwap(alpha=[0.1, 0.9]),
    RandomDelete(),
    Aeda(),
    Eda(),
    Eda(alpha=[0, 0.5], operations=("random_swap", "random_delete")),
    CharSwap(),
    RandomSwap(p=0.5),
)


@pytest.mark.parametrize("more", [(), (RandomSwap(),)], ids=["alone", "followed"])
@pytest.mark.parametrize("step", STEPS, ids=str)
def test_texts_of_a_block_get_what_each_gets_alone(
    step: TextTransform, more: Sequence[TextTransform]
) -> None:
    """The first tries of a block are drawn as arrays, and all others one by one."""
    views = [View([step, *more]), View([RandomSwap()], "b", ("view", "b"))]
    courses = courses_of([Stage(1, views), Stage(1, [View([*more, step])], "strong")])
    originals = [
        Original(f"a.tsv#{number}", counts, None, document(text), lambda made: made.text)
        for number, (counts, text) in enumerate(zip(COUNTS, TEXTS, strict=True))
    ]
    for original, drawn in zip(originals, draw_copies(courses, 7, originals), strict=True):
        for group in alone(courses, original, list(drawn)):
            assert group


def alone(
    courses: Sequence[Course], original: Original, drawn: Sequence[Drawn | Failed]
) -> Iterator[bool]:
    """Yield whether each view of a copy is what its steps draw for its text and stream alone."""
    root, place = Draws(7).at(original.source), iter(drawn)
    for (stage, views), count in zip(courses, original.counts, strict=True):
        for copy in range(count):
            for view, steps in views:
                found = next(place)
                assert isinstance(found, Drawn)
                stream = stage.below(root).at(copy)
                stream = stream.at(found.attempt) if found.attempt else stream
                told, text = made(steps, view.below(stream), None, original.document)
                if found.row is not None:
                    yield found.document.text == text.text
                    yield found.steps == [step.told(params) for step, params in told]
                else:
                    yield found.document is original.document
    assert next(place, None) is None


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
    mark = "'"  # which makes of every text one that is looked at
    within = [(start - 1, end - 1) for start, end in known.stretches_of(mark + text)]
    expected = [
        index
        for index, word in enumerate(read.words)
        if word.free
        and not known.has(word.text.lower())
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
