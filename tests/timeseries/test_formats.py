"""Every format: what is read, and that new series follow the originals byte for byte."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from augcli.errors import SampleError, SettingError
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file
from augcli.timeseries.formats.base import Block, SeriesFile, Stack
from augcli.timeseries.formats.numbers import style_of
from augcli.timeseries.series import Series, stacked

TS = """#a remark
@problemName x
@univariate false
@classLabel true a b
@data
1.5,2.25,3:4,5,6:a
1,?,3:4,5:b
7,8,9,10:0,0,0,0.125:b"""


def opened(name: str, data: bytes | str, *, single: bool = False, **told: object) -> SeriesFile:
    settings = SeriesDatasetSettings(path="", kind="timeseries", **told)
    raw = data.encode() if isinstance(data, str) else data
    return open_file(Source(name, "", raw), settings, single=single)


def rendered(file: SeriesFile, rows: list[int], *, originals: bool = True) -> bytes:
    """Return a file with copies of these rows, unchanged."""
    return written(file, [(file.series(row), row) for row in rows], originals=originals)


def written(file: SeriesFile, new: list[tuple[Series, int]], *, originals: bool) -> bytes:
    """Return a file with new series of some rows, made in two blocks."""
    parts = [new] if len(new) < 2 else [new[:1], new[1:]]
    blocks = [_block(file, part, bool(number)) for number, part in enumerate(parts) if part]
    payloads = [file.payload(block) for block in blocks]
    return b"".join(map(bytes, file.assembled(payloads, None if originals else ())))


def _block(file: SeriesFile, new: list[tuple[Series, int]], first: int) -> Block:
    labels = [file.shapes[row].label if file.of_amounts else None for _, row in new]
    each = enumerate(zip(new, labels, strict=True))
    stacks = [Stack([place], stacked([made]), [label]) for place, ((made, _), label) in each]
    return Block(stacks, [row for _, row in new], [0] * len(new), first)


def saved(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def test_ts() -> None:
    file = opened("x.ts", TS)
    assert [shape.label for shape in file.shapes] == ["a", "b", "b"]
    assert file.bad == {1: "line 7: its channels have 2 and 3 points"}
    np.testing.assert_array_equal(file.series(0).values, [[1.5, 2.25, 3], [4, 5, 6]])
    assert file.series(2).length == 4
    made = rendered(file, [2])
    assert made == TS.encode() + b"\n7,8,9,10:0,0,0,0.125:b\n"
    assert rendered(file, [0], originals=False).endswith(b"@data\n1.5,2.25,3:4,5,6:a\n")


@pytest.mark.parametrize("tag", ["@equalLength true", "@missing false"])
def test_ts_keeps_what_its_head_says(tag: str) -> None:
    file = opened("x.ts", f"@classLabel false\n{tag}\n@data\n1.5,2,3\n4,5,6\n")
    assert file.width == 3
    assert "do not fit" in file.refusal(4, 0)
    if "missing" in tag:
        gap = file.series(0).with_values(np.array([[1, np.nan, 3]]))
        with pytest.raises(SampleError, match="@missing false"):
            written(file, [(gap, 0)], originals=True)


def test_ts_with_times_in_its_cells() -> None:
    text = "@timeStamps true\n@classLabel true a\n@data\n"
    body = "(0,1.5),(2,2.5):(0,3),(2,4):a\n(2024-01-01 00:00:00,1),(2024-01-02 00:00:00,?):a\n"
    file = opened("x.ts", text + body.replace(",?):a", ",?):(1,2),(1,3):a"))
    assert file.bad == {1: "line 5: its channels were not measured at the same times"}
    np.testing.assert_array_equal(file.series(0).clock, [0, 2])
    assert rendered(file, [0]).decode().endswith("\n(0,1.5),(2,2.5):(0,3),(2,4):a\n")


def test_arff() -> None:
    text = "%\n@relation x\n@attribute t0 numeric\n@attribute t1 real\n@attribute c {u,v}\n@data\n"
    body = "0.5,1,u\n?,2,v\n"
    file = opened("x.arff", text + body)
    assert [shape.label for shape in file.shapes] == ["u", "v"]
    assert np.isnan(file.series(1).values[0, 0])
    assert rendered(file, [1, 0]).decode() == text + body + "?,2,v\n0.5,1,u\n"


def test_tsv_with_the_class_first() -> None:
    text = "1\t-0.5\t0.25\t3\n2\t1\tNaN\tNaN\n"
    file = opened("x.tsv", text)
    assert [shape.label for shape in file.shapes] == ["1", "2"]
    assert [shape.length for shape in file.shapes] == [3, 1]
    assert rendered(file, [1]).decode() == text + "2\t1\tNaN\tNaN\n"


def test_wide_csv_with_names_and_carried_columns() -> None:
    text = 'name,t0,t1,class,place\nann,1.50,2.25,x,"a, b"\nbob,3.00,,y,c\n'
    file = opened("x.csv", text, label="class", id="name", layout="wide")
    assert [shape.label for shape in file.shapes] == ["x", "y"]
    assert rendered(file, [0, 1]).decode() == (
        text + 'ann.aug-000,1.50,2.25,x,"a, b"\nbob.aug-000,3.00,,y,c\n'
    )


def test_long_csv_with_ids() -> None:
    text = "id,when,a,b,state,kind\r\n1,0,1.5,NA,up,k\r\n1,2,2.5,7,down,k\r\n5,0,3.0,8,up,m\r\n"
    told = {"id": "id", "time": "when", "label": "kind", "point_labels": ("state",)}
    file = opened("x.csv", text, **told)
    assert [(s.channels, s.length, s.label) for s in file.shapes] == [(2, 2, "k"), (2, 1, "m")]
    np.testing.assert_array_equal(file.series(0).clock, [0, 2])
    new = "6,0,1.5,NA,up,k\r\n6,2,2.5,7,down,k\r\n7,0,3.0,8,up,m\r\n"
    assert rendered(file, [0, 1]).decode() == text + new


def test_long_csv_of_one_series_with_dates() -> None:
    text = '"Month","Passengers"\n"1949-01",112\n"1949-02",118\n"1949-03",132\n'
    file = opened("x.csv", text, time="Month")
    assert len(file) == 1
    assert rendered(file, [0], originals=False).decode() == text
    part = file.series(0).cut(1, 2)
    made = written(file, [(part, 0)], originals=False).decode()
    assert made == '"Month","Passengers"\n"1949-02",118\n"1949-03",132\n'


def test_a_label_that_changes_is_told() -> None:
    file = opened("x.csv", "id,a,kind\n1,2,x\n1,3,y\n", id="id", label="kind")
    assert "point_labels" in file.bad[0]


LABELLED = {
    "x.ts": ("@problemName naïve\n@classLabel true été août\n@data\n1,2.5:été\n3,4.5:août\n", {}),
    "x.arff": (
        "@relation x\n@attribute a real\n@attribute b real\n@attribute c {été,août}\n@data\n"
        "1,2.5,été\n3,4.5,août\n",
        {},
    ),
    "x.tsv": ("été\t1\t2.5\naoût\t3\t4.5\n", {}),
    "x.csv": ("clé;a;b\nété;1;2.5\naoût;3;4.5\n", {"label": "clé"}),
}


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "mac_roman"],
)
def test_labels_in_any_encoding(name: str, end: str, encoding: str) -> None:
    text, told = LABELLED[name]
    data = text.replace("\n", end).encode(encoding)
    asked = {"encoding": encoding} if encoding == "mac_roman" else {}
    file = opened(name, data, **told, **asked)
    assert [shape.label for shape in file.shapes] == ["été", "août"]
    *_, line, _ = text.split("\n")
    assert rendered(file, [0, 1], originals=False) == data
    assert rendered(file, [1]) == data + unmarked(line + end, encoding)
    endless = data.removesuffix(unmarked(end, encoding))
    assert rendered(opened(name, endless, **told, **asked), [1]) == rendered(file, [1])


def unmarked(text: str, encoding: str) -> bytes:
    return text.encode({"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding))


@pytest.mark.parametrize("delimiter", [" ", ":"])
def test_other_delimiters_may_be_told(delimiter: str) -> None:
    text = "k,a,b\nx,1.5,2\ny,3.5,4\n".replace(",", delimiter)
    file = opened("x.csv", text, label="k", delimiter=delimiter)
    assert [shape.label for shape in file.shapes] == ["x", "y"]
    assert rendered(file, [1]).decode() == text + "y,3.5,4\n".replace(",", delimiter)


def test_numbers_between_spaces() -> None:
    file = opened("x.txt", "  1.0  2.50 3.25\n  2.0 -2.50 1.25\n", label=0, layout="wide")
    assert [shape.label for shape in file.shapes] == ["1.0", "2.0"]
    np.testing.assert_array_equal(file.series(1).values, [[-2.5, 1.25]])
    assert rendered(file, [1], originals=False) == b"2.0 -2.50 1.25\n"


@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_are_kept(quote: str) -> None:
    head = "@relation x\n@attribute a real\n@attribute c {'a b',c}\n@data\n"
    rows = "1,c\n2,'a b'\n".replace("'", quote)
    file = opened("x.arff", head + rows)
    assert [shape.label for shape in file.shapes] == ["c", "a b"]
    assert rendered(file, [1, 0]).decode() == head + rows + f"2,{quote}a b{quote}\n1,c\n"


def test_cells_that_need_quotes_put_no_others_into_them() -> None:
    head = "@relation x\n@attribute a real\n@attribute c {'a b',c}\n@data\n"
    file = opened("x.arff", head + "2,'a b'\n1,c\n")
    assert rendered(file, [1], originals=False).decode() == head + "1,c\n"


def test_columns_in_quotes_stay_so_behind_one_with_a_delimiter_in_it() -> None:
    text = '"k","a","b"\n"x, y",1.5,2\n"z",3.5,4\n'
    file = opened("x.csv", text, label="k", layout="wide")
    assert rendered(file, [0, 1]).decode() == text + '"x, y",1.5,2\n"z",3.5,4\n'


def test_parquet(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"id": [1, 1, 2], "t": [0, 1, 0], "v": [0.5, None, 2.5], "day": ["a", "b", "c"]},
        schema_overrides={"id": pl.Int32, "v": pl.Float32},
    )
    frame.write_parquet(tmp_path / "x.parquet")
    data = (tmp_path / "x.parquet").read_bytes()
    file = opened("x.parquet", data, id="id", time="t")
    made = pl.read_parquet(io.BytesIO(rendered(file, [0])))
    assert made.schema == frame.schema
    assert made.rows() == [*frame.rows(), (3, 0, 0.5, "a"), (3, 1, None, "b")]


@pytest.mark.parametrize("name", ["x.ts", "x.arff", "x.tsv", "x.csv", "x.npy", "x.npz", "x.wav"])
def test_rubbish_is_refused(name: str) -> None:
    for data in (b"", b"\0\1\2", b"\xff" * 100):
        with pytest.raises(SampleError, match=r"x\."):
            opened(name, data)


@pytest.mark.parametrize(
    ("texts", "value", "shown"),
    [
        (["1.5", "2.25", "-3.125"], 1 / 3, "0.333"),
        (["1.50", "2.25"], 1 / 3, "0.33"),
        (["1.50", "2.25"], 2, "2.00"),
        (["0.12345678", "1.2345678", "-12.345678"], 1 / 3, "0.33333333"),
        (["1", "2", "30"], 2.7, "3"),
        (["1e-05", "0.25"], 1e-7, "1e-07"),
        (["0.24459340889530246"], 1 / 3, "0.3333333333333333"),
        (["1.5", "2.5"], -0.01, "0.0"),
    ],
)
def test_numbers_look_like_those_of_the_file(texts: list[str], value: float, shown: str) -> None:
    assert style_of(texts).texts([value]) == [shown]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("x.ts", "@classLabel true a\n@data\n{}:a\n", {}),
        ("x.tsv", "1\t{}\n", {}),
        ("x.csv", "id,v\n" + "1,{}\n" * 3, {"id": "id"}),
    ],
)
@pytest.mark.parametrize("cells", ["0.24459340889530246", "1.5", "12", "1e-05", "-0.125"])
def test_what_is_written_can_be_read(
    name: str, text: str, told: dict[str, str], cells: str
) -> None:
    file = opened(name, text.format(*[cells] * 3), **told)
    values = file.series(0).values
    again = opened(name, rendered(file, [0]), **told)
    np.testing.assert_array_equal(again.series(len(again) - 1).values, values)


@pytest.mark.parametrize(
    ("text", "told", "reason"),
    [
        ("1,2\n1,\xe9\n", {"encoding": "utf-8"}, "is not utf-8: byte 6, in line 2"),
        ('a,b\n"1' + "0" * 200_000 + "\n", {}, "line 2: the quote that opens cell 1 never closes"),
    ],
)
def test_what_is_wrong_is_located(text: str, told: dict[str, object], reason: str) -> None:
    with pytest.raises(SampleError, match=rf"x\.csv.*{reason}"):
        opened("x.csv", text.encode("latin-1"), **told)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,3,4", "line 3 has 3 cells instead of 2"),
        ("1,x", "line 3: column 'v' has 'x', not a finite number"),
        ("1,inf", "line 3: column 'v' has 'inf', not a finite number"),
        ("1", "line 3 has 1 cells instead of 2"),
    ],
)
def test_a_wrong_point_costs_its_own_series(row: str, reason: str) -> None:
    file = opened("x.csv", f"id,v\n1,2\n{row}\n2,5\n2,6\n", id="id", channels=("v",))
    assert file.bad == {0: reason}
    np.testing.assert_array_equal(file.series(1).values, [[5, 6]])


def test_wrong_rows_of_wide_tables_are_located() -> None:
    file = opened("x.csv", "a,b,k\n1,2,x\n1,oops,x\n1,2\n", label="k")
    assert list(file.bad) == [1, 2]
    assert file.bad[1].startswith("line 3: ")
    assert "oops" in file.bad[1]
    assert file.bad[2] == "line 4 has 2 cells instead of 3"
    assert file.shapes[1].label == "x"


def test_settings_that_a_format_has_no_use_for_are_refused() -> None:
    array = saved(np.zeros((2, 3)))
    for name, data, key in (("x.ts", TS.encode(), "split"), ("x.npy", array, "encoding")):
        with pytest.raises(SettingError) as caught:
            opened(name, data, **{key: "utf-8"})
        assert caught.value.path == ("dataset", key)
