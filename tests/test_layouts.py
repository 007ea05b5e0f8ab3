"""Layouts as they are found in the wild: `init` says what lies there, or asks."""

from __future__ import annotations

import json
import math
import wave
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers import make_photos, picture, write

from augcli.commands.forecast import forecast
from augcli.commands.init import starter
from augcli.errors import RecipeError
from augcli.recipe import Recipe, load_recipe
from augcli.run import planned

Writer = Callable[[Path], object]
WORDS = [
    "so",
    "it",
    "goes",
    "on",
    "and",
    "on",
    "in",
    "the",
    "old",
    "house",
    "by",
    "the",
    "sea",
    "until",
    "the",
    "end",
    "of",
    "day",
]


def photos(*folders: str) -> Writer:
    """Return what writes three pictures into each folder."""
    return lambda root: make_photos(root, dict.fromkeys(folders, 3))


def files(**texts: str) -> Writer:
    """Return what writes files, whose names have `__` for `.`, `/` for `_of_`."""

    def written(root: Path) -> None:
        for name, text in texts.items():
            write(root / name.replace("_of_", "/").replace("__", "."), text)

    return written


def both(*writers: Writer) -> Writer:
    return lambda root: [each(root) for each in writers]


def sentence(number: int) -> str:
    turned = [WORDS[(number * step + step) % len(WORDS)] for step in range(1, 8)]
    return f"{' '.join(turned)} for {WORDS[number % 16]} {WORDS[number // 16]}"


def table(head: str, row: Callable[[int], Sequence[object]], rows: int = 60) -> str:
    """Return a table; without a head, one without names."""
    lines = [",".join(map(str, row(number))) for number in range(rows)]
    return "\n".join([*([head] if head else []), *lines]) + "\n"


def customer(number: int) -> list[object]:
    paid = round(20 + number * 7 % 31 + 0.5, 2)
    return [
        f"C-{number:04d}",
        number * 5 % 40,
        paid,
        ["month", "year"][number % 2],
        "yn"[number % 3 > 1],
    ]


CHURN = table("customer,tenure,charges,contract,churn", customer)
WITHOUT_LABEL = table("customer,tenure,charges,contract", lambda n: customer(n + 99)[:-1])
BOXES = table("image,xmin,ymin,xmax,ymax,label", lambda n: [f"{n:02d}.png", 1, 1, 9, 9, "cat"], 3)
NAMES = table("path,breed", lambda n: [f"im/{n:02d}.png", "ab"[n % 2]], 3)
CURVE = table("time,ecg", lambda n: [f"{n * 0.004:.3f}", f"{math.sin(n / 9):.4f}"], 300)
WAVES = table("", lambda n: [*(f"{math.sin((n % 3 + 1) * t / 9):.3f}" for t in range(48)), n % 3])
NAMED_WAVES = table(
    ",".join(["patient", *(f"t{t}" for t in range(48))]),
    lambda n: [f"p{n}", *(f"{math.sin((n % 5 + 1) * t / 9):.3f}" for t in range(48))],
)
TS = "@problemName x\n@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n"
SERIES = TS + "".join(f"{n},{n + 1},{n * 2 % 7},3:{'ab'[n % 2]}\n" for n in range(8))
OTHERS = TS + "".join(f"{n},{n + 2},{n * 3 % 7},4:{'ab'[n % 2]}\n" for n in range(8))
TARGETS = TS.replace("classLabel true a b", "targetLabel true") + "1,2,3:0.5\n2,3,4:0.7\n" * 4
LABELLED = "".join(f"{['DESC', 'LOC'][n % 2]}:other {sentence(n)}\n" for n in range(40))
LATER = "".join(f"{['DESC', 'LOC'][n % 2]}:other {sentence(n)} again\n" for n in range(9))
LINES = "".join(f"{sentence(n)}\n" for n in range(40))
OTHER_LINES = "".join(f"no {sentence(n)} yet\n" for n in range(40))
JSONL = "".join(json.dumps({"text": sentence(n), "label": n % 2}) + "\n" for n in range(40))
CONLL = "".join(
    f"Ada\tNNP\tB-PER\nwrites\tVBZ\tO\nmany\tJJ\tO\nletters\tNNS\tO\nabout\tIN\tO\nbook{n}\tNN\tO\n.\t.\tO\n\n"
    for n in range(40)
)
XML = (
    "<annotation><filename>{0:02d}.png</filename><size><width>20</width><height>16</height>"
    "<depth>3</depth></size><object><name>cat</name><bndbox><xmin>2</xmin><ymin>2</ymin>"
    "<xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
)
DATA = "path: .\ntrain: {0}\nval: {1}\nnames: [cat, dog]\n"


def of_each(folder: str, ending: str, text: str) -> Writer:
    """Return what writes a file for each of three pictures."""

    def written(root: Path) -> None:
        for number in range(3):
            write(root / folder / f"{number:02d}{ending}", text.format(number))

    return written


def coco(name: str, folder: str = "") -> Writer:
    told = {
        "images": [
            {"id": n, "file_name": f"{folder}{n:02d}.png", "width": 20, "height": 16}
            for n in range(3)
        ],
        "annotations": [
            {
                "id": n,
                "image_id": n,
                "category_id": 1,
                "bbox": [2, 2, 6, 6],
                "area": 36,
                "iscrowd": 0,
            }
            for n in range(3)
        ],
        "categories": [{"id": 1, "name": "cat"}],
    }
    return lambda root: write(root / name, json.dumps(told))


def masks(folder: str) -> Writer:
    def written(root: Path) -> None:
        for number in range(3):
            mask = np.zeros((16, 20), np.uint8)
            mask[3:9, 4 + number : 12] = 1
            write(root / folder / f"{number:02d}.png", cv2.imencode(".png", mask)[1].tobytes())

    return written


def sounds(root: Path) -> None:
    for number in range(4):
        path = root / "ab"[number % 2] / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(np.arange(number, 400 + number, dtype=np.int16).tobytes())


YOLO = "0 0.5 0.5 0.2 0.2\n"
LISTS = {"train__txt": "./images/00.png\n", "val__txt": "./images/02.png\n"}
CLASSES = {"classes__txt": "cone\n"}
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
ASPECTS = table("sentence,aspect,from,to", lambda n: [sentence(n), sentence(n).split()[0], 0, 2])
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
    "places in texts": (files(t__csv=ASPECTS), "'from' and 'to' of t.csv are places in the text"),
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
    "short splits": (
        files(
            t__csv=table(
                "a,b,subset,label",
                lambda n: [n * 7 % 31 + 0.5, n * 3 % 17, ["TR", "TE"][n % 4 == 3], "xy"[n % 2]],
            )
        ),
        "no split 'train' (it has TE, TR)",
    ),
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
