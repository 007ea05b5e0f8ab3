"""Real files of every script and encoding go through and come out valid."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import augment, manifest
from test_text_runs import recipe

CASES: dict[str, tuple[str, dict[str, Any], list[Any]]] = {
    "movie": ("text_movie_cp1252", {"format": "lines"}, ["eda"]),
    "german": (
        "text_german_10kgnad/test.csv",
        {"text": 1, "label": 0, "splits": {"test.csv": "train"}},
        ["random_swap", {"keyboard_typos": {"layout": "qwertz"}}, "sentence_shuffle"],
    ),
    "chinese": (
        "text_chinese_headlines/dev.txt",
        {"text": 0, "label": 1, "splits": {"dev.txt": "train"}},
        [{"one_of": {"steps": ["random_swap", "random_delete", "char_swap", "char_insert"]}}],
    ),
    "several": (
        "text_xed_ar_fr",
        {"text": 0, "label": 1, "label_separator": ","},
        [{"one_of": {"steps": ["random_swap", "char_drop", "aeda", "homoglyphs", "ocr_errors"]}}],
    ),
    "sms": ("text_sms_spam/sms.tsv", {"text": 1, "label": 0, "quote": ""}, ["contractions", "eda"]),
    "sst2": ("text_sst2", {"text": 0, "label": 1, "leaks": "allow"}, ["eda"]),
}


LONG = pytest.param("german", marks=pytest.mark.faults)


@pytest.mark.parametrize("name", [LONG, *(name for name in CASES if name != "german")])
def test_goes_through(shared_data: Path, tmp_path: Path, name: str) -> None:
    path, told, steps = CASES[name]
    out = tmp_path / "out"
    made = recipe(shared_data / path, out, dataset=told, steps=steps, copies=1)
    done = augment("run", made, "-q")
    assert done.returncode == 0, done.stderr
    root = shared_data / path if (shared_data / path).is_dir() else (shared_data / path).parent
    for record in manifest(out):
        before, after = root / record["source"], out / record["output"]
        check_file(before.read_bytes(), after.read_bytes(), record, out, name)
    assert augment("verify", out, "-i", shared_data / path).returncode == 0
    assert augment("replay", out, "-o", tmp_path / "again").returncode == 0


def check_file(before: bytes, after: bytes, record: Any, out: Path, name: str) -> None:
    told = CASES[name][1]
    encoding = "cp1252" if told.get("format") == "lines" else "utf-8"
    assert after.startswith(before)
    ends = before.count(b"\n") - before.count(b"\r\n"), before.count(b"\r\n")
    assert after.count(b"\n") - after.count(b"\r\n") >= ends[0]
    assert not ends[1] or after[len(before) :].count(b"\r\n") >= record["synthetic"]
    lines = pl.read_parquet(out / "provenance.parquet").filter(output=record["output"])
    assert record["originals"] + len(lines) == record["rows"]
    if "text" not in told:
        return
    rows = parsed(after.decode(encoding), name)
    assert len(rows) == record["rows"]
    for line in lines.iter_rows(named=True):
        made, source = rows[line["row"]], rows[int(line["base"].rpartition("#")[2])]
        assert untouched(made, told["text"]) == untouched(source, told["text"])


def untouched(row: list[str], text: int) -> list[str]:
    return [cell for at, cell in enumerate(row) if at != text]


def parsed(text: str, name: str) -> list[list[str]]:
    """Return the rows as the standard library reads them."""
    told = {
        "german": {"delimiter": ";", "quotechar": "'"},
        "several": {"delimiter": "\t"},
    }.get(name, {"delimiter": "\t", "quoting": csv.QUOTE_NONE})
    limit = csv.field_size_limit(sys.maxsize)
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), **told) if row]
    finally:
        csv.field_size_limit(limit)
