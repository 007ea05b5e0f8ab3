"""Classes are as large as was asked for, counted in what was written by other readers."""

from collections import Counter

import pytest
from made import able, by
from msgspec.structs import replace
from readers import labels_of

from augcli.reports.report import Summary


def counted(work):
    return Counter(labels_of(work.name, work.output))


def told(summary: Summary):
    return {each.label: each.after for each in summary.counts if each.split == "train"}


@able("balance")
@pytest.mark.parametrize("target", ["max", 53, "one class"])
def test_classes_are_as_large_as_asked(made, memory, target):
    work = made.anew(memory / "there")
    before = {each.label: each.before for each in made.summary.counts if each.split == "train"}
    small = min(before, key=before.__getitem__)
    expected = {
        "max": dict.fromkeys(before, max(before.values())),
        53: dict.fromkeys(before, 53),
        "one class": before | {small: 61},
    }[target]
    balance = {"target": {small: 61} if target == "one class" else target}
    summary = work.run(balance=balance, copies=0)
    assert summary.exit_code == 0
    assert counted(work) == expected
    assert told(summary) == expected


@able("balance")
def test_copies_are_as_many_as_asked(made):
    assert counted(made) == told(made.summary)


@by("text csv")
def test_one_sample_too_few_is_noticed(made, memory, monkeypatch):
    monkeypatch.setattr("augcli.text.corpus.spread", lambda *_: iter(()))
    with pytest.raises(AssertionError):
        test_classes_are_as_large_as_asked(made, memory, 53)


@by("text csv", "tabular csv", "timeseries wide")
def test_a_copy_too_many_is_noticed(made, memory):
    there = replace(made.copied(memory / "there"), summary=made.summary)
    with (there.output / made.victim).open("a") as file:
        file.write((made.source / made.victim).read_text().splitlines()[-1] + "\n")
    with pytest.raises(AssertionError):
        test_copies_are_as_many_as_asked(there)
