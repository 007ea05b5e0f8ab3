"""Layouts that could be several things: the user is asked, and told the key that settles it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import picture, write
from layout_files import (
    CHURN,
    CLASSES,
    LABELLED,
    LATER,
    LINES,
    LISTS,
    TARGETS,
    YOLO,
    Writer,
    both,
    coco,
    files,
    masks,
    of_each,
    photos,
    sentence,
    table,
)
from test_layouts import KNOWN

from augcli.commands.init import starter
from augcli.errors import RecipeError
from augcli.recipe import load_recipe
from augcli.run import planned

ASPECTS = table("sentence,aspect,from,to", lambda n: [sentence(n), sentence(n).split()[0], 0, 2])
RELATIONS = "".join(
    json.dumps({"token": sentence(n).split(), "subj_start": n % 2, "subj_end": 1, "relation": "a"})
    + "\n"
    for n in range(20)
)
HEADS = "".join(
    json.dumps(
        {"tokens": sentence(n).split(), "id": n // 4, "head": n % 4, "t": {"pos": [n % 5, 9]}}
    )
    + "\n"
    for n in range(20)
)
PRONOUNS = "".join(
    json.dumps({"text": t, "target": {"span1_text": t.split()[n % 3], "span1_index": n % 3}}) + "\n"
    for n, t in enumerate(map(sentence, range(20)))
)


def slotted(number: int) -> list[object]:
    words = [*sentence(number).split(), *("by train" * (number % 2)).split()]
    return [" ".join(words), " ".join(["B-city", *("O" for _ in words[1:])]), "ab"[number % 2]]


ASKED: dict[str, tuple[Writer, str]] = {
    "predictions": (
        photos("seg_train/a", "seg_test/a", "seg_pred"),
        "seg_pred may be nothing to learn from",
    ),
    "stray picture": (
        both(photos("train/a", "test/a"), lambda root: write(root / "logo.png", picture(1))),
        "logo.png beside them does not",
    ),
    "unlabelled texts": (
        files(
            **{
                f"train_of_{label}_of_{n}__txt": f"{label} {sentence(n)}"
                for label in ("pos", "neg", "unsup")
                for n in range(3)
            }
        ),
        "train/unsup may be nothing to learn from",
    ),
    "phones": (
        lambda root: write(root / "a/1.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)),
        "convert them to JPEG or PNG",
    ),
    "no train": (photos("valid/a", "test/a"), "the dataset has no split 'train'"),
    "targets": (
        files(X_TRAIN__ts=TARGETS),
        "as the largest    the labels of X_TRAIN.ts are amounts",
    ),
    "places in texts": (
        files(t__csv=ASPECTS),
        "places in the text in 'from' and 'to' of t.csv",
    ),
    "places among words": (
        files(t__jsonl=RELATIONS),
        "places in the text in 'subj_start' and 'subj_end' of t.jsonl",
    ),
    "numbers of words": (
        files(t__jsonl=HEADS),
        "places in the text in 'head' and 't.pos' of t.jsonl",
    ),
    "words in objects": (
        files(t__jsonl=PRONOUNS),
        "'target.span1_text' and 'target.span1_index' of t.jsonl are words",
    ),
    "tags beside texts": (
        files(t__csv=table("text,slots,intent", slotted)),
        "each 'slots' of t.csv has as many words as its text",
    ),
    "trec of numbers": (
        files(train_5500__label=LABELLED, TREC_10__label=LATER),
        "train_5500.label looks like a split but TREC_10.label beside it does not",
    ),
    "labels in lines": (
        files(train_of_in__seq=LINES, train_of_labels__seq="x\n" * LINES.count("\n")),
        "as if one told of those of another",
    ),
    "trees": (
        files(t__txt="".join(f"({n % 3} (2 {sentence(n)}) (3 end))\n" for n in range(40))),
        "the lines of t.txt are trees in brackets",
    ),
    "ending of a split": (
        files(adult__data=CHURN, adult__test=CHURN.replace("C-", "D-")),
        "adult.test looks like a split of adult.data",
    ),
    "folds": (photos("fold0/a", "fold0/b", "fold1/a", "fold1/b"), "fold0, fold1 may be folds"),
    "numbered splits": (
        files(t__csv=table("text,partition", lambda n: [sentence(n), "0012"[n % 4]])),
        "the dataset has no split 'train' (it has 0, 1, 2)",
    ),
    "alphabets": (
        photos("greek/alpha", "greek/beta", "latin/a", "latin/b"),
        "takes in the folders",
    ),
    "opposites": (photos("valid", "invalid"), "such as {valid: class}"),
    "arms of a trial": (photos("test", "control"), "such as {test: class}"),
    "test beside the rest": (photos("test", "images"), "such as {images: train}"),
    "list of a split": (
        both(photos("a", "b"), files(test__txt="00.png\n01.png\n")),
        "lists 00.png and others",
    ),
    "lists of yolo": (
        both(photos("images"), of_each("labels", ".txt", YOLO), files(**LISTS), files(**CLASSES)),
        "val.txt lists ./images/02.png and others",
    ),
    "lists of darknet": (
        both(
            photos("data/obj"),
            of_each("data/obj", ".txt", YOLO),
            files(data_of_test__txt="data/obj/02.png\n", data_of_obj__data="valid=data/test.txt\n"),
        ),
        "data/test.txt lists data/obj/02.png and others",
    ),
    "lists of masks": (
        both(photos("images"), masks("masks"), files(splits_of_test__txt="01\n02\n")),
        "splits/test.txt lists 01 and others",
    ),
    "lists of coco": (
        both(photos("."), coco("annotations.json"), files(test__txt="01.png\n")),
        "test.txt lists 01.png and others",
    ),
}


@pytest.mark.parametrize("layout", ASKED)
def test_a_layout_in_doubt_is_asked_about(tmp_path: Path, layout: str) -> None:
    writer, said = ASKED[layout]
    writer(tmp_path / "in")
    text = starter(tmp_path / "in", tmp_path).text
    assert said in text.replace("\n  #   ", " ")


WRONG = [
    ("ecg", "image", "it looks like series: say `kind: timeseries`"),
    ("churn", "image", "it looks like rows: say `kind: tabular`"),
    ("class folders", "tabular", "it looks like pictures: say `kind: image`"),
    ("texts with labels", "image", "it looks like texts: say `kind: text`"),
]


@pytest.mark.parametrize(("layout", "kind", "said"), WRONG)
def test_a_wrong_kind_is_told_with_the_key_that_settles_it(
    tmp_path: Path, layout: str, kind: str, said: str
) -> None:
    KNOWN[layout][0](tmp_path / "in")
    lone = next(iter((tmp_path / "in").iterdir()))
    path = lone if lone.is_file() else tmp_path / "in"
    told = {"version": 1, "dataset": {"path": str(path), "kind": kind}, "output": {"path": "out"}}
    with pytest.raises(RecipeError, match=said):
        planned(load_recipe(json.dumps(told), "r", tmp_path))


def test_short_names_of_splits_are_known_in_a_column_of_splits(tmp_path: Path) -> None:
    def cells(n: int) -> list[object]:
        return [n * 7 % 31 + 0.5, n * 3 % 17, ["TR", "TE"][n % 4 == 3], "xy"[n % 2]]

    files(t__csv=table("a,b,subset,label", cells))(tmp_path / "in")
    text = starter(tmp_path / "in", tmp_path).text
    assert 'split: "subset"    # it says test and train' in text
