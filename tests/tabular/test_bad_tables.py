"""Bad input: each with file, row and column, or a stated default; nothing lost."""

from __future__ import annotations

import resource

import polars as pl
import pytest
from helpers import write, write_recipe
from table_samples import augmented

from augcli.commands.forecast import forecast
from augcli.errors import RecipeError
from augcli.recipe import read_recipe

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


@pytest.mark.parametrize("row", ["1.5\n", "1.5,a,no,no\n", "\n1.5\n"])
def test_a_bad_first_row(tmp_path, row):
    summary = run(tmp_path, HEAD + row + ROWS)
    assert [failure["source"] for failure in summary.failures] == ["t.csv#0"]
    assert sum(count.before for count in summary.counts) == 61


def test_a_header_that_lacks_the_name_of_a_column_of_numbers(tmp_path):
    rows = "".join(f"{number},{row}\n" for number, row in enumerate(ROWS.splitlines()))
    summary = run(tmp_path, HEAD + rows, balance={"method": "smote", "target": "max"})
    told = "the row has 4 cells instead of 3; R names no column of row names: write one"
    assert told in summary.failures[0]["reason"]


@pytest.mark.parametrize("key", ["delimiter", "quote"])
def test_marks_of_several_bytes_are_refused(tmp_path, key):
    path = write(tmp_path / "t.csv", HEAD + ROWS)
    with pytest.raises(RecipeError, match="tables need an ASCII character"):
        augmented(tmp_path, {"path": str(path), key: "¦"})


def test_a_missing_label_has_the_nearest_name(tmp_path):
    with pytest.raises(RecipeError, match="has no column 'churn'; did you mean 'churned'"):
        run(tmp_path, HEAD + ROWS, label="churn")


def test_an_unknown_class_has_the_nearest_name(tmp_path):
    with pytest.raises(RecipeError, match="no class 'yess'; did you mean 'yes'"):
        run(tmp_path, HEAD + ROWS, balance={"target": {"yess": 100}})


@pytest.mark.parametrize("text", ["", "\n\n", HEAD])
def test_an_empty_table(tmp_path, text):
    summary = run(tmp_path, text, label=-1)
    assert summary.failures[0]["reason"].startswith("the table ")


def test_empty_tables_alone_are_named(tmp_path):
    write(tmp_path / "t/a.csv", HEAD)
    write(tmp_path / "t/b.csv", "")
    summary = augmented(tmp_path, {"path": str(tmp_path / "t"), "label": "churned"})
    expected = "a.csv: the table has a header and no rows; b.csv: the table is empty"
    assert [failure["reason"] for failure in summary.failures] == [expected]


def test_one_class(tmp_path):
    summary = run(tmp_path, HEAD + ROWS.replace("yes", "no"))
    assert [(count.before, count.after) for count in summary.counts] == [(60, 60)]
    assert "nothing is made or left out: the one class is at the target already" in summary.notes


def test_one_row_of_a_class(tmp_path):
    summary = run(tmp_path, HEAD + ROWS.replace("yes", "no") + "3.5,a,yes\n")
    assert {count.after for count in summary.counts} == {60}
    assert [note for note in summary.notes if "has one row" in note or "k is" in note] == [
        "class 'yes' has one row: the new ones are copies of it"
    ]


def test_an_empty_column_and_many_categories(tmp_path):
    rows = [f"{i},,c{i % 4000},{'no' if i % 5 else 'yes'}\n" for i in range(20_000)]
    summary = run(tmp_path, "a,b,c,churned\n" + "".join(rows))
    assert "column 'b' has no values" in summary.notes
    assert {count.after for count in summary.counts} == {16_000}


def test_blank_lines_are_no_rows(tmp_path):
    text = HEAD + "\n\n" + ROWS + "\n\n" + ROWS + "\n"
    summary = run(tmp_path, text)
    assert not summary.failures
    assert sum(count.before for count in summary.counts) == 120
    assert (tmp_path / "out/t.csv").read_bytes().startswith(text.encode())


@pytest.mark.parametrize("source_column", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-16-le", None),
        ("utf-16-be", None),
        ("utf-16", None),
        ("utf-16", "utf-16"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-32", None),
        ("cp1252", None),
    ],
)
def test_a_last_row_without_an_end(tmp_path, encoding, told, end, source_column):
    text = (HEAD + ROWS.replace("a,", "ä,") + "1.5,b,né").replace("\n", end).encode(encoding)
    path = tmp_path / "t.csv"
    path.write_bytes(text)
    augmented(
        tmp_path,
        {"path": str(path), "label": "churned", "encoding": told},
        output={"path": str(tmp_path / "out"), "source_column": source_column},
        balance={"method": "random_over", "target": {"yes": 20, "né": 3}},
    )
    made = (tmp_path / "out/t.csv").read_bytes()
    assert source_column or made.startswith(text)
    lines = made.decode(encoding).split(end)
    assert "\ufeff" not in "".join(lines)
    assert (len(lines), lines[-1]) == (1 + 61 + 8 + 2 + 1, "")
    assert {line.count(",") for line in lines[:-1]} == {2 + source_column}
    assert sum("né" in line for line in lines) == 3


@pytest.mark.parametrize("data", [b"\xff", "caf\xe9".encode("cp1252")])
def test_bytes_of_another_encoding_are_located(tmp_path, data):
    (tmp_path / "t.csv").write_bytes((HEAD + ROWS).encode() + b"1.5," + data + b",no\n")
    dataset = {"path": str(tmp_path / "t.csv"), "label": "churned"}
    assert not augmented(tmp_path, dataset, balance={"target": "max"}).failures
    summary = augmented(tmp_path, dataset | {"encoding": "utf-8"}, balance={"target": "max"})
    assert "the table is not utf-8: byte" in summary.failures[0]["reason"]
    assert "in line 62; say which it is by `dataset.encoding`" in summary.failures[0]["reason"]


@pytest.mark.parametrize("told", [None, ""])
def test_quotes_that_enclose_nothing(tmp_path, told):
    text = (HEAD + ROWS).replace("a,", '5" pipe,').replace("b,", '"so,')
    (tmp_path / "t.csv").write_text(text)
    dataset = {"path": str(tmp_path / "t.csv"), "label": "churned", "quote": told}
    assert not augmented(tmp_path, dataset, balance={"target": "max"}).failures
    made = (tmp_path / "out/t.csv").read_text()
    assert made.startswith(text)
    new = made.removeprefix(text).splitlines()
    assert len(new) == 36
    assert {line.split(",")[1] for line in new} == {'5" pipe', '"so'}


def test_a_quote_that_never_closes(tmp_path):
    (tmp_path / "t.csv").write_text('"' + HEAD + ROWS.replace("a,", "a" * 200 + ",") * 300)
    dataset = {"path": str(tmp_path / "t.csv"), "label": -1, "quote": '"'}
    summary = augmented(tmp_path, dataset)
    assert "the first row does not end" in summary.failures[0]["reason"]


@pytest.mark.parametrize("delimiter", [" ", ":"])
def test_other_delimiters_may_be_told(tmp_path, delimiter):
    text = (HEAD + ROWS).replace(",", delimiter)
    (tmp_path / "t.csv").write_text(text)
    dataset = {"path": str(tmp_path / "t.csv"), "label": "churned", "delimiter": delimiter}
    augmented(tmp_path, dataset, balance={"target": "max"})
    made = (tmp_path / "out/t.csv").read_text()
    assert made.startswith(text)
    assert {line.count(delimiter) for line in made.splitlines()} == {2}


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("source_column", [False, True])
def test_old_line_ends_stay(tmp_path, encoding, source_column):
    rows = ROWS.replace("a,", '"ä\nb",') + ROWS
    text = (HEAD + rows).replace("\n", "\r").replace("ä\rb", "ä\nb").encode(encoding)
    output = {"path": str(tmp_path / "out"), "source_column": source_column}
    summary = run(tmp_path, text, output=output, balance={"method": "random_over"})
    assert not summary.failures
    assert {count.after for count in summary.counts} == {96}
    made = (tmp_path / "out/t.csv").read_bytes()
    assert source_column or made.startswith(text)
    lines = made.decode(encoding).split("\r")
    assert (len(lines), lines[-1]) == (1 + 192 + 1, "")
    assert {line.count("\n") for line in lines} == {0, 1}
    assert any('"ä\nb"' in line for line in lines[121:])


def test_old_line_ends_where_rows_go(tmp_path):
    text = (HEAD + ROWS).replace("\n", "\r")
    run(tmp_path, text, balance={"method": "random_under"})
    made = (tmp_path / "out/t.csv").read_bytes().decode()
    own = text.split("\r")
    assert [line for line in own if line in made.split("\r")] == made.split("\r")
    assert made.count("\r") == 1 + 24


@pytest.mark.parametrize(
    ("size", "first", "among", "target"),
    [(250_000, "", 977, 20_000), (210_000, "d", 9, 12_000)],
    ids=["beside numbers", "alone"],
)
def test_a_hundred_thousand_categories(tmp_path, size, first, among, target):
    rows = "".join(
        f"{first}{i % among},c{i * 7919 % 100_000},{'no' if i % 20 else 'yes'}\n"
        for i in range(size)
    )
    started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    summary = run(tmp_path, "width,code,churned\n" + rows, balance={"target": target})
    assert [count.after for count in summary.counts] == [size * 19 // 20, target]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - started < 900_000
    made = pl.read_csv(tmp_path / "out/t.csv").tail(target - size // 20)
    assert set(made["code"]) <= {f"c{i}" for i in range(100_000)}


def test_a_hundred_thousand_classes(tmp_path):
    rows = "".join(f"{i % 977},c{i % 100_000}\n" for i in range(200_000))
    with pytest.raises(RecipeError, match=r"'kind' has 100,000 classes, more than 10,000"):
        run(tmp_path, "width,kind\n" + rows, label="kind")


def test_a_plan_says_what_cannot_be_read(tmp_path):
    write(tmp_path / "t.csv", HEAD + ROWS + "inf,a,no\n")
    dataset = {"kind": "tabular", "label": "churned"}
    recipe = write_recipe(tmp_path / "t.csv", tmp_path / "out", dataset=dataset, steps=[])
    assert "1 cannot be used, such as t.csv#60: column 'width': 'inf'" in str(told(recipe))
    write(tmp_path / "t.csv", "")
    assert "t.csv: error: sample: the table is empty" in told(recipe)


def told(recipe):
    return [str(note) for note in forecast(read_recipe(str(recipe))).notes]


@pytest.mark.parametrize(
    ("dataset", "balance", "message"),
    [
        ({"encoding": "utf-9"}, {}, "1:.*`dataset.encoding` is no known encoding"),
        ({"encoding": "base64"}, {}, "1:.*`dataset.encoding` is no known encoding"),
        ({"columns": {"colour": "date"}}, {}, "its cells are no dates that are known"),
        ({"ignore": ["width", "colour"]}, {}, "no column is left to compare rows by"),
        ({"label": None}, {}, "the dataset has no `label` that could be balanced"),
        ({"label": None}, {"method": "smogn"}, "the dataset has no `label`"),
        ({}, {"method": "smogn"}, "'churned' has none; `smote` balances classes"),
        ({"path": "tt.csv"}, {}, "no file or folder .*/tt.csv; did you mean 't.csv'"),
    ],
)
def test_what_does_not_go_with_the_table(tmp_path, dataset, balance, message):
    write(tmp_path / "t.csv", HEAD + ROWS)
    dataset = {"path": "t.csv", "label": "churned"} | dataset
    with pytest.raises(RecipeError, match=message):
        augmented(tmp_path, dataset, balance={"target": "max"} | balance)
    assert not (tmp_path / "out").exists()


def test_a_count_of_rows_needs_no_label(tmp_path):
    summary = run(tmp_path, HEAD + ROWS, label=None, balance={"target": 100})
    assert [(count.before, count.after) for count in summary.counts] == [(60, 100)]


def test_amounts_that_are_taken_for_classes_are_told(tmp_path):
    rows = "".join(f"{i}.5,a,{i * 3}\n" for i in range(60))
    summary = run(tmp_path, HEAD + rows)
    assert any("60 different numbers, each taken for a class" in note for note in summary.notes)
