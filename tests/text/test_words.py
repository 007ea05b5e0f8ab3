from __future__ import annotations

from itertools import pairwise
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text_samples import TEXTS, anything, document

from augcli.text.edits import in_shape_of, moved, ordered, spliced
from augcli.text.words import is_spaceless


def kept(text: str, **changes: object) -> list[str]:
    return [word.text for word in document(text, **changes).words if not word.free]


@given(anything, st.sampled_from(["auto", "spaces", "characters"]))
def test_words_are_where_they_say(text: str, mode: str) -> None:
    found = document(text, mode=mode).words
    assert all(text[word.start : word.end] == word.text != "" for word in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    "found",
    [
        "https://example.org/a?b=1&c=2/",
        "www.example.com",
        "me.too+x@mail.example.co.uk",
        "heise.de",
        "192.168.1.1",
        "$3,000.50",
        "50%",
        "2nd",
        "2024-11-20",
        "covid-19",
        "mid-1990s",
        "19-year-old",
        "1990's",
        "km²",
        "½",
        "<br/>",
        "&amp;",
        "{name}",
        "@someone",
        "#topic",
    ],
)
def test_what_must_not_be_touched(found: str) -> None:
    assert kept(f"look at {found} here") == [found]


def test_user_patterns_and_spans_are_kept() -> None:
    assert kept("Acme Corp sells X-ray glasses", patterns=("Acme Corp", "X-ray")) == [
        "Acme Corp",
        "X-ray",
    ]
    words = document("New York is big", [(0, 8)]).words
    assert [(word.text, word.free, word.inside) for word in words] == [
        ("New", False, False),
        ("York", False, True),
        ("is", True, False),
        ("big", True, False),
    ]


def test_what_is_kept_may_begin_within_a_word() -> None:
    assert kept("New-York City is un-lovely", patterns=("York City", "love")) == [
        *("New-York", "City", "un-lovely")
    ]
    found = document("New-York City", patterns=("York City",)).words
    assert [word.inside for word in found] == [False, True], "nothing is put into it"
    text = "see (http://foo.com/x), or (me@x.org) in covid-19 times"
    assert kept(text, mode="spaces") == ["(http://foo.com/x),", "(me@x.org)", "covid-19"]


def test_a_link_ends_where_chinese_begins() -> None:
    assert kept("我在http://t.cn/abc看到，很好") == ["http://t.cn/abc"]
    assert kept("见https://t.cn/a？好") == ["https://t.cn/a"]


def test_what_hangs_on_a_word_is_one_with_it() -> None:
    found = [word.text for word in document("the film 's plot does n't , we ’ve 's").words]
    assert found == ["the", "film 's", "plot", "does n't", "we ’ve", "'s"]


@given(anything)
def test_the_quick_way_to_plain_words_changes_nothing(text: str) -> None:
    """A pattern that matches nothing switches it off."""
    assert document(text).words == document(text, patterns=("(?!)",)).words


def test_scripts_without_spaces_are_read_by_character() -> None:
    assert [word.text for word in document("词汇iPhone15ไม่ดี").words] == [
        *("词", "汇", "iPhone15", "ไม่", "ดี")
    ]
    assert is_spaceless(["词汇阅读", "ab"])
    assert not is_spaceless(["plain words", "字"])


def test_every_combining_mark_stays_in_its_word() -> None:
    """The oracle is Unicode's own category of each character that a set of `re` may hold."""
    known = (chr(code) for code in range(0x300, 0x10000))
    marks = (mark for mark in known if category(mark).startswith("M") and not is_spaceless([mark]))
    words = [f"a{mark}b" for mark in marks]
    assert len(words) > 1000
    assert [word.text for word in document(" ".join(words)).words] == words


def test_words_keep_marks_apostrophes_and_hyphens() -> None:
    found = [word.text for word in document("'tis naïve: e\u0301té's well-made, हिन्दी").words]
    assert found == ["tis", "naïve", "e\u0301té's", "well-made", "हिन्दी"]


@pytest.mark.parametrize("text", TEXTS)
def test_letters_hang_alone(text: str) -> None:
    places = document(text).letters
    assert all(text[place].isalpha() for place in places)
    assert not any(text[place + 1 : place + 2] in ("\u0301", "\u200d") for place in places)


edits = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 5), st.text(max_size=4)), max_size=6
).map(lambda found: ordered([[a, a + b, c] for a, b, c in found]))


@given(st.text(min_size=50, max_size=60), edits)
def test_spliced_is_what_replacing_from_the_end_gives(text: str, found: list[list[object]]) -> None:
    last, clean = 0, []
    for edit in found:
        if edit[0] >= last:
            clean.append(edit)
            last = edit[1]
    expected = text
    for start, end, new in reversed(clean):
        expected = expected[:start] + new + expected[end:]
    assert spliced(text, clean) == expected


def test_spans_move_with_what_is_before_them() -> None:
    text = "a big Berlin wall"
    changes = [[2, 5, "huge"], [6, 6, "old "], [13, 17, "city"]]
    (span,) = moved([(6, 12)], changes)
    assert spliced(text, changes)[slice(*span)] == "Berlin"


@pytest.mark.parametrize(
    ("old", "new"), [("film", "movie"), ("Film", "Movie"), ("FILM", "MOVIE"), ("I", "Me")]
)
def test_replacements_take_the_case(old: str, new: str) -> None:
    assert in_shape_of(new.lower(), old) == new
