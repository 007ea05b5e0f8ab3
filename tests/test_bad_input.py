"""One bad row, cell or line is that one's failure, told by its place; all others are augmented."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from helpers import failures, manifest, run, write
from hypothesis import given
from hypothesis import strategies as st

from augcli.commands.replay import replay
from augcli.rows.cells import mended, row_spans, values
from augcli.rows.delimited import Delimited
from augcli.rows.encodings import open_text

ROWS = 24
BAD = 9
"""The row that is damaged, from 0."""


class Format(NamedTuple):
    name: str
    head: str
    row: Callable[[int], str]
    mark: str
    told: dict[str, Any]
    step: str = "jitter"


def _word(number: int) -> str:
    return f"größe {number} and more of it"


FORMATS = {
    "table": Format("t.csv", "x,y,kind\n", lambda i: f"{i}.5,{'äb'[i % 2]},{i % 3}", ",", {}),
    "table tsv": Format("t.tsv", "x\ty\tkind\n", lambda i: f"{i}.5\tä{i % 2}\t{i % 3}", "\t", {}),
    "text": Format("t.csv", "text,kind\n", lambda i: f"{_word(i)},{i % 3}", ",", {"text": "text"}),
    "jsonl": Format(
        "t.jsonl",
        "",
        lambda i: f'{{"text": "{_word(i)}", "kind": "{i % 3}"}}',
        ",",
        {"text": "text"},
    ),
    "lines": Format("t.txt", "", _word, ",", {"format": "lines"}),
    "wide": Format("t.csv", "a,b,c,kind\n", lambda i: f"{i},{i % 7}.5,{i % 5},ä{i % 3}", ",", {}),
    "long": Format(
        "t.csv", "id,v,kind\n", lambda i: f"s{i},{i}.5,ä", ",", {"id": "id", "channels": ["v"]}
    ),
    "wide tsv": Format("t.tsv", "", lambda i: f"ä{i % 3}\t{i}\t{i % 7}.5\t1", "\t", {"label": 0}),
    "ts": Format(
        "t.ts",
        "@problemName ä\n@timeStamps false\n@univariate true\n@classLabel true ä0 ä1 ä2\n@data\n",
        lambda i: f"{i},{i % 7}.5,2:ä{i % 3}",
        ",",
        {},
    ),
}
KINDS = dict.fromkeys(FORMATS, "timeseries") | {
    **dict.fromkeys(("table", "table tsv"), "tabular"),
    **dict.fromkeys(("text", "jsonl", "lines"), "text"),
}
STEPS = {"tabular": "swap", "text": "random_swap", "timeseries": "jitter"}
LABELLED = {"table", "table tsv", "text", "jsonl", "wide", "long"}
ROWWISE = ["table", "table tsv", "text", "wide", "wide tsv"]
TABLES = [*ROWWISE, "long"]


def opened(line: str, mark: str) -> str:
    head, _, last = line.rpartition(mark)
    return f'{head}{mark}"{last}'


DAMAGE: dict[str, tuple[Callable[[str, str], str | bytes], list[str], str]] = {
    "open quote": (opened, TABLES, "the quote that opens cell"),
    "too few cells": (lambda line, mark: line.rpartition(mark)[0], ROWWISE, "cells instead of"),
    "too many cells": (lambda line, mark: f"{line}{mark}1", ROWWISE, "cells instead of"),
    "not UTF-8": (
        lambda line, mark: line.replace("ä", "\udcff").encode("utf-8", "surrogateescape") + b"\xff",
        list(FORMATS),
        "is not UTF-8",
    ),
    "no number": (
        lambda line, mark: line.replace(".5", ".5x"),
        ["table", "wide", "wide tsv", "long", "ts"],
        "not a finite number",
    ),
    "infinite": (
        lambda line, mark: line.replace(line.split(mark)[1], "inf"),
        ["wide", "wide tsv", "long", "ts"],
        "not a finite number",
    ),
    "a NUL": (
        lambda line, mark: line.replace(".5", "\0"),
        ["wide", "wide tsv", "long", "ts"],
        "not a finite number",
    ),
    "brackets": (
        lambda line, mark: f'{{"text": {"[" * 90_000}{"]" * 90_000}}}',
        ["jsonl"],
        "brackets in too many others",
    ),
    "half an object": (lambda line, mark: line[:-4], ["jsonl"], "is no JSON"),
    "a vast number": (lambda line, mark: '{"text": ' + "1" * 9000 + "}", ["jsonl"], "line 10: "),
    "a class of no one": (lambda line, mark: f"{line}x", ["ts"], "none of those of @classLabel"),
    "no class": (lambda line, mark: f"{line.rpartition(':')[0]}:?", ["ts"], "there is no label"),
    "no values": (lambda line, mark: f"?,?,?:{line.rpartition(':')[2]}", ["ts"], "no values"),
    "more channels": (lambda line, mark: f"1,2,3:{line}", ["ts"], "2 channels instead of 1"),
}
CASES = [(form, damage) for damage, (_, forms, _) in DAMAGE.items() for form in forms]


def source_of(form: Format, damage: str, place: int = BAD) -> bytes:
    lines: list[bytes] = [f"{form.row(i)}".encode() for i in range(ROWS)]
    made = DAMAGE[damage][0](form.row(place), form.mark)
    lines[place] = made if isinstance(made, bytes) else made.encode()
    return form.head.encode() + b"".join(line + b"\n" for line in lines)


def augmented(folder: Path, name: str, data: bytes) -> Any:
    form = FORMATS[name]
    told = {"kind": KINDS[name], **form.told}
    told |= {"label": "kind"} if name in LABELLED else {}
    path = write(folder / "in" / form.name, data)
    return run(path, folder / "out", dataset=told, steps=[STEPS[KINDS[name]]], copies=1)


@pytest.mark.parametrize(("name", "damage"), CASES)
def test_it_is_one_failure_and_the_others_are_done(tmp_path: Path, name: str, damage: str) -> None:
    form, reason = FORMATS[name], DAMAGE[damage][2]
    summary = augmented(tmp_path, name, source_of(form, damage))
    assert summary.exit_code == 3
    (found,) = failures(tmp_path / "out").items()
    line = form.head.count("\n") + BAD + 1
    assert found[0] in (f"{form.name}#{BAD}", f"{form.name}:{line}")
    assert reason in found[1]
    (record,) = manifest(tmp_path / "out")
    assert record["synthetic"] == ROWS - 1
    again = replay(tmp_path / "out", tmp_path / "again", None, None)
    assert not [wrong for _, wrong in again if wrong]


@pytest.mark.parametrize("place", [1, BAD, ROWS - 1])
@pytest.mark.parametrize("name", TABLES)
def test_a_reader_sees_the_rows_that_the_manifest_tells(
    tmp_path: Path, name: str, place: int
) -> None:
    form = FORMATS[name]
    data = source_of(form, "open quote", place)
    if place == ROWS - 1:
        data = data.rstrip(b"\n")
    augmented(tmp_path, name, data)
    text = (tmp_path / "out" / form.name).read_text()
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=form.mark) if row]
    (record,) = manifest(tmp_path / "out")
    heads = form.head.count("\n")
    assert len(rows) == heads + 2 * (ROWS - 1)
    assert record["rows"] in (len(rows) - heads, 2 * (ROWS - 1))
    seen = pl.read_csv(text.encode(), separator=form.mark, has_header=bool(heads))
    assert len(seen) == len(rows) - heads


@pytest.mark.parametrize("name", TABLES)
def test_what_is_not_augmented_stays_as_it_is(tmp_path: Path, name: str) -> None:
    form = FORMATS[name]
    data = source_of(form, "open quote")
    told = {"kind": KINDS[name], **form.told} | ({"label": "kind"} if name in LABELLED else {})
    whole = form.head + "".join(f"{form.row(i + ROWS)}\n" for i in range(ROWS))
    suffix = Path(form.name).suffix
    write(tmp_path / f"in/train{suffix}", whole)
    write(tmp_path / f"in/test{suffix}", data)
    run(tmp_path / "in", tmp_path / "out", dataset=told, steps=[STEPS[KINDS[name]]], copies=1)
    assert (tmp_path / f"out/test{suffix}").read_bytes() == data


FORM = Delimited(",", '"')
cell = st.text(st.sampled_from('ab ,"\n\r;é'), max_size=6)


def ours(data: bytes, width: int) -> tuple[list[list[str]], bytes, list[int]]:
    """Return the rows, the text that they are in, and the lines that are lost."""
    text = mended(open_text("t", data, "utf-8"), FORM, 0, width)
    spans = row_spans(text.data, FORM, 0, width)
    rows = [values(bytes(text.data[start:end]).decode(), FORM) for start, end, _ in spans]
    return rows, bytes(text.data), [line for line, _ in text.lost]


def theirs(data: bytes) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(data.decode(), newline="")) if row]


@given(st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=6))
def test_tables_are_read_as_a_csv_reader_does(table: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    rows, _, lost = ours(text.getvalue().encode(), 3)
    assert rows == theirs(text.getvalue().encode())
    assert not lost


@given(
    st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=6),
    st.integers(0, 200),
    st.booleans(),
)
def test_a_quote_more_or_less_costs_no_line_in_silence(
    table: list[list[str]], place: int, more: bool
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    whole = text.getvalue()
    quotes = [at for at, symbol in enumerate(whole) if symbol == '"'] or [0]
    at = place % (len(whole) + 1) if more else quotes[place % len(quotes)]
    hurt = (whole[:at] + '"' + whole[at:] if more else whole[:at] + whole[at + 1 :]).encode()
    rows, left, lost = ours(hurt, 3)
    assert rows == theirs(left)
    assert left.count(b"\n") + len(lost) >= hurt.count(b"\n")
