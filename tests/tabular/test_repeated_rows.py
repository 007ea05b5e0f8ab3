"""Rows that are repeated are the very cells of their sources, however these are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import write
from hypothesis import given
from hypothesis import strategies as st
from tabular.table_samples import augmented, told_rows

from augcli.tabular.reading.dialect import Dialect
from augcli.tabular.writing.repeated import with_cells

CELLS = [
    *("4.00", "3.12500000001", "1e3", "-0.0016962528", "97", "0.5", " 7", "+3", "007", "2.50"),
    *("8.3945900000000009", "1.0", "12", "0", "3.14159265358979", "5.", "1E-07", "6.10", "9"),
]
"""Numbers of one column, each written in its own way."""


def rows_of(cells: list[str], form: str) -> list[str]:
    return [form.format(n=n, cell=cell, label="ab"[n > 3]) for n, cell in enumerate(cells)]


def repeats(lines: list[str], out: list[str], folder: Path) -> list[tuple[str, str]]:
    """Return each new line of a table, and that of its source."""
    told = told_rows(folder / "out")
    bases = [lines[int(each["base"].rpartition("#")[2])] for each in told]
    return list(zip(out[len(lines) :], bases, strict=True))


FORMS = {
    "plain": ("n,x,kind\n", "{n},{cell},{label}"),
    "quotes": ("n,x,kind\n", '"{n}",{cell},"{label}"'),
    "some in quotes": ("text,x,kind\n", '"a ""{n}"", b",{cell},{label}'),
    "lines within": ("text,x,kind\n", '"a\n{n}",{cell},{label}'),
    "odd quotes": ("text,x,kind\n", 'it"s {n},{cell},{label}'),
    "spaces": ("n, x, kind\n", "{n}, {cell}, {label}"),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("way", [{"balance": {"method": "random_over"}}, {"copies": 2}])
def test_a_repeated_row_is_the_line_of_its_source(
    tmp_path: Path, name: str, way: dict[str, Any]
) -> None:
    head, form = FORMS[name]
    lines = rows_of(CELLS, form)
    write(tmp_path / "t.csv", head + "".join(f"{line}\n" for line in lines))
    augmented(tmp_path, {"path": "t.csv", "label": "kind"}, **way)
    made = (tmp_path / "out/t.csv").read_text().removeprefix(head).removesuffix("\n")
    ends = {line.rpartition(",")[2] for line in lines}
    found = _rows(made, ends)
    assert found[: len(lines)] == lines
    assert len(found) > len(lines)
    assert all(new == own for new, own in repeats(lines, found, tmp_path))


def _rows(text: str, ends: set[str]) -> list[str]:
    """Return rows that may have several lines, by what they end in."""
    found, row = [], ""
    for line in text.split("\n"):
        row = f"{row}\n{line}" if row else line
        if line.rpartition(",")[2] in ends:
            found.append(row)
            row = ""
    return found


def test_names_alone_are_other_ones(tmp_path: Path) -> None:
    lines = rows_of(CELLS, "{n},{cell},a-{n},{label}")
    text = "key,x,note,kind\n" + "".join(f"{line};\n" for line in lines)
    write(tmp_path / "t.csv", text)
    dataset = {"path": "t.csv", "label": "kind", "id": "key", "ignore": ["note"]}
    settings = {"path": str(tmp_path / "out"), "ids": "new", "source_column": True}
    augmented(tmp_path, dataset, copies=1, output=settings)
    out = (tmp_path / "out/t.csv").read_text().splitlines()[1 + len(lines) :]
    cells = [line.removesuffix(";").split(",") for line in out]
    assert [each[1:4] for each in cells] == [
        [cell, "", "ab"[n > 3]] for n, cell in enumerate(CELLS)
    ]
    assert [each[0] for each in cells] == [f"aug-{n}-0" for n in range(len(CELLS))]
    assert [each[4] for each in cells] == [f"t.csv#{n}" for n in range(len(CELLS))]
    assert all(line.endswith(";") for line in out)


def test_rows_that_a_step_leaves_are_as_they_are_beside_those_that_it_changes(
    tmp_path: Path,
) -> None:
    lines = [f"{n}.{n % 7}0,{n * n % 17}.125,{'ab'[n % 2]}" for n in range(400)]
    write(tmp_path / "t.csv", "x,y,kind\n" + "".join(f"{line}\n" for line in lines))
    steps = [{"jitter": {"sigma": 2, "p": 0.5}}]
    augmented(tmp_path, {"path": "t.csv", "label": "kind"}, copies=1, steps=steps)
    out = (tmp_path / "out/t.csv").read_text().splitlines()[1:]
    taken = [bool(each["steps"]) for each in told_rows(tmp_path / "out")]
    pairs = repeats(lines, out, tmp_path)
    assert 100 < sum(taken) < 300
    assert all(
        (new == own) == (not changed) for (new, own), changed in zip(pairs, taken, strict=True)
    )
    assert all(len(new.split(",")) == 3 for new, _ in pairs)


def test_repeated_rows_of_parquet_are_exact(tmp_path: Path) -> None:
    size = 30
    frame = pl.DataFrame(
        {
            "x": [n + (0.123456789012345 if n == 3 else 0.5) for n in range(size)],
            "large": [2**60 + n * n for n in range(size)],
            "tags": [["a"] * (n % 3) for n in range(size)],
            "money": pl.Series([n * n for n in range(size)]).cast(pl.Decimal(20, 4)),
            "kind": ["ab"[n > 4] for n in range(size)],
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    dataset = {"path": "t.parquet", "label": "kind"}
    augmented(tmp_path, dataset, balance={"method": "random_over"})
    new = pl.read_parquet(tmp_path / "out/t.parquet")[size:]
    places = [int(each["base"].rpartition("#")[2]) for each in told_rows(tmp_path / "out")]
    assert new.equals(frame[places])


@given(
    st.lists(st.lists(st.text("ab ,'é\"", max_size=4), min_size=4, max_size=4), min_size=1),
    st.sets(st.integers(0, 5), min_size=1),
)
def test_lines_get_other_cells_wherever_quotes_are(rows: list[list[str]], places: set[int]) -> None:
    """Lines without quotes are split all at once, those with some cell by cell."""
    form = Dialect(delimiter=",", quote='"', encoding="utf-8", line_end="\n", header=None, width=4)
    kept = {place for place in places if place < 4} | set(range(4, 4 + len(places - set(range(4)))))
    others = pl.DataFrame({str(place): [f"new{place}"] * len(rows) for place in sorted(kept)})
    cells = [[quoted(cell) for cell in row] for row in rows]
    made = with_cells(pl.Series([",".join(row) for row in cells]), others, form)
    wanted = [[f"new{at}" if at in kept else cell for at, cell in enumerate(row)] for row in cells]
    more = [f"new{place}" for place in sorted(kept) if place > 3]
    assert made.to_list() == [",".join([*row, *more]) for row in wanted]


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if {*cell} & {*',"'} else cell
