"""Tables as people keep them: packed, titled, with odd marks, headers, codes and an index."""

from __future__ import annotations

import gzip
import io
import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from helpers import augment, failures, write, write_recipe
from table_samples import augmented

from augcli.errors import RecipeError
from augcli.reports.report import Summary

RANDOM = random.Random(5)
ROWS = [f"{RANDOM.randrange(900)},{RANDOM.random():.3f},{'ab'[n % 4 == 0]}" for n in range(60)]
TABLE = "\n".join(["size,width,kind", *ROWS]) + "\n"
SMOTE = {"method": "smote"}


def made(
    folder: Path, text: str | bytes, name: str = "t.csv", **recipe: Any
) -> tuple[Summary, bytes]:
    dataset = {"path": str(write(folder / "in" / name, text)), "label": "kind"}
    told = recipe.pop("dataset", {})
    summary = augmented(folder, dataset | told, **({"balance": SMOTE} | recipe))
    path = folder / "out" / name
    return summary, path.read_bytes() if path.exists() else b""


def cells(data: bytes, old: int, column: int = 0) -> list[str]:
    return [line.split(",")[column] for line in data.decode().splitlines()[old:]]


PACKINGS: dict[str, tuple[Any, Any]] = {
    "t.csv.gz": (gzip.compress, gzip.decompress),
    "t.csv.zst": (
        zstandard.compress,
        lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    ),
}


@pytest.mark.parametrize("name", PACKINGS)
def test_a_packed_table_is_read_and_written_packed(tmp_path: Path, name: str) -> None:
    pack, unpack = PACKINGS[name]
    _, plain = made(tmp_path / "plain", TABLE)
    _, packed = made(tmp_path / "packed", pack(TABLE.encode()), name)
    assert len(plain.splitlines()) == 91
    assert len(unpack(packed).splitlines()) == 91
    assert unpack(packed).startswith(TABLE.encode())
    replayed = augment("replay", tmp_path / "packed/out", "-o", tmp_path / "again")
    assert replayed.returncode == 0, replayed.stderr
    assert (tmp_path / "again" / name).read_bytes() == packed


@pytest.mark.parametrize("name", PACKINGS)
def test_a_packed_table_that_is_cut_off_is_told(tmp_path: Path, name: str) -> None:
    made(tmp_path, PACKINGS[name][0](TABLE.encode())[:-30], name)
    assert "cut off" in failures(tmp_path / "out")[name]


@pytest.mark.parametrize("name", PACKINGS)
def test_a_packed_table_is_not_unpacked_beyond_what_is_allowed(tmp_path: Path, name: str) -> None:
    bomb = PACKINGS[name][0](TABLE.encode() + b"1,2,a\n" * 100_000)
    made(tmp_path, bomb, name, dataset={"max_bytes": len(bomb) + 50_000})
    assert "too large" in failures(tmp_path / "out")[name]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_an_archive_is_no_table(tmp_path: Path, name: str) -> None:
    made(tmp_path, b"PK\x03\x04" + TABLE.encode(), name)
    assert "unpack it, or export it as CSV" in failures(tmp_path / "out")[name]


@pytest.mark.parametrize(
    "before",
    ["Sales of the year\n\n", "Sales\nby week and shop\n", "\n\nDraft\n", "Sales 2024,,\n,,\n"],
)
def test_titles_stay_above_a_table(tmp_path: Path, before: str) -> None:
    _, data = made(tmp_path, before + TABLE)
    assert data.decode().startswith(before + TABLE)
    assert len(data.decode().removeprefix(before + TABLE).splitlines()) == 30


def test_the_delimiter_that_a_spreadsheet_tells(tmp_path: Path) -> None:
    text = "sep=;\n" + TABLE.replace(",", ";")
    _, data = made(tmp_path, text, output={"path": str(tmp_path / "out"), "source_column": True})
    lines = data.decode().splitlines()
    assert lines[:2] == ["sep=;", "size;width;kind;_augment_source"]
    assert len(lines) == 92


@pytest.mark.parametrize("mark", ["n/a", "#N/A", "-", ".", "None", "<NA>"])
def test_marks_among_numbers_are_missing(tmp_path: Path, mark: str) -> None:
    rows = [f"{mark},{row.partition(',')[2]}" if n % 5 == 0 else row for n, row in enumerate(ROWS)]
    _, data = made(tmp_path, "\n".join(["size,width,kind", *rows]) + "\n")
    new = cells(data, 61)
    assert mark in new
    assert all(cell == mark or cell.isdigit() for cell in new)


def test_a_dash_among_categories_is_one(tmp_path: Path) -> None:
    rows = [f"{'+-'[n % 8 < 4]},{row}" for n, row in enumerate(ROWS)]
    _, data = made(tmp_path, "\n".join(["charge,size,width,kind", *rows]) + "\n")
    assert set(cells(data, 61)) == {"+", "-"}


def test_a_word_that_means_missing_is_told(tmp_path: Path) -> None:
    rows = [f"{['None', 'slate', 'tin'][n % 3]},{row}" for n, row in enumerate(ROWS)]
    summary, _ = made(tmp_path, "\n".join(["roof,size,width,kind", *rows]) + "\n")
    assert any("'roof': 'None' is taken for a missing value" in note for note in summary.notes)


def test_few_numbers_with_gaps_are_told(tmp_path: Path) -> None:
    rows = [f"{[1, 4, 9][n % 3]},{[1.3, 2, 1.7][n % 3]},{row}" for n, row in enumerate(ROWS)]
    text = "\n".join(["code,mark,size,width,kind", *rows]) + "\n"
    summary, _ = made(tmp_path / "a", text, dataset={"constraints": "told"})
    said = "may be codes: 'code' (only 1, 4, 9), 'mark' (only 1.3, 1.7, 2);"
    assert any(said in note for note in summary.notes)
    told = {"columns": {"code": "category", "mark": "category"}, "constraints": "told"}
    summary, data = made(tmp_path / "b", text, dataset=told)
    assert set(cells(data, 61)) <= {"1", "4", "9"}
    assert not any("code" in note for note in summary.notes)


def test_many_columns_of_few_numbers_are_told_in_one_sentence(tmp_path: Path) -> None:
    names = [f"pixel{n}" for n in range(40)]
    rows = [",".join([str([0, 7, 90][n % 3])] * 40 + [row]) for n, row in enumerate(ROWS)]
    summary, _ = made(tmp_path, "\n".join([",".join([*names, "size,width,kind"]), *rows]) + "\n")
    told = [note for note in summary.notes if "may be codes" in note]
    assert len(told) == 1
    assert "'pixel1' (only 0, 7, 90), " in told[0]
    assert " more; if they are, say `columns: {pixel0: category}`" in told[0]


def test_a_column_of_a_doubled_name_is_told_by_number(tmp_path: Path) -> None:
    text = TABLE.replace("size,width", "size,size")
    with pytest.raises(RecipeError, match=r"say which by number \(0, 1\)"):
        made(tmp_path / "a", text, dataset={"columns": {"size": "category"}})
    _, data = made(tmp_path / "b", text, dataset={"columns": {"0": "category"}})
    assert set(cells(data, 61)) <= {row.split(",")[0] for row in ROWS}


def test_new_ids_also_of_a_column_that_looks_like_ids(tmp_path: Path) -> None:
    rows = [f"{n * 7919 % 1009},{row}" for n, row in enumerate(ROWS)]
    text = "\n".join(["CustomerId,size,width,kind", *rows]) + "\n"
    _, data = made(tmp_path, text, output={"path": str(tmp_path / "out"), "ids": "new"})
    new = cells(data, 61)
    assert len(set(new)) == len(new) == 30
    assert all(each.startswith("aug-") for each in new)


def test_new_ids_are_none_of_the_table(tmp_path: Path) -> None:
    rows = [f"{'aug-0-0' if n == 9 else f'r{n}'},{row}" for n, row in enumerate(ROWS)]
    text = "\n".join(["id,size,width,kind", *rows]) + "\n"
    output = {"path": str(tmp_path / "out"), "ids": "new"}
    _, data = made(tmp_path, text, dataset={"id": "id"}, output=output)
    ids = cells(data, 1)
    assert len(set(ids)) == len(ids) == 90


def test_training_and_testing_are_splits(tmp_path: Path) -> None:
    write(tmp_path / "in" / "training.csv", TABLE)
    held_out = "size,width,kind\n1000,2.5,a\n1001,2.6,b\n"
    write(tmp_path / "in" / "testing.csv", held_out)
    augmented(tmp_path, {"path": str(tmp_path / "in"), "label": "kind"}, balance=SMOTE)
    assert (tmp_path / "out/testing.csv").read_text() == held_out


def test_groups_hold_in_splits_that_are_drawn(tmp_path: Path) -> None:
    rows = [f"p{n % 15},{row}" for n, row in enumerate(ROWS)]
    text = "\n".join(["patient,size,width,kind", *rows]) + "\n"
    made(tmp_path, text, dataset={"group": "patient", "split": {"test": 0.25}})
    both = [
        set(cells((tmp_path / f"out/{split}/t.csv").read_bytes(), 1)) for split in ("train", "test")
    ]
    assert both[0]
    assert both[1]
    assert not both[0] & both[1]


def parquet(frame: pl.DataFrame, **metadata: str) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, metadata=metadata)
    return buffer.getvalue()


FRAME = pl.DataFrame(
    {
        "width": [RANDOM.random() for _ in range(40)],
        "kind": ["ab"[n % 4 == 0] for n in range(40)],
        "row": [n * 13 % 101 for n in range(40)],
    }
)


def test_an_index_goes_on_and_what_a_file_tells_of_itself_stays(tmp_path: Path) -> None:
    told = {"pandas": json.dumps({"index_columns": ["row"]}), "huggingface": '{"info": 1}'}
    made(tmp_path, parquet(FRAME, **told), "t.parquet")
    table = pl.read_parquet(tmp_path / "out/t.parquet")
    assert table["row"].to_list()[40:] == list(range(101, 121))
    metadata = pl.read_parquet_metadata(tmp_path / "out/t.parquet")
    assert {key: metadata[key] for key in told} == told


def test_a_range_index_is_as_long_as_the_table(tmp_path: Path) -> None:
    index = {"kind": "range", "name": None, "start": 0, "stop": 40, "step": 1}
    told = {"pandas": json.dumps({"index_columns": [index]})}
    made(tmp_path, parquet(FRAME.drop("row"), **told), "t.parquet")
    metadata = pl.read_parquet_metadata(tmp_path / "out/t.parquet")
    assert json.loads(metadata["pandas"])["index_columns"][0]["stop"] == 60


def test_orders_of_categories_and_units_of_times_stay_and_other_splits_too(tmp_path: Path) -> None:
    sizes = pl.Series("size", ["m", "xs", "l", "xs"] * 10, pl.Enum(["xs", "m", "l"]))
    times = pl.Series("at", [n * 3_600_000_000_000 // 7 for n in range(40)]).cast(pl.Time)
    frame = FRAME.drop("row").with_columns(sizes, times)
    held = parquet(frame.with_columns(pl.col("width") + 1))
    write(tmp_path / "in/test.parquet", held)
    told = {"path": str(write(tmp_path / "in/train.parquet", parquet(frame)).parent)}
    summary = augmented(tmp_path, told | {"label": "kind"}, balance=SMOTE)
    table = pl.read_parquet(tmp_path / "out/train.parquet")
    assert table.schema == frame.schema
    assert table[:40].equals(frame)
    assert len(table) == 60
    assert "columns that are blank in new rows: 'at'" in str(summary.notes)
    assert (tmp_path / "out/test.parquet").read_bytes() == held


@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("us"), pl.Datetime("ms", "UTC")])
def test_days_keep_rows_together_and_stay_days(tmp_path: Path, dtype: pl.DataType) -> None:
    days = pl.Series("day", [20_000 + n % 9 for n in range(40)], pl.Int32).cast(pl.Date).cast(dtype)
    frame = FRAME.drop("row").with_columns(days)
    made(tmp_path, parquet(frame), "t.parquet", dataset={"group": "day"})
    table = pl.read_parquet(tmp_path / "out/t.parquet")
    assert table.schema == frame.schema
    assert len(table) == 60
    assert set(table["day"][40:].to_list()) <= set(days.to_list())


def test_a_mark_that_ends_each_row_is_no_part_of_its_last_number(tmp_path: Path) -> None:
    rows = [f"{n % 3},{'ab'[n % 4 == 0]},{n / 7:.4f},{(-1) ** n * n / 9:.5f};" for n in range(40)]
    text = "\n".join([*rows, ""])
    dataset = {"label": 1, "header": False}
    _, data = made(tmp_path, text, "raw.txt", dataset=dataset)
    new = data.decode().splitlines()[40:]
    assert data.startswith(text.encode())
    assert len(new) == 20
    numbers = [float(row.rpartition(",")[2].removesuffix(";")) for row in new]
    assert all(row.endswith(";") for row in new)
    assert -40 / 9 <= min(numbers) < max(numbers) <= 40 / 9


@pytest.mark.parametrize("head", ["a,n,y;\n", "a,n,y\n"])
@pytest.mark.parametrize("last", ["{};", '"{}, too";', '"{};";'])
def test_a_mark_that_ends_each_row_is_no_part_of_its_last_text(
    tmp_path: Path, head: str, last: str
) -> None:
    ends = [last.format("xy"[n % 4 == 0]) for n in range(40)]
    text = head + "".join(f"{n % 3},{n / 7:.4f},{end}\n" for n, end in enumerate(ends))
    output = {"path": str(tmp_path / "out"), "source_column": True}
    summary, data = made(tmp_path, text, dataset={"label": "y"}, output=output)
    rows = data.decode().splitlines()
    assert rows[0] == f"a,n,y,_augment_source{head[5:-1]}"
    assert all(row.endswith(";") for row in rows[1:])
    assert [f"{row.rpartition(',')[0]};" for row in rows[1:41]] == text.splitlines()[1:]
    assert {row.rpartition(",")[0].split(",", 2)[2] for row in rows[41:]} == {ends[0][:-1]}
    assert {count.label for count in summary.counts} == {end[:-1].strip('"') for end in ends}


def test_sheets_beside_tables_are_told_with_a_way(tmp_path: Path) -> None:
    rows = "".join(f"{n}.{n % 7},{'ab'[n % 2]}\n" for n in range(30))
    write(tmp_path / "data/train.csv", f"x,kind\n{rows}")
    write(tmp_path / "data/more.xlsx", "PK")
    recipe = write_recipe(
        tmp_path / "data", tmp_path / "out", dataset={"kind": "tabular"}, copies=1, steps=[]
    )
    told = augment("plan", recipe).stderr
    assert "left out 1 file ending in .xlsx: not tables; save the sheets as .csv files" in told


@pytest.mark.parametrize("told", [{}, {"id": "key"}])
@pytest.mark.parametrize("method", ["smote", "random_over"])
def test_new_ids_of_whole_numbers_go_beyond_the_largest(
    tmp_path: Path, told: dict[str, Any], method: str
) -> None:
    keys = [7 + 3 * n if n % 2 else 900 - n for n in range(60)]
    rows = {"key": keys, "x": [n * n % 59 + 0.25 * (n % 3) for n in range(60)]}
    frame = pl.DataFrame(rows | {"kind": ["abbb"[n % 4] for n in range(60)]})
    frame.write_parquet(tmp_path / "t.parquet")
    dataset = {"path": "t.parquet", "label": "kind", **told}
    output = {"path": str(tmp_path / "out"), "ids": "new"}
    columns = {} if told else {"columns": {"key": "id"}}
    augmented(tmp_path, dataset | columns, balance={"method": method}, output=output)
    new = pl.read_parquet(tmp_path / "out/t.parquet")["key"]
    assert new.dtype == pl.Int64
    assert new[:60].to_list() == keys
    assert new.n_unique() == len(new) == 90
    assert new[60:].min() > max(keys)


def test_ids_of_a_type_without_room_are_told(tmp_path: Path) -> None:
    frame = pl.DataFrame({"key": range(30), "kind": ["ab"[n % 2] for n in range(30)]})
    frame.cast({"key": pl.Int8}).write_parquet(tmp_path / "t.parquet")
    dataset = {"path": "t.parquet", "label": "kind", "columns": {"key": "id"}}
    output = {"path": str(tmp_path / "out"), "ids": "new"}
    with pytest.raises(RecipeError, match="column 'key' holds Int8"):
        augmented(tmp_path, dataset, copies=1, output=output)


def test_ids_without_room_beside_others_are_told(tmp_path: Path) -> None:
    frame = pl.DataFrame({"uid": [f"u{n}" for n in range(60)], "row_id": range(1, 61)})
    frame = frame.with_columns(pl.col("row_id").cast(pl.Int16), x=pl.int_range(60) ** 2 % 37 / 8)
    frame.with_columns(kind=pl.Series(["ab"[n % 4 == 0] for n in range(60)])).write_parquet(
        tmp_path / "t.parquet"
    )
    output = {"path": str(tmp_path / "out"), "ids": "new"}
    dataset = {"path": "t.parquet", "label": "kind", "id": "uid"}
    notes = augmented(tmp_path, dataset, copies=1, output=output).notes
    assert any("columns without new ids: 'row_id' (Int16);" in note for note in notes)
    assert pl.read_parquet(tmp_path / "out/t.parquet")["uid"].is_unique().all()
