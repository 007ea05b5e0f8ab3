"""Bad input: each with file, row and column, or a stated default; nothing lost."""

from __future__ import annotations

import pytest
from table_samples import augmented

from augcli.errors import RecipeError

ROWS = "".join(f"{i}.5,{'ab'[i % 2]},{'no' if i % 5 else 'yes'}\n" for i in range(60))
HEAD = "width,colour,churned\n"


def run(tmp_path, text: str | bytes, label="churned", **recipe):
    path = tmp_path / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return augmented(
        tmp_path, {"path": str(path), "label": label}, **{"balance": {"target": "max"}} | recipe
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1.5,a\n", "2 cells instead of 3"),
        ("1.5,a,no,no\n", "4 cells instead of 3"),
        ("oops,a,no\n", "column 'width': 'oops' is not a finite number"),
        ("inf,a,no\n", "column 'width': 'inf' is not a finite number"),
        ("1.5,a,\n", "column 'churned': there is no label"),
    ],
)
def test_a_bad_row_is_named_and_kept(tmp_path, row, reason):
    text = HEAD + ROWS + row + ROWS
    summary = run(tmp_path, text)
    assert [failure["source"] for failure in summary.failures] == ["t.csv#60"]
    assert reason in summary.failures[0]["reason"]
    assert summary.exit_code == 3
    assert (tmp_path / "out/t.csv").read_bytes().startswith(text.encode())


def test_a_missing_label_has_the_nearest_name(tmp_path):
    with pytest.raises(RecipeError, match="there is no column 'churn'; did you mean 'churned'"):
        run(tmp_path, HEAD + ROWS, label="churn")


def test_an_unknown_class_has_the_nearest_name(tmp_path):
    with pytest.raises(RecipeError, match="no class 'yess'; did you mean 'yes'"):
        run(tmp_path, HEAD + ROWS, balance={"target": {"yess": 100}})


@pytest.mark.parametrize("text", ["", "\n\n", HEAD])
def test_an_empty_table(tmp_path, text):
    summary = run(tmp_path, text, label=-1)
    assert "t.csv: the table" in summary.failures[0]["reason"]


def test_one_class(tmp_path):
    summary = run(tmp_path, HEAD + ROWS.replace("yes", "no"))
    assert [(count.before, count.after) for count in summary.counts] == [(60, 60)]


def test_one_row_of_a_class(tmp_path):
    summary = run(tmp_path, HEAD + ROWS.replace("yes", "no") + "3.5,a,yes\n")
    assert {count.after for count in summary.counts} == {60}
    assert any("has one row" in note for note in summary.notes)


def test_an_empty_column_and_many_categories(tmp_path):
    rows = [f"{i},,c{i % 4000},{'no' if i % 5 else 'yes'}\n" for i in range(20_000)]
    summary = run(tmp_path, "a,b,c,churned\n" + "".join(rows))
    assert "column 'b' has no values" in summary.notes
    assert {count.after for count in summary.counts} == {16_000}


def test_blank_lines_are_no_rows(tmp_path):
    text = HEAD + ROWS + "\n\n" + ROWS + "\n"
    summary = run(tmp_path, text)
    assert not summary.failures
    assert sum(count.before for count in summary.counts) == 120
    assert (tmp_path / "out/t.csv").read_bytes().startswith(text.encode())


def test_leaks_are_told(tmp_path):
    rows = "".join(
        f"{i}.5,{'no' if i % 5 else 'yes'},{'test' if i > 50 else 'train'}\n" for i in range(60)
    )
    path = tmp_path / "t.csv"
    path.write_text("width,churned,fold\n" + rows + "3.5,no,test\n")
    dataset = {"path": str(path), "label": "churned", "split": "fold"}
    summary = augmented(tmp_path, dataset, balance={"target": "max"})
    assert any("rows of other splits are also in an augmented one" in n for n in summary.notes)
