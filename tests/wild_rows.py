"""Layouts of tables, texts and series, with what `init` says of each."""

from __future__ import annotations

import json

import numpy as np
from wild import ATTRIBUTES, CHAT, POINTS, Layouts, curve, rows, sound, text, texts

_PARTS = ("train", "test")

ROWS: Layouts = {
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
    "beats, a file for each class, without headers": (
        {f"beats_{k}.csv": rows(lambda n, k=k: (*curve(n), f"{k}.0"), 30) for k in range(2)},
        ("kind: timeseries", "question: unnamed-labels: column 40 is one", "`label: 40`"),
    ),
    "a sensor of several people, without a header": (
        {
            "raw.txt": rows(
                lambda n: (
                    *(str(33 + n // 120), ["jog", "walk"][n // 60 % 2], str(4910 + n * 50)),
                    *(f"{n * k % 97}.{n * k % 89}" for k in (37, 61)),
                ),
                360,
            )
        },
        ("kind: tabular", "question: other-kind: times in '2' rise while '0', '1' stay"),
    ),
    "curves of several people, without a header, beside words": (
        {
            "raw.txt": rows(
                lambda n: (
                    *(str(33 + n // 120), ["jog", "walk"][n // 60 % 2], str(4910 + n * 50)),
                    *(curve(at, 360)[n] for at in (1, 2)),
                ),
                360,
            ),
            "readme.txt": "words on the 33 people, 2 columns each\n",
        },
        ("kind: timeseries", "time: 2", "id: 0", "point_labels: [1]", 'path: "in/raw.txt"'),
    ),
    "marks at the ends of lines": (
        {
            "raw.txt": rows(
                lambda n: (*(str(n // 120), "ab"[n // 60 % 2]), f"{curve(1, 360)[n]};"), 360
            )
        },
        ("kind: timeseries", "layout: long", "point_labels: [0, 1]"),
    ),
    "what is to be forecast, in a short file of its own": (
        {
            f"Hourly-{s}.csv": rows(
                lambda n, m=m: (f"H{n}", *curve(n, m)),
                20,
                f"{','.join(f'V{n}' for n in range(m + 1))}\n",
            )
            for s, m in (("train", 60), ("test", 12))
        },
        ("kind: timeseries", "layout: wide", "Hourly-test.csv is test"),
    ),
    "X, y and who": (
        {
            f"{s}/{what}_{s}.txt": rows(lambda n: (str(n % 3),))
            for s in ("train", "test")
            for what in ("y", "subject")
        },
        ("question: unclear-format: each split has files of subject, y",),
    ),
    "X and y, with headers": (
        {f"X_{s}.csv": rows(lambda n: (f"{n}", f"{n % 7}.5"), 30, "a,b\n") for s in _PARTS}
        | {f"y_{s}.csv": rows(lambda n: ("ab"[n % 2],), 30, "y\n") for s in _PARTS},
        ("question: unclear-format: y_test.csv has none of the columns of X_test.csv",),
    ),
    "labels in a table of their own": (
        {
            "expr.csv": rows(
                lambda n: (f"g{n}", *curve(n, 9)), 30, "gene,s1,s2,s3,s4,s5,s6,s7,s8,s9\n"
            ),
            "labels.csv": rows(lambda n: (f"s{n}", "ab"[n % 2]), 9, "sample,class\n"),
        },
        ("question: unclear-format: labels.csv has none of the columns of expr.csv",),
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
        ("question: unclear-words: 'messages' of chat.jsonl is a chat", '# roles: ["user"]'),
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
            f"news-bydate-{at}/{n}": text(n + 3 * k) + "\n"
            for n in range(3)
            for k, at in enumerate(("train/sci", "train/alt", "test/sci"))
        },
        ("format: folders", "by the names of folders: 3 in test, 6 in train"),
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
    "SECOM": (
        {
            "secom.data": rows(lambda n: (f"{n}.5", f"{n * 7 % 9}.5", "1e3"), 40, mark=" "),
            "secom.names": "what there is to know of these\n",
        },
        ("kind: tabular", "question: unclear-format: cells of the only column of secom.data"),
    ),
    "Titanic": (
        {
            "train.csv": rows(
                lambda n: (f"{n}", f"{n % 3 // 2}", f"{20 + n * 7 % 50}"), 60, "Id,Survived,Age\n"
            ),
            "test.csv": rows(lambda n: (f"{90 + n}", f"{20 + n * 9 % 50}"), 20, "Id,Age\n"),
            "gender_submission.csv": rows(lambda n: (f"{90 + n}", "0"), 20, "Id,Survived\n"),
        },
        ('include: ["train.csv"]', 'label: "Survived"'),
    ),
    "a household's power": (
        {
            "power.txt": rows(
                lambda n: (
                    f"{1 + n // 100}/12/2006",
                    f"{n // 10 % 10:02d}:{n % 10 * 6:02d}:00",
                    *(f"{np.sin(n / k) + 9:.4f}" for k in (19, 31)),
                ),
                300,
                "Date;Time;Power;Voltage\n",
                ";",
            )
        },
        ("question: other-kind: values of 'Power', 'Voltage' change smoothly",),
    ),
    "weather, day before month": (
        {
            "jena.csv": rows(
                lambda n: (
                    f"{1 + n // 144:02d}.01.2009 {n // 6 % 24:02d}:{n % 6 * 10:02d}:00",
                    *(f"{np.sin(n / k) + 9:.4f}" for k in (19, 31)),
                ),
                300,
                "Date Time,p (mbar),T (degC)\n",
            )
        },
        ("question: other-kind: values of 'p (mbar)', 'T (degC)' change smoothly",),
    ),
}
