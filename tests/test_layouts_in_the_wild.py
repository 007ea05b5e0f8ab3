"""Datasets as people publish and unpack them: `init` is right about each, or asks."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers import picture, write

from augcli.commands.init import starter

Files = Mapping[str, str | bytes]
WORDS = ["film", "was", "great", "nobody", "liked", "how", "old", "music", "plays", "for", "me"]


def photos(*names: str, count: int = 3) -> Files:
    """Return pictures; `#` in a name is their number."""
    return {n.replace("#", f"{i:03d}"): picture(i, ".png") for n in names for i in range(count)}


def masks(*names: str, count: int = 3) -> Files:
    drawn = np.kron(np.arange(4, dtype=np.uint8).reshape(2, 2), np.ones((8, 10), np.uint8))
    data = cv2.imencode(".png", drawn)[1].tobytes()
    return {n.replace("#", f"{i:03d}"): data for n in names for i in range(count)}


def patches(number: int, side: int) -> bytes:
    """Return a picture of some colours, in any size."""
    drawn = np.random.default_rng(number).integers(0, 255, (8, 8, 3), np.uint8)
    return cv2.imencode(".png", cv2.resize(drawn, (side, side)))[1].tobytes()


def text(number: int) -> str:
    words = (WORDS[number * step % len(WORDS)] for step in (1, 2, 3, 5, 7))
    return f"{' '.join(words)} number {number}"


def texts(line: Callable[[int, str], str], *names: str, count: int = 24) -> Files:
    """Return files of lines of numbered texts."""
    return {
        n: "".join(line(i, text(i + 5 * at)) for i in range(count)) for at, n in enumerate(names)
    }


def curve(number: int, points: int = 40) -> list[str]:
    return [f"{np.sin(number + at / (3 + number % 4)):.4f}" for at in range(points)]


def rows(
    line: Callable[[int], Iterable[str]], count: int = 12, head: str = "", mark: str = ","
) -> str:
    return head + "".join(mark.join(line(number)) + "\n" for number in range(count))


def sound(number: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes((np.sin(np.arange(400) / (3 + number)) * 9999).astype("<i2").tobytes())
    return file.getvalue()


COCO = {"images": [{"id": 0, "file_name": "000.png"}], "categories": [{"id": 1, "name": "a"}]}
VOC = (
    "<annotation><size><width>20</width><height>16</height><depth>3</depth></size><object>"
    "<name>cat</name><bndbox><xmin>2</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    "</object></annotation>"
)
CAPTIONS = [{"id": 1, "image_id": 0, "caption": "a cat"}]
BOX = {"id": 1, "image_id": 0, "category_id": 1, "bbox": [2, 2, 9, 9], "area": 81, "iscrowd": 0}
SHAPES = [{"label": "a", "points": [[1, 1], [9, 9]], "shape_type": "rectangle"}]
SIDES = (("HR", 96), ("LR", 24))
POINTS = ",".join(f"t{at}" for at in range(40))
ATTRIBUTES = "".join(f"@attribute att{at} numeric\n" for at in range(40))
CHAT = {
    "messages": [{"role": "user", "content": "so it is"}, {"role": "assistant", "content": "x"}]
}
WILD: dict[str, tuple[Files, tuple[str, ...]]] = {
    "kaggle tables": (
        {
            "train.csv": rows(
                lambda n: (f"{n}", f"{n * 7 % 5}.5", "ab"[n % 2]), 30, "Id,x,Target\n"
            ),
            "test.csv": rows(lambda n: (f"{n}", f"{n * 7 % 5}.5"), 9, "Id,x\n"),
            "sample_submission.csv": rows(lambda n: (f"{n}", "a"), 9, "Id,Target\n"),
        },
        ("kind: tabular", 'include: ["train.csv"]', 'label: "Target"'),
    ),
    "kaggle pictures": (
        photos("train/#.png", "test/x#.png")
        | {"train.csv": "id_code,diagnosis\n000,0\n001,1\n002,0\n"}
        | {"sample_submission.csv": "id_code,diagnosis\nx000,0\n"},
        ('path: "in/train.csv"', 'file: "id_code"', 'images: "train"', 'label: "diagnosis"'),
    ),
    "pictures and a table": (
        photos("images/#.png") | {"labels.csv": "image,label\n000.png,a\n001.png,b\n002.png,a\n"},
        ('path: "in/labels.csv"', "format: csv", 'images: "images"'),
    ),
    "a class in each name": (
        photos("train/cat.#.jpg", "train/dog.#.jpg", "test1/#.jpg"),
        ("6 in train",),
    ),
    "unpacked twice": (
        photos("archive/data/train/a/#.png", "archive/data/valid/a/x#.png"),
        ("3 in valid",),
    ),
    "parts and metadata": (
        photos("HAM_images_part_1/A#.png", "HAM_images_part_2/B#.png")
        | {"meta.csv": "lesion,image_id,dx\nL1,A000,nv\nL2,A001,mel\n"},
        ("question: unnamed-labels: meta.csv is a table of these pictures",),
    ),
    "MVTec": (
        photos("nut/train/good/#.png", "nut/test/good/1#.png", "nut/test/bent/2#.png")
        | masks("nut/ground_truth/bent/2#_mask.png"),
        ("question: unnamed-labels: nut/ground_truth/bent/",),
    ),
    "Cityscapes": (
        photos(
            "leftImg8bit/train/bonn/b_#_leftImg8bit.png", "leftImg8bit/val/ulm/u_#_leftImg8bit.png"
        )
        | masks(
            *(
                f"gtFine/{at}_#_gtFine_{what}Ids.png"
                for at in ("train/bonn/b", "val/ulm/u")
                for what in ("label", "instance")
            )
        ),
        ("format: masks", "3 in train"),
    ),
    "ADE20K": (
        photos("images/training/A#.png", "images/validation/B#.png")
        | masks("annotations/training/A#.png", "annotations/validation/B#.png"),
        ("format: masks", "3 in training"),
    ),
    "Pascal": (
        photos("VOC2012/JPEGImages/#.png")
        | {f"VOC2012/Annotations/{n:03d}.xml": VOC for n in range(3)}
        | {
            "VOC2012/ImageSets/Main/train.txt": "000\n001\n",
            "VOC2012/ImageSets/Main/val.txt": "002\n",
        },
        ("format: voc", "2 in train, 1 in val"),
    ),
    "COCO with captions": (
        photos("train2017/#.png", count=1)
        | {"annotations/captions_train2017.json": json.dumps(COCO | {"annotations": CAPTIONS})}
        | {"annotations/instances_train2017.json": json.dumps(COCO | {"annotations": [BOX]})},
        ("format: coco", "1 in train", "of another task and the same pictures: annotations/c"),
    ),
    "a folder of predictions": (
        photos(
            "seg_train/seg_train/sea/#.png",
            "seg_test/seg_test/sea/x#.png",
            "seg_pred/seg_pred/y#.png",
        ),
        ("question: unclear-splits: seg_pred",),
    ),
    "other pictures beside splits": (
        photos("Train/0/#.png", "Train/1/1#.png", "Test/x#.png", "Meta/y#.png"),
        ("question: unclear-splits: Test, Train look like splits but Meta",),
    ),
    "a list of splits": (
        photos("img/img/#.png")
        | {"list_eval_partition.csv": "image_id,partition\n000.png,0\n001.png,1\n"},
        ("question: unused-splits: list_eval_partition.csv",),
    ),
    "UCR, .ts": (
        {
            f"Gun_{s}.ts": "@classLabel true 1 2\n@data\n"
            + rows(lambda n: [*curve(n)[:-1], f"0.5:{1 + n % 2}"])
            for s in ("TRAIN", "TEST")
        },
        ("kind: timeseries", "Gun_TEST.ts is test"),
    ),
    "UCR, .tsv, few": (
        {
            f"Gun_{s}.tsv": rows(lambda n: (str(n % 2), *curve(n)), mark="\t")
            for s in ("TRAIN", "TEST")
        },
        ("kind: timeseries", "layout: wide", "label: 0"),
    ),
    "a table in .arff": (
        {
            "x.arff": "@relation x\n@attribute a real\n@attribute hue {red,blue}\n"
            "@attribute c {u,v}\n@data\n1,red,u\n2,blue,v\n"
        },
        ("question: unclear-samples: the attributes of x.arff", "hue"),
    ),
    "series in .arff": (
        {
            "x_TRAIN.arff": f"@relation x\n{ATTRIBUTES}@attribute c {{0,1}}\n@data\n"
            + rows(lambda n: (*curve(n), str(n % 2)))
        },
        ("kind: timeseries", "balance"),
    ),
    "ESC-50": (
        {f"audio/1-{n}-A.wav": sound(n) for n in range(4)}
        | {
            "meta/esc50.csv": "filename,fold,target,category\n"
            + rows(lambda n: (f"1-{n}-A.wav", "1", str(n % 2), ["dog", "cat"][n % 2]), 4)
        },
        ('labels: "meta/esc50.csv"', 'file: "filename"', 'label: "category"'),
    ),
    "series beside who they are of": (
        {
            "ecg.csv": rows(
                lambda n: (f"P{n // 2}", str(40 + n), *curve(n), str(n % 2)),
                head=f"patient,age,{POINTS},label\n",
            )
        },
        ("kind: timeseries", "layout: wide", 'label: "label"'),
    ),
    "sensors, point by point": (
        {
            "har.csv": rows(
                lambda n: (str(n // 60), "ab"[n // 30 % 2], *(curve(at, 120)[n] for at in (1, 2))),
                120,
                "subject,activity,ax,ay\n",
            )
        },
        ("kind: timeseries", "layout: long", 'id: "subject"', 'point_labels: ["activity"]'),
    ),
    "prices, one after the other": (
        {
            "prices.csv": rows(
                lambda n: (
                    "AB"[n // 60],
                    f"2020-{1 + n % 60 // 28:02d}-{1 + n % 28:02d}",
                    *(curve(at + n // 60, 60)[n % 60] for at in (1, 2)),
                ),
                120,
                "ticker,date,open,close\n",
            )
        },
        ("kind: timeseries", 'time: "date"', 'id: "ticker"'),
    ),
    "a class of each person's sensors": (
        {
            "ecg.csv": rows(
                lambda n: (
                    str(n // 40),
                    f"{n % 40 / 50}",
                    *curve(n // 40, 40)[n % 40 :: 40] * 2,
                    "ab"[n // 40 % 2],
                ),
                160,
                "patient,time,I,II,rhythm\n",
            )
        },
        ("kind: timeseries", 'time: "time"', 'id: "patient"', 'label: "rhythm"'),
    ),
    "a series of one column": (
        {"temps.txt": "".join(f"{value}\n" for value in curve(1, 60))},
        ("kind: timeseries", "layout: long", 'path: "in/temps.txt"'),
    ),
    "X, y and who": (
        {
            f"{s}/{what}_{s}.txt": rows(lambda n: (str(n % 3),))
            for s in ("train", "test")
            for what in ("y", "subject")
        },
        ("question: unclear-format: each split has files of subject, y",),
    ),
    "tables that refer to each other": (
        {"buyers.csv": "id,age\n1,30\n2,40\n", "orders.csv": "id,buyer,sum\n1,1,9\n2,2,8\n"},
        ('include: ["orders.csv"]    # a guess, one of 2', "choose by `include`"),
    ),
    "fastText": (
        texts(lambda n, t: f"__label__{'ab'[n % 2]} {t}\n", "x.train", "x.valid"),
        ("kind: text", "x.valid is val"),
    ),
    "CoNLL": (
        texts(
            lambda _, t: "".join(f"{word}\tO\n" for word in t.split()) + "\n",
            "train.txt",
            "dev.txt",
        ),
        ("kind: text", "dev.txt is val"),
    ),
    "a chat": (
        {"chat.jsonl": f"{json.dumps(CHAT)}\n" * 20},
        ("question: unclear-words: 'messages' of chat.jsonl is a chat",),
    ),
    "IMDB": (
        {
            f"aclImdb/{at}/{n}_7.txt": text(n + 3 * k)
            for n in range(3)
            for k, at in enumerate(("train/pos", "train/neg", "train/unsup", "test/pos"))
        },
        ("question: unclear-splits: aclImdb/train/unsup",),
    ),
    "20 newsgroups": (
        {
            f"by-date-{at}/{n}": text(n) + "\n"
            for n in range(3)
            for at in ("train/sci", "train/alt", "test/sci")
        },
        ("question: ", "`format: lines`"),
    ),
    "AG's news": (
        texts(lambda n, t: f'"{1 + n % 3}","{t}","{t} {n}"\n', "train.csv", "test.csv")
        | {"classes.txt": "World\nSports\n"},
        ("question: unclear-splits: test.csv, train.csv look like splits but classes.txt",),
    ),
    "speech commands": (
        {f"{word}/{n}.wav": sound(n) for word in ("yes", "no") for n in range(3)}
        | {"testing_list.txt": "yes/2.wav\n"},
        ("question: unused-splits: testing_list.txt",),
    ),
    "an ECG of whole numbers": (
        {
            "100.csv": rows(
                lambda n: (
                    *(str(round(1000 + 90 * np.sin(n / k))) for k in (7, 9)),
                    "NV"[n // 50 % 2],
                ),
                400,
                "MLII,V5,label\n",
            )
        },
        ("kind: timeseries", "layout: long", 'point_labels: ["label"]'),
    ),
    "pairs of sentences": (
        {
            "mrpc.tsv": rows(
                lambda n: (text(n), text(n + 3), str(n % 2)),
                40,
                "sentence1\tsentence2\tlabel\n",
                "\t",
            )
        },
        ("question: unclear-words: several columns of mrpc.tsv", '"sentence1", "sentence2"'),
    ),
    "premises and hypotheses": (
        {
            "train.jsonl": "".join(
                f"{json.dumps({'premise': 3 * text(n), 'hypothesis': text(n), 'label': n % 3})}\n"
                for n in range(40)
            )
        },
        ("question: unclear-words: several columns of train.jsonl", '"premise", "hypothesis"'),
    ),
    "questions and answers": (
        {
            "qa.csv": rows(
                lambda n: (text(n) * 9, text(n + 3), text(n)[:20]), 40, "context,question,answer\n"
            )
        },
        ("question: unclear-words: several columns of qa.csv", '"context", "question"'),
    ),
    "titles of articles": (
        {
            "news.csv": rows(
                lambda n: (text(n), text(n + 3) * 9, "ab"[n % 2]), 40, "title,text,topic\n"
            )
        },
        ('text: "text"', 'label: "topic"'),
    ),
    "a corpus in two languages": (
        texts(lambda _, t: f"{t}\n", "train.en", "train.de", "dev.en", "dev.de"),
        ("question: unclear-words: dev.de, dev.en have equally many lines",),
    ),
    "sources and targets": (
        texts(lambda _, t: f"{t}\n", "src-train.txt", "tgt-train.txt"),
        ("question: unclear-words: src-train.txt, tgt-train.txt have equally many lines",),
    ),
    "Excel's empty columns": (
        {"spam.csv": rows(lambda n: ("ab"[n % 2], text(n), "", ""), 30, "v1,v2,,\n")},
        ("kind: text", "label: 0    # a guess; a 15, b 15"),
    ),
    "UCI's Adult": (
        {
            "adult.data": rows(
                lambda n: (
                    f"{20 + n}",
                    " State-gov",
                    f" {n * 97 % 71}",
                    " <=50K" if n % 3 else " >50K",
                ),
                40,
            ),
            "adult.names": "| a file of words about the columns of this table\nage: continuous.\n",
        },
        ("kind: tabular", "<=50K 26, >50K 14"),
    ),
    "one polarity a file": (
        texts(lambda _, t: f"{t}\n", "rt-polarity.pos", "rt-polarity.neg"),
        ("kind: text", "format: lines"),
    ),
    "before and after, of different places": (
        {
            f"{w}/{n}.png": patches(n + 9 * (w == "after"), 24)
            for w in ("before", "after")
            for n in range(3)
        },
        ("format: pairs", "3 in train"),
    ),
    "Carvana": (
        photos("train/#.png") | masks("train_masks/#_mask.png"),
        ("format: masks", "3 in train"),
    ),
    "what changed from A to B": (
        photos("train/A/#.png", "train/B/#.png") | masks("train/label/#.png"),
        ("question: unnamed-labels: train/label/ holds masks", "it has no mask, and so 3 pictures"),
    ),
    "DRIVE": (
        photos("training/images/#_training.png", "test/images/1#_test.png")
        | masks("training/mask/#_training_mask.png", "test/mask/1#_test_mask.png"),
        ("format: masks", "3 in test, 3 in training"),
    ),
    "DeepGlobe": (
        photos("train/#_sat.png", "valid/1#_sat.png") | masks("train/#_mask.png"),
        ("question: unnamed-labels: train/ holds masks beside pictures",),
    ),
    "Market-1501": (
        photos("bounding_box_train/#.png", "bounding_box_test/1#.png", "query/2#.png"),
        ("question: unclear-splits", "but query beside them does not"),
    ),
    "GTZAN": (
        {f"genres/{g}/{g}.{n}.wav": sound(n) for g in ("blues", "rock") for n in range(3)}
        | {
            "features.csv": "filename,tempo,label\n"
            + "".join(f"{g}.{n}.wav,9.5,{g}\n" for g in ("blues", "rock") for n in range(3))
        },
        ('labels: "features.csv"', 'file: "filename"', 'label: "label"'),
    ),
    "labelme": (
        photos("#.png")
        | {
            f"{n:03d}.json": json.dumps({"shapes": SHAPES, "imagePath": f"{n:03d}.png"})
            for n in range(3)
        },
        ("question: unnamed-labels",),
    ),
    "pairs in two sizes": (
        {f"{folder}/{n}.png": patches(n, side) for n in range(3) for folder, side in SIDES},
        ("question: unnamed-labels", "LR"),
    ),
}


@pytest.mark.parametrize("name", WILD)
def test_a_layout_in_the_wild_is_known_or_asked_about(tmp_path: Path, name: str) -> None:
    files, said = WILD[name]
    for path, data in files.items():
        write(tmp_path / "in" / path, data)
    told = starter(tmp_path / "in", tmp_path).text.replace("\n  #   ", " ")
    assert [each for each in said if each not in told] == [], told
    assert ("# question: " in told) == any("question: " in each for each in said)
