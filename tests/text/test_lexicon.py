from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from augcli.errors import SettingError
from augcli.text.language.inflection import bases, inflected
from augcli.text.language.lexicon import TABLE, bundled, open_lexicon
from augcli.text.language.wndb import FILES, table_lines

LEXICON = bundled()


@pytest.mark.parametrize(
    ("word", "synonym"),
    [
        ("film", "movie"),
        ("films", "movies"),
        ("stories", "tales"),
        ("stops", "halts"),
        ("watched", "viewed"),
        ("stopping", "halting"),
        ("boring", "tedious"),
        ("quickly", "rapidly"),
    ],
)
def test_synonyms_come_in_the_form_of_the_word(word: str, synonym: str) -> None:
    assert synonym in LEXICON.synonyms(word)


def test_part_of_speech_follows_the_word_before() -> None:
    assert "drama" in LEXICON.synonyms("play", "the")
    for before in ("to", "don't", "does n't", "can’t"):
        assert "drama" not in LEXICON.synonyms("play", before)
    assert "tedious" in LEXICON.synonyms("boring", "is n't")


@pytest.mark.parametrize("word", ["the", "not", "never", "let", "a", "made", "saw", "was", "bitch"])
def test_words_without_synonyms(word: str) -> None:
    assert not LEXICON.synonyms(word)


def test_denied_words_neither_go_nor_come() -> None:
    lexicon = bundled(("movie", "great"))
    assert "movie" not in lexicon.synonyms("film")
    assert not lexicon.synonyms("great")
    assert "movies" not in lexicon.synonyms("films")
    assert "coffin nails" in LEXICON.synonyms("cigarettes")
    assert "fags" not in LEXICON.synonyms("cigarettes")


def test_a_plural_gets_no_other_plural() -> None:
    assert "rears" in LEXICON.synonyms("seats")
    assert "bunses" not in LEXICON.synonyms("seats")


def test_no_names_numbers_or_long_phrases() -> None:
    for word in ("paris", "capital", "three", "apple", "war"):
        for synonym in LEXICON.synonyms(word):
            assert synonym.replace(" ", "").replace("-", "").replace("'", "").isalpha()
            assert synonym == synonym.lower()
            assert synonym.count(" ") < 2


def test_the_table_has_its_licence() -> None:
    text = gzip.decompress(TABLE.read_bytes()).decode()
    assert "WordNet 3.0 Copyright 2006 by Princeton University" in text[:3000]
    assert (TABLE.parent / "LICENSE.wordnet").exists()
    assert TABLE.stat().st_size < 750_000


def test_endings() -> None:
    assert ("story", "s") in bases("stories")
    assert ("box", "s") in bases("boxes")
    assert ("stop", "ing") in bases("stopping")
    assert ("make", "ing") in bases("making")
    assert inflected("watch", "s", ()) == "watches"
    assert inflected("try", "ed", ()) == "tried"
    assert inflected("agree", "ing", ()) == "agreeing"
    assert inflected("make", "ed", ["made", "making"]) is None


def test_wndb_files_give_the_table() -> None:
    files = {
        "index.noun": "  1 licence\nfilm n 1 0 1 1 00000001\nmovie n 1 0 1 1 00000001\n",
        "data.noun": "00000001 06 n 02 film 0 movie 0 000 | a show\n",
        "noun.exc": "films film\n",
        "cntlist.rev": "film%1:06:00:: 1 20\n",
    }
    lines = list(table_lines(files))
    assert lines == ["! films film", "film n:movie", "movie n:film"]
    lexicon = open_lexicon({f"wn/{name}": text.encode() for name, text in files.items()}, ())
    assert lexicon.synonyms("film") == ("movie",)


def test_a_list_of_ones_own() -> None:
    table = "# mine\nHaus\tGebäude, Bau\nschön\thübsch\tnett\n".encode()
    lexicon = open_lexicon({"german.tsv": table}, ("nett",))
    assert lexicon.synonyms("haus") == ("Gebäude", "Bau")
    assert lexicon.synonyms("schön") == ("hübsch",)
    assert lexicon.synonyms("film") == ()


def test_a_list_in_another_encoding() -> None:
    lexicon = open_lexicon({"german.tsv": "Haus\tGebäude\r\n".encode("cp1252")}, ())
    assert lexicon.synonyms("Haus") == ("Gebäude",)


def test_a_list_without_synonyms_is_refused() -> None:
    with pytest.raises(SettingError, match=r"german.tsv has no line of a word, a tab") as caught:
        open_lexicon({"german.tsv": b"# mine\nHaus, Bau\n"}, ())
    assert caught.value.path == ("dataset", "lexicon")


@pytest.mark.skipif(not Path("/usr/share/wordnet").is_dir(), reason="no WordNet on this machine")
def test_the_script_makes_the_table_again() -> None:
    import gzip

    folder = Path("/usr/share/wordnet")
    files = {name: (folder / name).read_text("utf-8") for name in FILES if (folder / name).exists()}
    text = gzip.decompress(TABLE.read_bytes()).decode()
    assert [line for line in text.splitlines() if line[:1] != "#"] == list(table_lines(files))


def test_every_word_of_the_lexicon_is_found_and_no_other() -> None:
    lines = gzip.decompress(TABLE.read_bytes()).decode().splitlines()
    words = [line.partition(" ")[0] for line in lines if line[0] not in "#!"]
    assert all(map(LEXICON.knows, words))
    assert not any(map(LEXICON.knows, ("", "zzyzx", "\uffff", "filmq", "!", "a1")))
