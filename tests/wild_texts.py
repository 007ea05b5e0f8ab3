"""Layouts of texts for models of language, with what `init` says of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from wild import Files, Layouts, rows, sound, text, texts

UD = "".join(
    f"# sent_id = {n}\n"
    + "".join(
        f"{at}\t{word}\t{word}\tNOUN\tNN\t_\t{int(at > 1)}\tdep\t_\t_\n"
        for at, word in enumerate(text(n).split(), 1)
    )
    + "\n"
    for n in range(9)
)
TMX = '<?xml version="1.0"?>\n<tmx><body>\n' + "".join(
    f'<tu><tuv xml:lang="en"><seg>{text(n)}</seg></tuv></tu>\n' for n in range(20)
)


def objects(name: str, of: Callable[[int], dict[str, Any]]) -> Files:
    return {name: "".join(f"{json.dumps(of(n))}\n" for n in range(40))}


def tagged(n: int) -> dict[str, Any]:
    words = text(n).split()
    tags = [int(at == n % 3) for at in range(len(words))]
    return {"id": f"{n}", "tokens": words, "pos_tags": [7] * len(words), "ner_tags": tags}


def said(n: int) -> dict[str, Any]:
    turns = [{"from": "human", "value": text(n)}, {"from": "gpt", "value": text(n + 5)}]
    return {"id": f"chat_{n}", "conversations": turns}


def squad(n: int) -> dict[str, Any]:
    asked = {"question": text(n), "answers": [{"text": text(n)[:4], "answer_start": 0}]}
    return {"title": f"T{n}", "paragraphs": [{"context": text(n) * 3, "qas": [asked]}]}


def nested(key: str, *several: str) -> tuple[str, ...]:
    return (f"question: in.json is one JSON object, with lists under {key}", *several)


TEXTS: Layouts = {
    "a word on mails beside the folders of their classes": (
        texts(
            lambda _, said: said, *(f"mails/{k}/{n}.txt" for k in ("ham", "spam") for n in range(4))
        )
        | {"mails/Summary.txt": "4 mails of either class\n"},
        ("kind: text", "question: unclear-samples: mails/Summary.txt beside folders"),
    ),
    "lists of classes beside folders of sentences and their tags": (
        texts(
            lambda _, said: f"{said}\n",
            *(f"{s}/{n}" for s in ("train", "dev") for n in ("seq.in", "label")),
        )
        | {f"{name}_label.txt": "unk\nfly\nfare\nmeal\n" for name in ("intent", "slot")},
        ("kind: text", "question: unclear-splits", "intent_label.txt, slot_label.txt beside"),
    ),
    "texts that may be of several classes, and classes in a table of their own": (
        {
            "train.csv": rows(
                lambda n: (f"{n}", text(n), f"{n % 2}", f"{n % 3 % 2}"), 40, "id,words,rude,loud\n"
            ),
            "test.csv": rows(lambda n: (f"t{n}", text(n + 50)), 9, "id,words\n"),
            "test_labels.csv": rows(lambda n: (f"t{n}", "-1", "-1"), 9, "id,rude,loud\n"),
        },
        (
            "found 2 files\n",
            'exclude: ["test_labels.csv"]',
            'label: ["rude", "loud"]    # 0 or 1 each',
        ),
    ),
    "texts with their annotations beside, as brat has them": (
        {f"doc{n}.txt": f"Aspirin, {text(n)}\n" for n in range(6)}
        | {f"doc{n}.ann": "T1\tDrug 0 7\tAspirin\n" for n in range(6)},
        ("question: unnamed-labels: 6 of 6 files of texts have one ending in .ann beside",),
    ),
    "numbered files": (
        {f"doc{n}.txt": f"{text(n)}\n\n{text(n + 1)}\n" for n in range(6)},
        ("question: unclear-samples: doc0.txt, doc1.txt", "`format: folders` if a file is a text"),
    ),
    "lines with their class before a tab": (
        texts(lambda n, t: f"{('ham', 'spam')[n % 2]}\t{t}\n", "SMSSpamCollection")
        | {"readme": "A collection of messages.\n"},
        ("found 1 file\n", "format: lines", "split: {test: 0.2}"),
    ),
    "tables beside a file on them": (
        texts(lambda n, t: f"{t}.\t{n % 2}\n", "imdb_labelled.txt", "yelp_labelled.txt")
        | {"readme.txt": "It was made for a paper.\n\nIt has sentences.\n"},
        ("found 2 files\n", "text: 0", "label: 1"),
    ),
    "words with tags": (
        objects("train.jsonl", tagged),
        ('text: "tokens"', 'tags: "ner_tags"    # a tag for each word', "  - eda"),
    ),
    "ShareGPT": (
        {"in.json": json.dumps([said(n) for n in range(30)])},
        ("question: unclear-words: 'conversations' of in.json is", '# roles: ["human"]', "- eda"),
    ),
    "SQuAD": (
        {"in.json": json.dumps({"version": "1.1", "data": [squad(n) for n in range(9)]})},
        nested("'data'"),
    ),
    "SQuAD, flat": (
        objects(
            "train.jsonl",
            lambda n: {
                "context": 3 * text(n),
                "question": text(n + 7),
                "answers": {"text": [text(n)[:4]], "answer_start": [0]},
            },
        ),
        ("question: unclear-words: several", 'spans: "answers"', "# label: NAME"),
    ),
    "splits in one object": (
        {"in.json": json.dumps({s: [{"text": text(n)} for n in range(9)] for s in ("a", "b")})},
        nested("'a', 'b'"),
    ),
    "columns in one object": (
        {"in.json": json.dumps({"text": list(map(text, range(9))), "y": [1] * 9}, indent=1)},
        nested("'text'"),
    ),
    "Alpaca": (
        objects(
            "a.jsonl", lambda n: {"instruction": text(n), "input": "", "output": text(n + 1) * 2}
        ),
        ("question: unclear-words: several", '# text: ["instruction", "output"]'),
    ),
    "prompts and completions": (
        objects("p.jsonl", lambda n: {"prompt": text(n), "completion": text(n + 1)}),
        ("question: unclear-words: several", '# text: ["prompt", "completion"]'),
    ),
    "preferences": (
        objects(
            "p.jsonl",
            lambda n: {"prompt": text(n), "chosen": text(n + 1), "rejected": text(n + 2)},
        ),
        ("question: unclear-words: several", '# text: ["prompt", "chosen", "rejected"]'),
    ),
    "CoNLL-U": (
        {"en-ud-train.conllu": UD},
        ("question: en-ud-train.conllu says of each word which other one it hangs on",),
    ),
    "trees of another ending": (
        {"en-ud-train.conllx": UD},
        ("format: conll", "question: en-ud-train.conllx says of each word"),
    ),
    "a memory of translations": (
        {"corpus.tmx": TMX},
        ("question: unclear-words: the lines of corpus.tmx are XML or HTML",),
    ),
    "letters, with the class first": (
        {"letters.data": rows(lambda n: ("ABCD"[n % 4], *(f"{n * k % 11}" for k in (3, 7))), 60)},
        ("kind: tabular", "question: which column is the class? 0 may be it, too"),
    ),
    "pixels in cells": (
        {
            "faces.csv": rows(
                lambda n: (f"{n % 3}", " ".join(f"{n * k % 256}" for k in range(48))),
                60,
                "emotion,pixels\n",
            )
        },
        ("question: other-kind: cells of column 'pixels' are many numbers each",),
    ),
    "codes and numbers between spaces": (
        {
            "german.data": rows(
                lambda n: (f"A1{n % 4}", f"{n}", "A30", f"{n * 31}", "2"), 40, "", " "
            )
        },
        ("question: unclear-format: cells of the only column of german.data are numbers",),
    ),
    "VCTK": (
        {f"wav/p{n // 2}/p{n // 2}_{n}.wav": sound(n) for n in range(4)}
        | {f"txt/p{n // 2}/p{n // 2}_{n}.txt": text(n) for n in range(4)},
        ("question: unnamed-labels: txt/p0/p0_0.txt tells of these files",),
    ),
    "LibriSpeech": (
        {f"train-clean/84/84-{n:04d}.wav": sound(n) for n in range(4)}
        | {"train-clean/84/84.trans.txt": "".join(f"84-{n:04d} {text(n)}\n" for n in range(4))},
        ("question: unnamed-labels: train-clean/84/84.trans.txt tells of these files",),
    ),
    "a table of several labels": (
        {
            "yeast.csv": rows(
                lambda n: (f"{n * 7 % 31}.5", *(f"{int(n * k % 5 < 2)}" for k in (1, 2, 3))),
                60,
                "x,Class1,Class2,Class3\n",
            )
        },
        ("question: may a row be of several classes?", 'label: ["Class1", "Class2", "Class3"]'),
    ),
    "cells between marks of one's own": (
        {
            "movie_lines.txt": "".join(
                f"L{n} +++$+++ u{n % 3} +++$+++ {text(n)}\n" for n in range(24)
            )
        },
        ("question: unclear-words: the lines of movie_lines.txt are cells of a table",),
    ),
}
