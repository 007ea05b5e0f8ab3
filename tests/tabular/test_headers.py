"""Whether the first row has the columns' names; what names may be."""

from __future__ import annotations

import pytest
from helpers import write
from table_samples import augmented

from augcli.errors import RecipeError
from augcli.rows.encodings import open_text
from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.reading.dialect import sniff
from augcli.tabular.reading.readers import read_table
from augcli.task import Source

ROWS = "".join(f"{i},{i % 7}.5,{'yn'[i % 3 == 0]}\n" for i in range(30))

SETTINGS = TableDatasetSettings(path="")


def header_of(text: str, **settings):
    table = open_text("t.csv", text.encode(), None)
    return sniff(table, TableDatasetSettings(path="", **settings)).header


@pytest.mark.parametrize(
    "names", [",width,label", "2018,2019,label", "width,width,label", "width,height,y", "id,width,"]
)
def test_names_stand_over_numbers(names):
    assert header_of(f"{names}\n{ROWS}") == tuple(names.split(","))


def test_a_mark_that_ends_the_names_alone_names_no_column():
    found = sniff(open_text("t.csv", f"id,width,y,\n{ROWS}".encode(), None), SETTINGS)
    assert (found.header, found.width) == (("id", "width", "y"), 3)
    blank = "".join(f"{line},\n" for line in ROWS.splitlines())
    found = sniff(open_text("t.csv", f"id,width,y,\n{blank}".encode(), None), SETTINGS)
    assert (found.header, found.width) == (("id", "width", "y", ""), 4)


@pytest.mark.parametrize("first", ["17,2019,label", "1,?,y", "0,0.5,z"])
def test_a_row_of_numbers_has_no_names(first):
    assert header_of(f"{first}\n{ROWS}") is None


def test_real_tables_without_names(shared_data):
    for path in sorted((shared_data / "tabular").glob("*.csv")):
        assert header_of(path.read_text()) is None


def test_a_recipe_tells_names():
    text = "name,2019,2020,y\n" + "".join(f"n{i},{i}.5,{i % 4},p\n" for i in range(9))
    assert header_of(text) is None
    assert header_of(text, label="y") == ("name", "2019", "2020", "y")
    assert header_of(text, columns={"2019": "number"}) is None


def refused(folder, **dataset):
    with pytest.raises(RecipeError) as caught:
        augmented(folder, {"path": str(folder / "t.csv"), **dataset})
    return str(caught.value)


def test_a_name_that_is_none_or_two(tmp_path):
    write(tmp_path / "t.csv", ROWS)
    told = refused(tmp_path, label="label")
    assert "if the first row has their names, say `header: true`" in told
    write(tmp_path / "t.csv", "size,size,label\n" + ROWS)
    told = refused(tmp_path, label="size")
    assert "several columns are named 'size': say which by number (0, 1)" in told


def test_line_breaks_in_all_rows_hide_no_numbers():
    rows = "".join(f'{i}.25,"first\nsecond, ""{i % 3}""",{i}\n' for i in range(30))
    source = Source("t.csv", "", f"size,words,number\n{rows}".encode())
    table = read_table([source], TableDatasetSettings(path=""))
    assert [column.kind for column in table.columns] == ["decimals", "category", "id"]
    assert not table.bad
