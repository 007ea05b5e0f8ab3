"""Layouts as they are found in the wild: `init` says what lies there, or asks."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from helpers import write
from layout_files import (
    BOXES,
    CHURN,
    CONLL,
    CURVE,
    DATA,
    JSONL,
    LABELLED,
    LATER,
    LINES,
    NAMED_WAVES,
    NAMES,
    OTHER_LINES,
    OTHERS,
    SERIES,
    WAVES,
    WITHOUT_LABEL,
    XML,
    YOLO,
    Writer,
    both,
    coco,
    files,
    masks,
    of_each,
    photos,
    sentence,
    sounds,
    table,
)

from augcli.commands.forecast import forecast
from augcli.commands.init import starter
from augcli.errors import RecipeError
from augcli.recipe import Recipe, load_recipe
from augcli.run import planned

PLAIN, TWO = {"train"}, {"train", "test"}
KNOWN: dict[str, tuple[Writer, str, str | None, set[str]]] = {
    # layout: what writes it, its kind, its format, its splits
    "split folders": (
        photos("train/a", "train/b", "valid/a", "test/a"),
        "image",
        None,
        {"train", "valid", "test"},
    ),
    "training_set": (photos("training_set/a", "test_set/a"), "image", None, TWO),
    "train1": (photos("train1/a", "test1/a"), "image", None, TWO),
    "trn tst": (photos("trn/a", "tst/a"), "image", None, TWO),
    "numbered": (photos("01_train/a", "02_validation/a"), "image", None, {"train", "val"}),
    "years": (photos("train2017/a", "val2017/a"), "image", None, {"train", "val"}),
    "inside images": (photos("images/train/a", "images/test/a"), "image", None, TWO),
    "mvtec": (
        photos("bottle/train/good", "bottle/test/broken", "bottle/test/good"),
        "image",
        None,
        TWO,
    ),
    "zip of a zip": (photos("data/data/train/a", "data/data/test/a"), "image", None, TWO),
    "class folders": (photos("cat", "dog"), "image", None, PLAIN),
    "table of pictures": (both(photos("im"), files(list__csv=NAMES)), "image", "csv", PLAIN),
    "table of boxes": (both(photos("."), files(boxes__csv=BOXES)), "image", "csv", PLAIN),
    "yolo images/train": (
        both(
            photos("images/train", "images/val"),
            of_each("labels/train", ".txt", YOLO),
            of_each("labels/val", ".txt", YOLO),
            files(data__yaml=DATA.format("images/train", "images/val")),
        ),
        "image",
        "yolo",
        {"train", "val"},
    ),
    "yolo train/images": (
        both(
            photos("train/images", "valid/images"),
            of_each("train/labels", ".txt", YOLO),
            of_each("valid/labels", ".txt", YOLO),
            files(data__yaml=DATA.format("../train/images", "../valid/images")),
        ),
        "image",
        "yolo",
        {"train", "val"},
    ),
    "coco": (
        both(
            photos("train2017", "val2017"),
            coco("annotations/instances_train2017.json"),
            coco("annotations/instances_val2017.json"),
        ),
        "image",
        "coco",
        {"train", "val"},
    ),
    "coco of roboflow": (
        both(
            photos("train", "valid"),
            coco("train/_annotations.coco.json"),
            coco("valid/_annotations.coco.json"),
        ),
        "image",
        "coco",
        {"train", "val"},
    ),
    "voc": (
        both(
            photos("JPEGImages"),
            of_each("Annotations", ".xml", XML),
            files(ImageSets_of_Main_of_train__txt="00\n01\n", ImageSets_of_Main_of_val__txt="02\n"),
        ),
        "image",
        "voc",
        {"train", "val"},
    ),
    "xml beside pictures": (both(photos("."), of_each(".", ".xml", XML)), "image", "voc", PLAIN),
    "masks": (both(photos("images"), masks("masks")), "image", "masks", PLAIN),
    "metadata": (
        both(
            photos("train"),
            files(
                train_of_metadata__jsonl="".join(
                    f'{{"file_name": "{n:02d}.png", "label": "a"}}\n' for n in range(3)
                )
            ),
        ),
        "image",
        "metadata",
        PLAIN,
    ),
    "churn": (files(churn__csv=CHURN), "tabular", None, TWO),
    "telco": (
        files(
            telco_train__csv=CHURN, telco_test__csv=CHURN.replace("C-", "D-").replace(".5,", ".25,")
        ),
        "tabular",
        None,
        TWO,
    ),
    "kaggle": (files(train__csv=CHURN, test__csv=WITHOUT_LABEL), "tabular", None, TWO),
    "column of splits": (
        files(
            t__csv=table(
                "a,b,phase,label",
                lambda n: [
                    n * 7 % 31 + 0.5,
                    n * 3 % 17,
                    ["train", "test"][n % 4 == 3],
                    "xy"[n % 2],
                ],
            )
        ),
        "tabular",
        None,
        TWO,
    ),
    "texts with labels": (
        files(t__tsv="".join(f"{sentence(n)}\t{n % 2}\n" for n in range(40))),
        "text",
        None,
        TWO,
    ),
    "jsonl": (
        files(
            train__jsonl=JSONL,
            test__jsonl=JSONL.replace("so it", "now it").replace('"text": "', '"text": "well '),
        ),
        "text",
        None,
        TWO,
    ),
    "trec": (files(TREC__train__all=LABELLED, TREC__test__all=LATER), "text", "lines", TWO),
    "polarity": (
        both(files(**{"rt-polarity__pos": LINES, "rt-polarity__neg": OTHER_LINES})),
        "text",
        "lines",
        TWO,
    ),
    "imdb": (
        files(
            **{
                f"{split}_of_{label}_of_{n}__txt": f"{split} {label} {sentence(n)}"
                for split in ("train", "test")
                for label in ("pos", "neg")
                for n in range(3)
            }
        ),
        "text",
        "folders",
        TWO,
    ),
    "ecg": (files(ecg__csv=CURVE), "timeseries", None, PLAIN),
    "wide ecg": (files(mitbih__csv=WAVES), "timeseries", None, PLAIN),
    "wide with ids": (files(w__csv=NAMED_WAVES), "timeseries", None, TWO),
    "one column": (
        files(v__csv=table("", lambda n: [f"{math.sin(n / 9):.4f}"], 90)),
        "timeseries",
        None,
        PLAIN,
    ),
    "ucr": (files(X_TRAIN__ts=SERIES, X_TEST__ts=OTHERS), "timeseries", None, TWO),
    "conll": (files(train__txt=CONLL), "text", None, TWO),
    "sounds": (sounds, "timeseries", None, PLAIN),
    "sensor files": (
        files(**{f"{'ab'[n % 2]}_of_{n}__csv": CURVE.replace(",0.", f",{n}.") for n in range(4)}),
        "timeseries",
        None,
        PLAIN,
    ),
}


@pytest.mark.parametrize("layout", KNOWN)
def test_a_layout_is_recognised(tmp_path: Path, layout: str) -> None:
    writer, kind, form, splits = KNOWN[layout]
    writer(tmp_path / "in")
    lone = [path for path in (tmp_path / "in").iterdir() if path.suffix in (".csv", ".tsv")]
    tables = layout in ("table of pictures", "table of boxes")
    recipe = load_recipe(
        starter(lone[0] if tables else tmp_path / "in", tmp_path).text, "r", tmp_path
    )
    assert recipe.dataset.kind == kind
    dataset, _ = planned(recipe)
    assert form in (None, getattr(recipe.dataset, "format", None))
    told = set(dataset.splits) if not dataset.uncounted else told_in_files(recipe)
    assert told == splits


def told_in_files(recipe: Recipe) -> set[str]:
    """Return the splits of samples that share files."""
    return {count.split for count in forecast(recipe).counts}


SPANS = "".join(
    f'{{"text": "{sentence(n)}", "label": [[0, 2, "PER"]], "tag": "{n % 2}"}}\n' for n in range(40)
)


def test_labelled_spans_are_named_by_init_and_asked_for_by_a_run(tmp_path: Path) -> None:
    write(tmp_path / "in/t.jsonl", SPANS)
    text = starter(tmp_path / "in", tmp_path).text
    assert 'spans: "label"' in text
    assert 'label: "tag"' in text
    told = {"path": "in", "kind": "text", "text": "text"}
    with pytest.raises(RecipeError, match=r"'label' of t\.jsonl has places in the text"):
        forecast(load_recipe(json.dumps(asking(told)), "r", tmp_path))
    assert forecast(load_recipe(json.dumps(asking(told | {"spans": ""})), "r", tmp_path)).counts


def asking(dataset: dict[str, object]) -> dict[str, object]:
    return {"version": 1, "dataset": dataset, "output": {"path": "out"}, "copies": 1}


@pytest.mark.parametrize("pair", ["Label_6 Label_9", "gauche droite", "links rechts"])
def test_no_mirror_is_active_where_it_makes_one_class_of_another(tmp_path: Path, pair: str) -> None:
    photos(*pair.split())(tmp_path / "in")
    assert "  # - horizontal_flip" in starter(tmp_path / "in", tmp_path).text
