from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import augment, run, write

from augcli.errors import RecipeError

TEXTS: dict[str, Any] = {"dataset": {"kind": "text"}, "copies": 1, "steps": ["random_swap"]}


def test_a_text_a_line_needs_no_word_where_its_file_ends_in_txt(tmp_path: Path) -> None:
    write(tmp_path / "in/pos.txt", "great movie\nI laughed, and how\nworth a second look\n")
    write(tmp_path / "in/neg.txt", "dull story\nI left, bored, after an hour\n")
    result = run(tmp_path / "in", tmp_path / "out", **TEXTS)
    assert [(each.label, each.before, each.after) for each in result.counts] == [
        ("neg", 2, 4),
        ("pos", 3, 6),
    ]
    assert (tmp_path / "out/pos.txt").read_text().startswith("great movie\nI laughed, and how\n")


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("id\ttext\n1\ta tall tree\n2\ta wide lawn\n", 2),
        ("review\na tall tree\na wide lawn\n", 2),
        ("a tall tree\na wide lawn\n", 2),
    ],
)
def test_a_table_in_a_txt_file_is_still_one(tmp_path: Path, lines: str, count: int) -> None:
    write(tmp_path / "in/all.txt", lines)
    result = run(tmp_path / "in", tmp_path / "out", **TEXTS)
    assert [each.before for each in result.counts] == [count]


def test_a_first_text_is_no_header(tmp_path: Path) -> None:
    write(tmp_path / "in/all.csv", "lovely place\nthe soup was cold\nnever again\n")
    result = run(tmp_path / "in", tmp_path / "out", **TEXTS)
    assert [each.before for each in result.counts] == [3]


LABELLED = {
    "__label__pos __label__long ": "pos long",
    "HUM:ind ": "HUM:ind",
    "1 ": "1",
    "spam\t": "spam",
}


@pytest.mark.parametrize("first", LABELLED)
def test_a_class_that_stands_first_in_a_line_stays(tmp_path: Path, first: str) -> None:
    texts = ["who wrote the third letter", "when did the old bridge fall", "why is rain so warm"]
    other = {"_": "__label__neg ", "H": "LOC:city ", "1": "0 ", "s": "ham\t"}[first[0]]
    rows = [f"{first}{text}" for text in texts] + [f"{other}{text} again" for text in texts]
    write(tmp_path / "in/TREC.train.all", "\n".join(rows) + "\n")
    changes = TEXTS | {"dataset": {"kind": "text", "format": "lines"}}
    result = run(tmp_path / "in", tmp_path / "out", **changes)
    assert {each.label: each.after for each in result.counts}[LABELLED[first]] == 6
    lines = (tmp_path / "out/TREC.train.all").read_text().splitlines()
    assert [line.startswith(first) for line in lines] == ([True] * 3 + [False] * 3) * 2
    assert sorted(lines[6].split()) == sorted(lines[0].split()) != lines[6].split()
    replayed = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert replayed.returncode == 0, replayed.stderr
    made = (tmp_path / "again/TREC.train.all").read_bytes()
    assert made == (tmp_path / "out/TREC.train.all").read_bytes()


FIRST = [
    ("HUM:ind ", "LOC:city ", ["HUM:ind", "LOC:city"]),
    ("num:count ", "hum:ind ", ["hum:ind", "num:count"]),
    ("joy: ", "fear: ", ["fear", "joy"]),
    ("[joy] ", "[fear] ", ["fear", "joy"]),
    ("(joy) ", "<fear> ", ["fear", "joy"]),
    ("__cls__a __cls__c ", "__cls__b ", ["a c", "b"]),
    ("very good: ", "quite bad: ", ["quite bad", "very good"]),
    ("[very good] ", "(quite bad) ", ["quite bad", "very good"]),
    ("ENTY:animal: ", "HUM:ind: ", ["ENTY:animal", "HUM:ind"]),
    ("good/mild : ", "bad : ", ["bad", "good/mild"]),
    ("so so - ", "well-made -- ", ["so so", "well-made"]),
    ("正面：", "负面：", ["正面", "负面"]),
]


@pytest.mark.parametrize("name", ["q.label", "q.txt", "q.all"])
@pytest.mark.parametrize(("one", "other", "labels"), FIRST)
def test_a_class_stands_first_whatever_the_file_is_called(
    tmp_path: Path, one: str, other: str, labels: list[str], name: str
) -> None:
    """Commas that all lines have are none between cells."""
    texts = ["What , is the old red bridge", "Where , did the long war end"] * 4
    lines = [f"{one if at % 2 else other}{text} {at}" for at, text in enumerate(texts)]
    source = write(tmp_path / f"in/{name}", "\n".join(lines) + "\n")
    steps = [{"random_swap": {"alpha": 0.9}}]
    told = TEXTS | {"dataset": {"kind": "text"}, "steps": steps}
    result = run(source, tmp_path / "out", **told)
    assert [each.label for each in result.counts] == labels
    new = (tmp_path / f"out/{name}").read_text().splitlines()[8:]
    assert [each.startswith(one) for each in new] == [False, True] * 4
    words, own = (sorted(each[0].removeprefix(other).split()) for each in (new, lines))
    assert words == own


ODD = {
    "__label__{0} ": ["__label__b", "it went well", "so __label__a well"],
    "HUM:{0} ": ["HUM:b", "it went well"],
    "joy{0}: ": ["it went well"],
    "[joy{0}] ": ["it went well"],
}


@pytest.mark.parametrize("first", ODD)
def test_odd_lines_among_such_that_say_their_class_are_failures(tmp_path: Path, first: str) -> None:
    marks = [first.format("ab"[at % 2]) for at in range(30)]
    lines = [f"{mark}the film was good and long {at}" for at, mark in enumerate(marks)]
    lines[9:9] = ODD[first]
    source = write(tmp_path / "in/q.txt", "\n".join(lines) + "\n")
    told = TEXTS | {"dataset": {"kind": "text"}, "steps": ["eda"]}
    result = run(source, tmp_path / "out", **told)
    assert [each.after - each.before for each in result.counts if each.label] == [15, 15]
    assert len(result.failures) == len(ODD[first])
    new = (tmp_path / "out/q.txt").read_text().splitlines()[len(lines) :]
    assert [each[: len(mark)] for each, mark in zip(new, marks, strict=True)] == marks


def test_classes_of_fasttext_may_stand_at_both_ends(tmp_path: Path) -> None:
    lines = [f"the film was good and long {at}\t__label__{'ab'[at % 2]}" for at in range(20)]
    lines += ["__label__a it is a long but __label__d good film __label__c "] * 4
    source = write(tmp_path / "in/q.txt", "\n".join(lines) + "\n")
    steps = [{"random_insert": {"alpha": 0.9}}, {"random_swap": {"alpha": 0.9}}]
    told = TEXTS | {"dataset": {"kind": "text"}, "steps": steps}
    result = run(source, tmp_path / "out", **told)
    assert [(each.label, each.after) for each in result.counts] == [
        ("a", 20),
        ("a c", 8),
        ("b", 20),
    ]
    new = (tmp_path / "out/q.txt").read_text().splitlines()[24:]
    ends = [f"\t__label__{'ab'[at % 2]}" for at in range(20)] + [" __label__c "] * 4
    assert [line[-len(end) :] for line, end in zip(new, ends, strict=True)] == ends
    assert all(line.startswith("__label__a ") and " __label__d " in line for line in new[20:])
    replayed = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert replayed.returncode == 0, replayed.stderr


def test_words_that_may_be_classes_are_told(tmp_path: Path) -> None:
    first = ["positive", "negative"]
    lines = [f"{first[at % 2]} The old film was long and good {at}" for at in range(20)]
    source = write(tmp_path / "in/q.txt", "\n".join(lines) + "\n")
    told = "all lines of q.txt begin with one of 2 words (negative, positive)"
    result = run(source, tmp_path / "out", **TEXTS)
    assert any(each.startswith(told) for each in result.notes)
    for command in ("plan", "check"):
        assert told in augment(command, tmp_path / "out.yaml").stdout
    lines = {"dataset": {"kind": "text", "label": "first"}}
    result = run(source, tmp_path / "out", **TEXTS | lines)
    assert not any("begin with" in each for each in result.notes)


def test_any_word_may_be_a_class_where_it_is_told(tmp_path: Path) -> None:
    lines = ["good a tall tree", "bad\ta wide lawn", "good one more tree", "nothing"]
    write(tmp_path / "in/train.txt", "\n".join(lines) + "\n")
    told = {"kind": "text", "format": "lines", "label": "first"}
    result = run(tmp_path / "in", tmp_path / "out", **TEXTS | {"dataset": told})
    assert {each.label: each.after for each in result.counts if each.label} == {"good": 4, "bad": 2}
    assert [each["reason"] for each in result.failures] == [
        "'nothing' does not begin with a class, as the others do"
    ]
    new = (tmp_path / "out/train.txt").read_text().splitlines()[4:]
    assert sorted(line.split()[0] for line in new) == ["bad", "good", "good"]
    with pytest.raises(RecipeError, match="`label: first` says that each begins with its class"):
        run(tmp_path / "in", tmp_path / "out", **TEXTS | {"dataset": told | {"label": "y"}})


@pytest.mark.parametrize("split", ["", "train/"])
def test_texts_in_folders_of_classes_are_not_taken_for_lines(tmp_path: Path, split: str) -> None:
    for name in ("pos/0", "pos/1", "neg/0", "neg/1"):
        write(tmp_path / f"in/{split}{name}.txt", f"the film {name} went on\nuntil it was late\n")
    with pytest.raises(RecipeError, match=r"folders neg, pos .* say `format: folders`"):
        run(tmp_path / "in", tmp_path / "out", **TEXTS)
    told = TEXTS | {"dataset": {"kind": "text", "format": "folders"}}
    counts = run(tmp_path / "in", tmp_path / "out", **told).counts
    assert {count.label: count.before for count in counts} == {"neg": 2, "pos": 2}
