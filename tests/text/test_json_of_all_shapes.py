"""Texts in JSON: an object a line or all in a list, at the top or inside; else byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers import failures, manifest, run, write

from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.open import open_file

TEXTS = [f"the good film number {word} was a big story" for word in ("ten", "six", "two")]
STEPS = ["random_swap"]


def made(folder: Path, name: str, data: str, /, **dataset: Any) -> str:
    source = write(folder / "in" / name, data)
    told = {"kind": "text", **dataset}
    run(source, folder / "out", dataset=told, copies=2, steps=STEPS)
    path = folder / "out" / name
    return path.read_bytes().decode() if path.exists() else ""


@pytest.mark.parametrize("form", [{"indent": 2}, {"separators": (",", ":")}, {}])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_of_objects_stays_one(tmp_path: Path, form: dict[str, Any], end: str) -> None:
    told = [{"id": n, "text": text, "label": "ab"[n % 2]} for n, text in enumerate(TEXTS)]
    source = json.dumps(told, **form).replace("\n", end) + end
    found = made(tmp_path, "t.json", source, text="text", label="label")
    table = json.loads(found)
    assert table[:3] == told
    assert len(table) == 9
    assert [each["id"] for each in table[3:]] == [0, 0, 1, 1, 2, 2]
    assert {each["text"] for each in table[3:]}.isdisjoint(TEXTS)
    assert found.startswith(source.rstrip()[:-1].rstrip())
    assert found.endswith(source[source.rindex("}") + 1 :])
    assert manifest(tmp_path / "out")[0]["rows"] == 9


@pytest.mark.parametrize("form", [{"indent": 2}, {}])
def test_drawn_splits_of_a_list_are_lists(tmp_path: Path, form: dict[str, Any]) -> None:
    told = [{"text": f"{text} {n}"} for n in range(4) for text in TEXTS]
    assert made(tmp_path, "t.json", json.dumps(told, **form), split={"test": 0.25}) == ""
    parts = {name: tmp_path / f"out/{name}/t.json" for name in ("test", "train")}
    test, train = (json.loads(path.read_text()) for path in parts.values())
    assert (len(test), len(train)) == (3, 27)
    assert sorted(each["text"] for each in [*test, *train[:9]]) == sorted(t["text"] for t in told)


def test_one_object_and_letters_of_several_bytes(tmp_path: Path) -> None:
    source = '\ufeff [ {"text": "ein schöner großer Film für Käthe", "of": "ä"} ]\n'
    table = json.loads(made(tmp_path, "t.json", source).removeprefix("\ufeff"))
    assert len(table) == 3
    assert {each["of"] for each in table} == {"ä"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[{"text": "a b c"}, {"text": ]', "no list of JSON objects"),
        ('[{"text": "a b"}', "cut off"),
    ],
)
def test_a_damaged_list_is_told(tmp_path: Path, text: str, why: str) -> None:
    made(tmp_path, "t.json", text)
    assert why in failures(tmp_path / "out")["t.json"]


def test_texts_and_labels_inside_other_objects(tmp_path: Path) -> None:
    lines = [
        f'{{"data": {{"text" : "{text}", "of": {n}}}, "meta":{{"label":"{"ab"[n % 2]}"}}}}'
        for n, text in enumerate(TEXTS)
    ]
    found = made(tmp_path, "t.jsonl", "\n".join(lines) + "\n", text="data.text", label="meta.label")
    new = found.splitlines()[3:]
    assert len(new) == 6
    for number, line in enumerate(new):
        text = json.loads(line)["data"]["text"]
        assert text not in TEXTS
        assert line.replace(text, TEXTS[number // 2]) == lines[number // 2]
    splits = [each.get("label") for each in manifest(tmp_path / "out")]
    assert splits


def test_texts_inside_other_objects_are_found_where_none_are_beside_them(tmp_path: Path) -> None:
    inside = [{"id": f"x{n:040}", "data": {"text": text}} for n, text in enumerate(TEXTS)]
    beside = [{"title": "a b", "user": {"about": text}} for text in TEXTS]
    for objects, key in ((inside, "data.text"), (beside, "title")):
        settings = TextDatasetSettings(path="")
        file = "\n".join(map(json.dumps, objects)).encode()
        opened = open_file(Source("t.jsonl", "", file), settings, {"t.jsonl": "train"})
        assert opened.columns[0] == key
        assert {"user.about", "id"} & {*opened.columns}


def test_a_key_with_a_dot_in_its_name_is_that_key(tmp_path: Path) -> None:
    line = json.dumps({"a.text": TEXTS[0], "a": {"text": "x y z"}})
    (_, new, _) = made(tmp_path, "t.jsonl", line + "\n", text="a.text").splitlines()
    assert json.loads(new)["a"] == {"text": "x y z"}
    assert json.loads(new)["a.text"] != TEXTS[0]
