"""Layouts of archives that people download, with what `init` says of each."""

from __future__ import annotations

import io

import numpy as np
from wild import POINTS, Layouts, curve, masks, patches, photos, rows, sound, text, texts

RANDOM = np.random.default_rng(0)
CURVES = np.cumsum(RANDOM.normal(size=(24, 40)), 1)
CLASSES = np.arange(24) % 2
SQUARES = RANDOM.integers(0, 255, (12, 28, 28), dtype=np.uint8)
WIDER = "".join(f"0--Parade/{n:03d}.png\n1\n1 2 5 5 0 0 0 0 0 0\n" for n in range(3))
LIBSVM = "".join(f"{n % 2 * 2 - 1:+d} 1:{n % 7 / 3:.3f} 7:0.5\n" for n in range(40))


def npy(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def number(at: int) -> str:
    """Return the split of a row of 60, as CelebA has it."""
    return "0" if at < 40 else "1" if at < 50 else "2"


ARCHIVES: Layouts = {
    "numbers of splits in a table": (
        {
            "t.csv": rows(
                lambda n: (f"{n * 7 % 31}.5", "ab"[n % 2], number(n)), 60, "x,label,partition\n"
            )
        },
        ('split: "partition"', "question: no-such-split: ", "it has 0, 1, 2"),
    ),
    "numbers of splits beside series": (
        {
            "t.csv": rows(
                lambda n: (*curve(n), "ab"[n % 2], number(n)),
                60,
                f"{POINTS},label,partition\n",
            )
        },
        ('label: "label"', "question: unused-splits: column 'partition' names splits"),
    ),
    "splits in a table of boxes": (
        photos("#.png", count=4)
        | {
            "boxes.csv": rows(
                lambda n: (f"{n:03d}.png", "1,1,9,9", "ab"[n % 2], ["train", "test"][n // 3]),
                4,
                "image,xmin,ymin,xmax,ymax,label,set\n",
            )
        },
        ("format: csv", "question: unused-splits: column 'set' names splits (test, train)"),
    ),
    "splits in imagefolder's metadata": (
        photos("train/#.png", count=4)
        | {
            "train/metadata.csv": rows(
                lambda n: (f"{n:03d}.png", "ab"[n % 2], ["train", "test"][n // 3]),
                4,
                "file_name,label,split\n",
            )
        },
        ("format: metadata", "question: unused-splits: column 'split' names splits (test, train)"),
    ),
    "UrbanSound8K": (
        {f"audio/fold{fold}/{n}.wav": sound(n + 9 * fold) for fold in (1, 2, 3) for n in range(4)}
        | {
            "metadata/UrbanSound8K.csv": "slice_file_name,fold,class\n"
            + "".join(
                f"audio/fold{fold}/{n}.wav,{fold},{'ab'[n % 2]}\n"
                for fold in (1, 2, 3)
                for n in range(4)
            )
        },
        ('labels: "metadata/UrbanSound8K.csv"', "of column 'fold' is in an augmented"),
    ),
    "EuroSAT": (
        photos("2750/Forest/Forest_#.jpg", "2750/River/River_1#.jpg"),
        ("note: class '2750' takes in the folders Forest, River",),
    ),
    "credit of OpenML": (
        {
            "credit.arff": "@RELATION credit\n@ATTRIBUTE months INTEGER\n"
            "@ATTRIBUTE use {car,tv}\n@ATTRIBUTE class {good,bad}\n@DATA\n"
            + rows(lambda n: (f"{n}", ["car", "tv"][n % 2], ["good", "bad"][n % 3 == 0]), 30)
        },
        ("question: unclear-samples: the attributes of credit.arff look like columns",),
    ),
    "UCR, .txt": (
        {
            f"ECG5000_{split}.txt": rows(
                lambda n, at=at: (f"  {1 + n % 2:.7e}", *curve(n + at)), mark="  "
            )
            for split, at in (("TRAIN", 0), ("TEST", 50))
        },
        ('include: ["**/*.txt"]', "label: 0", "ECG5000_TEST.txt is test"),
    ),
    "spoken digits": (
        {f"recordings/{n % 3}_ada_{n // 3}.wav": sound(n) for n in range(9)},
        ("note: names of files begin with 0, 1, 2, which may be classes",),
    ),
    "LJSpeech": (
        {f"wavs/LJ{n}.wav": sound(n) for n in range(4)}
        | {"metadata.csv": "".join(f"LJ{n}|{text(n)}\n" for n in range(4))},
        ("question: unnamed-labels: metadata.csv is a table of these files",),
    ),
    "who wrote it is no class": (
        {
            "reviews.jsonl": "".join(
                f'{{"user_id": "u{n % 6}", "stars": {1 + n % 5}, "text": "{text(n)}"}}\n'
                for n in range(40)
            )
        },
        ('text: "text"', 'label: "stars"', 'group: "user_id"'),
    ),
    "LIBSVM": (
        {"data.txt": LIBSVM},
        ("question: unclear-format: lines of data.txt are a label and column:value",),
    ),
    "BUSI": (
        photos(*(f"BUSI/{c}/{c} (#).png" for c in ("benign", "normal")))
        | masks(*(f"BUSI/{c}/{c} (#)_mask.png" for c in ("benign", "normal")))
        | masks("BUSI/benign/benign (#)_mask_1.png", count=2),
        ("format: masks", "6 in train"),
    ),
    "cats and dogs": (
        photos("cat.#.jpg", "dog.#.jpg"),
        ("note: names of files begin with cat, dog, which may be classes",),
    ),
    "classes of WordNet": (
        photos("train/n01440764_#.JPEG", "train/n01443537_#.JPEG", "val/x#.JPEG"),
        ("note: names of files begin with n01440764, n01443537",),
    ),
    "Kaggle, a test of no classes": (
        photos("train/cat/#.png", "train/dog/1#.png", "test/2#.png"),
        ("3 in test, 6 in train",),
    ),
    "Kaggle, a test of no classes in a folder": (
        photos("train/cat/#.png", "train/dog/1#.png", "test/test/2#.png"),
        ("3 in test, 6 in train",),
    ),
    "WIDER FACE": (
        photos("WIDER_train/images/0--Parade/#.png", "WIDER_val/images/0--Parade/1#.png")
        | {"wider_face_split/wider_face_train_bbx_gt.txt": WIDER},
        ("question: unnamed-labels: wider_face_split/wider_face_train_bbx_gt.txt is a list of",),
    ),
    "bands of Sentinel": (
        {
            f"{tile}/{band}.png": patches(at, 24)
            for tile in ("tile1", "tile2")
            for at, band in enumerate(("B02", "B03", "B8A", "B12"))
        },
        ("question: unclear-pairs: tile1/B02.png, tile1/B03.png",),
    ),
    "bands of Landsat": (
        {f"LC08_{n}_B{at}.TIF": patches(9 * n + at, 24) for n in range(3) for at in (1, 2, 3)},
        ("question: unclear-pairs: LC08_0_B1.TIF, LC08_0_B2.TIF, LC08_0_B3.TIF may be bands",),
    ),
    "X and y": (
        {
            "X_train.npy": npy(CURVES),
            "y_train.npy": npy(CLASSES),
            "X_test.npy": npy(CURVES[:8] + 1),
            "y_test.npy": npy(CLASSES[:8]),
        },
        ("question: unnamed-labels: y_test.npy has an entry for each series of X_test.npy",),
    ),
    "X and y, in folders": (
        {"train/X.npy": npy(CURVES), "train/Y.npy": npy(np.eye(2)[CLASSES])},
        ("question: unnamed-labels: train/Y.npy has an entry for each series of train/X.npy",),
    ),
    "Keras, an archive": (
        {"s.npz": npz(x_train=CURVES, y_train=CLASSES, x_test=CURVES[:8], y_test=CLASSES[:8])},
        ("question: s.npz has no array X", "name one by `array`"),
    ),
    "an archive of pictures": (
        {"digits.npz": npz(x=SQUARES, y=CLASSES[:12])},
        ("question: other-kind: digits.npz: x may be 12 pictures of 28 x 28 pixels",),
    ),
    "series to predict the classes of": (
        {
            "train.csv": rows(lambda n: (*curve(n), "ab"[n % 2]), 30, f"{POINTS},label\n"),
            "test.csv": rows(lambda n: curve(n + 50), 10, f"{POINTS}\n"),
        },
        ("kind: timeseries", "layout: wide", 'label: "label"', "test.csv is test"),
    ),
    "GLUE": (
        {
            f"{split}.tsv": "sentence\tlabel\n"
            + "".join(f"{text(n + at)}\t{'ab'[n % 2]}\n" for n in range(20))
            for split, at in (("train", 0), ("dev", 30))
        }
        | {"test.tsv": rows(lambda n: (f"{n}", text(n + 60)), 9, "index\tsentence\n", "\t")},
        ('label: "label"', "dev.tsv is val, test.tsv is test, train.tsv is train"),
    ),
    "names of emotions in numbers": (
        {
            f"Actor_{a:02d}/03-01-{e:02d}-01-0{s}-01-{a:02d}.wav": sound(20 * a + e + s)
            for a in (1, 2)
            for e in (1, 3)
            for s in (1, 2)
        },
        ("note: parts 3, 5, 7 of names of files have few values",),
    ),
    "PTB-XL": (
        {f"records100/{n:05d}_lr.{end}": f"{n}" for n in range(40) for end in ("dat", "hea")}
        | {
            "database.csv": rows(
                lambda n: (f"{n}", f"{40 + n % 30}", f"records100/{n:05d}_lr"), 40, "id,age,file\n"
            ),
            "statements.csv": "code,description\nNORM,normal\nSR,sinus\n",
        },
        (
            "question: other-kind: rows of database.csv tell of other files here",
            '# include: ["data',
        ),
    ),
    "films, and lists of them": (
        {f"UCF/{c}/v_{c}_{n}.avi": b"RIFF" for c in ("Archery", "Diving") for n in range(3)}
        | {"lists/list01.txt": "".join(f"Archery/v_Archery_{n}.avi 1\n" for n in range(3))},
        ("question: other-kind: rows of lists/list01.txt tell of other files",),
    ),
    "CoNLL-2003": (
        texts(
            lambda _, t: "".join(f"{word} NN O\n" for word in t.split()) + "\n",
            *("eng.train", "eng.testa", "eng.testb"),
        ),
        ("kind: text", "eng.testa is test, eng.testb is test, eng.train is train"),
    ),
    "GTZAN": (
        {f"genres/{g}/{g}.{n}.wav": sound(n) for g in ("blues", "rock") for n in range(3)}
        | {
            "features.csv": "filename,tempo,label\n"
            + "".join(f"{g}.{n}.wav,9.5,{g}\n" for g in ("blues", "rock") for n in range(3))
        },
        ('labels: "features.csv"', 'file: "filename"', 'label: "label"'),
    ),
    "one polarity a file": (
        texts(lambda _, t: f"{t}\n", "rt-polarity.pos", "rt-polarity.neg"),
        ("kind: text", "format: lines"),
    ),
    "features in an archive": (
        {"features.npz": npz(X=RANDOM.normal(size=(30, 20)), y=RANDOM.integers(0, 2, 30))},
        ("note: features.npz: X may have rows of 20 features: neighbours are hardly alike",),
    ),
    "electrodes in .arff": (
        {
            "eyes.arff": "@relation eyes\n"
            + "".join(f"@attribute {name} numeric\n" for name in ("AF3", "F7", "T7", "O1"))
            + "@attribute eye {0,1}\n@data\n"
            + rows(lambda n: (*(curve(at, 90)[n] for at in range(4)), str(n // 45)), 90)
        },
        ("question: unclear-samples: the attributes of eyes.arff", "AF3"),
    ),
}
