"""What repeats another copy of its sample is drawn again, and told where that was in vain."""

import json

import pytest
from helpers import make_photos, manifest, run, write
from msgspec.structs import astuple

from augcli.draws import Draws
from augcli.errors import RefusedError, StepError
from augcli.requests.redraws import REDRAWS, TRIES, Distinct, Fault, redrawn


def picked(*copies, known=()):
    """Return (drawn, attempt, is new, repeats) of copies with so many tries each."""
    each = Distinct(str.lower, known)
    return [astuple(each.pick(str, iter(drawn))) for drawn in copies]


def test_the_first_try_that_is_new_is_taken():
    assert picked("a", "aAb", "BabCd") == [
        ("a", 0, True, None),
        ("b", 2, True, None),
        ("C", 3, True, None),
    ]


def test_the_last_try_is_taken_where_none_is_new_and_names_what_it_repeats():
    assert picked("a", "b", "abAB", "c") == [
        ("a", 0, True, None),
        ("b", 0, True, None),
        ("B", 3, False, 1),
        ("c", 0, True, None),
    ]


def test_what_was_known_before_is_never_new():
    assert picked("aB", "A", known="a") == [("B", 1, True, None), ("A", 0, False, None)]


def test_no_more_is_drawn_than_needed():
    drawn = iter("abc")
    assert Distinct(str.lower).pick(str, drawn).drawn == "a"
    assert [*drawn] == ["b", "c"]


def failing(on):
    """Return what draws a letter, and fails on some."""

    def draw(letter):
        if letter in on:
            raise StepError(f"no {letter}")
        return letter

    return draw


def test_what_a_step_fails_on_is_drawn_again():
    copies = Distinct(str.lower)
    assert astuple(copies.pick(failing("ab"), "abcd")) == ("c", 2, True, None)
    assert astuple(copies.pick(failing("ab"), "cab")) == ("c", 0, False, 0)
    known = Fault(1, StepError("before"))
    assert astuple(copies.pick(failing(""), "ad", known)) == ("d", 1, True, None)


def test_the_last_fault_is_told_where_nothing_can_be_had():
    with pytest.raises(StepError, match="no b"):
        Distinct(str.lower).pick(failing("ab"), "aab")
    with pytest.raises(StepError, match="before"):
        Distinct(str.lower).pick(failing(""), "a", Fault(1, StepError("before")))


def test_what_is_refused_is_not_drawn_again():
    drawn = iter("ab")

    def refuse(_letter):
        raise RefusedError("never")

    with pytest.raises(RefusedError):
        Distinct(str.lower).pick(refuse, drawn)
    assert [*drawn] == ["b"]


def test_each_try_has_a_stream_of_its_own_name():
    place = Draws(7).at("a.png", 0)
    assert redrawn(place, 3, "attempt") == place.at("attempt", 3)
    assert len({redrawn(place, attempt).key for attempt in TRIES[1:]} | {place.key}) == REDRAWS + 1


def series(folder):
    rows = [f"{name}\t{number}\t{number + 2}\t3" for number, name in enumerate("ab")]
    return write(folder / "x_TRAIN.tsv", "\n".join([*rows, ""]))


def told_of_pictures(out):
    return {
        (each["source"], each["copy"]): (
            json.dumps(each["steps"]),
            each.get("attempt", 0),
            each.get("repeats"),
        )
        for each in manifest(out)
        if each["copy"] is not None
    }


def told_of_series(out):
    import polars as pl

    lines = pl.read_parquet(out / "provenance.parquet").to_dicts()
    return {
        (each["base"], each["copy"]): (each["steps"], each["attempt"], each["repeats"])
        for each in lines
    }


@pytest.mark.parametrize("kind", ["image", "timeseries"])
def test_copies_differ_as_long_as_params_do(tmp_path, kind):
    if kind == "image":
        dataset, told = make_photos(tmp_path / "in", {"train/a": 3}), told_of_pictures
        steps, different = [{"horizontal_flip": {"p": 0.5}}], 2
    else:
        dataset, steps, told = series(tmp_path / "in"), [{"reverse": {"p": 0.5}}], told_of_series
        different = 1  # a series as it was is no copy
    run(dataset, tmp_path / "out", dataset={"kind": kind}, copies=4, steps=steps)
    found = told(tmp_path / "out")
    for source in {source for source, _ in found}:
        copies = [found[source, copy] for copy in range(4)]
        new = [steps for steps, _, repeats in copies if repeats is None]
        assert len(new) == len(set(new)) == different
        for steps, attempt, repeats in copies:
            same = None if repeats is None else "[]" if repeats < 0 else copies[repeats][0]
            assert repeats is None or (attempt, same) == (REDRAWS, steps)
