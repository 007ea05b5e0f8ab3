from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augcli.dataset.layout import file_splits
from augcli.errors import SettingError
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.csv import CsvFile
from augcli.text.formats.jsonl import JsonlFile
from augcli.text.formats.lines import LinesFile, class_of
from augcli.text.formats.open import check_keys
from augcli.text.formats.parquet import ParquetFile


def settings(**changes: Any) -> TextDatasetSettings:
    return TextDatasetSettings.model_validate({"path": "x", "kind": "text", **changes})


def opened(cls: Any, data: str | bytes, **changes: Any) -> Any:
    data = data if isinstance(data, bytes) else data.encode()
    return cls(Source("data", "", data), settings(**changes))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "gb18030"])
def test_encodings_are_kept(encoding: str) -> None:
    text = "text,label\r\ncafé naïve,1\r\nword,0"
    told = {"encoding": "gb18030"} if encoding == "gb18030" else {}
    file = opened(CsvFile, text.encode(encoding), text="text", label="label", **told)
    assert [file.row(i).text for i in range(len(file))] == ["café naïve", "word"]
    row = file.written(0, "thé", ())
    made = b"".join(file.assembled([([0], file.payload([row]))]))
    assert made.decode(encoding) == text + "\r\nthé,1\r\n"


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings(encoding: str, mark: bool) -> None:
    """Marked ones and unmarked UTF-16 are found out; new rows get no mark of their own."""
    text = "text,label\nthe good film,1\n"
    data = ("\ufeff" * mark + text).encode(encoding)
    asked = {encoding} | ({None, encoding[:6]} if mark or encoding == "utf-16-le" else set())
    for name in asked | ({None} if encoding == "utf-16-be" else set()):
        file = opened(CsvFile, data, text="text", encoding=name)
        assert file.row(0).text == "the good film"
        made = b"".join(file.assembled([([0], file.payload([file.written(0, "a film", ())]))]))
        assert made == data + "a film,1\n".encode(encoding)


def test_lines_that_end_in_carriage_returns() -> None:
    lines = opened(LinesFile, "first line\rsecond line\rthird line")
    assert [lines.row(i).text for i in range(3)] == ["first line", "second line", "third line"]
    assert lines.written(0, "a\rb", ()) is None
    made = b"".join(lines.assembled([([0], lines.payload(["new line"]))]))
    assert made == b"first line\rsecond line\rthird line\rnew line\r"
    table = opened(CsvFile, "text,label\ra b,1\r1\r", text="text")
    assert "line 3 has 1 cells" in str(table.row(1).trouble)
    assert b"".join(table.assembled([([0], table.payload(["b a,1"]))])).endswith(b"\r1\rb a,1\r")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_rows_that_end_in_carriage_returns(encoding: str, quote: str) -> None:
    text = f"text,label\r{quote}café au lait{quote},1\rthé,0\r"
    file = opened(CsvFile, text.encode(encoding), text="text", label="label")
    assert [file.row(i).text for i in range(len(file))] == ["café au lait", "thé"]
    made = b"".join(file.assembled([([0], file.payload([file.written(0, "thé vert", ())]))]))
    assert made.decode(encoding) == text + f"{quote}thé vert{quote},1\r"


def test_line_feeds_in_cells_between_carriage_returns() -> None:
    data = 'text,label\r"a\nb",1\rc d,0\r'
    file = opened(CsvFile, data, text="text", label="label")
    assert [file.row(i).text for i in range(len(file))] == ["a\nb", "c d"]
    assert file.written(0, "x\ny", ()) == '"x\ny",1'
    assert file.payload(['"x\ny",1']) == b'"x\ny",1\r'


def test_letters_whose_bytes_look_like_delimiters() -> None:
    text = "".join(f"{letter}好|{label}\n" for letter, label in zip("億墊", "好坏", strict=True))
    assert text.encode("gbk").count(b"|") > 2
    told = {"text": 0, "label": 1, "encoding": "gbk", "delimiter": "|", "header": False}
    file = opened(CsvFile, text.encode("gbk"), **told)
    assert [file.row(i).label for i in range(len(file))] == ["好", "坏"]


@pytest.mark.parametrize("delimiter", [" ", ":"])
def test_other_delimiters_may_be_told(delimiter: str) -> None:
    text = f'text{delimiter}label\n"a{delimiter}b"{delimiter}1\n'
    file = opened(CsvFile, text, text="text", label="label", delimiter=delimiter)
    assert (file.row(0).text, file.row(0).label) == (f"a{delimiter}b", "1")


cell = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=20)


@given(
    st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(['"', "'"]),
    st.sampled_from(["\n", "\r\n"]),
    cell.filter(str.strip),
)
def test_only_the_cell_of_the_text_differs(
    rows: list[tuple[str, ...]], delimiter: str, quote: str, end: str, new: str
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quotechar=quote, lineterminator=end)
    writer.writerows([("id", "body", "label"), *((f"x{a}", b, c) for a, b, c in rows)])
    told = {"delimiter": delimiter, "quote": quote, "text": "body", "label": "label"}
    file = opened(CsvFile, buffer.getvalue(), **told)
    assert [(file.row(i).text, file.row(i).label) for i in range(len(file))] == [
        (b, c.strip()) for _, b, c in rows
    ]
    made = b"".join(file.assembled([([0], file.payload([file.written(0, new, ())]))])).decode()
    assert made.startswith(buffer.getvalue())
    again = list(csv.reader(io.StringIO(made, newline=""), delimiter=delimiter, quotechar=quote))
    a, _, c = rows[0]
    assert again[-1] == [f"x{a}", new, c]


def test_other_cells_are_carried_byte_for_byte() -> None:
    data = 'id,when,url,text,label\n007,01/02/2024,https://a.b/c?d=1,"say ""hi""\nthere",1\n'
    file = opened(CsvFile, data, text="text", label="label")
    row = file.written(0, 'a "new" one', ())
    assert row == '007,01/02/2024,https://a.b/c?d=1,"a ""new"" one",1'


def test_what_a_file_without_quotes_cannot_hold_is_not_written() -> None:
    file = opened(CsvFile, 'say "hi\t1\n"so" he\t0\n', text=0, label=1)
    assert file.written(0, "tab\there", ()) is None
    assert file.written(0, "fine; here", ()) == "fine; here\t1"


def test_rows_of_other_width_are_no_samples() -> None:
    file = opened(CsvFile, "a b\t1\nc\t1\ne\n", text=0, label=1)
    assert file.row(2).trouble == "line 3 has 1 cells instead of 2"


def test_objects_that_cannot_be_used_are_told_with_their_line() -> None:
    lines = ['{"text":"good film"}', "", '{"text": "half', "[1]", '{"text":"\\ud800"}', "{}"]
    file = opened(JsonlFile, "\n".join([*lines, '{"text":"bad film"}']), text="text")
    assert [file.row(index).trouble for index in range(len(file))] == [
        None,
        "line 3: it is no JSON: Unterminated string starting at (column 10)",
        "line 4: it is no JSON object; each line must be one",
        "line 5: it has half a surrogate pair",
        "line 6: it has no text under 'text'",
        None,
    ]


@pytest.mark.parametrize(
    ("data", "told", "rows"),
    [
        ("text,label\nx y,1\n", {}, 1),
        ("good film,1\nbad film,0\n", {"text": 0, "label": 1}, 2),
        ("text,label\nx y,1\n", {"header": False}, 2),
        ("review,score\nx y,1\n", {"text": "review"}, 1),
    ],
)
def test_headers(data: str, told: dict[str, Any], rows: int) -> None:
    assert len(opened(CsvFile, data, **told)) == rows


def test_missing_columns_are_located() -> None:
    with pytest.raises(SettingError, match="has no column 'reviw'; did you mean 'review'") as error:
        opened(CsvFile, "review,label\na b,1\n", text="reviw")
    assert error.value.path == ("dataset", "text")
    with pytest.raises(SettingError, match="has 2 columns, and none is number 5"):
        opened(CsvFile, "a\t1\nb\t0\n", text=5)


NER = '{"id": 1.10, "text": "Big Ben is old", "entities": [[0, 7, "LOC"]], "x": {"text": 1}}'


def test_json_lines_move_spans_and_keep_the_rest() -> None:
    file = opened(JsonlFile, NER, text="text", spans="entities")
    row = file.row(0)
    assert (row.text, row.spans) == ("Big Ben is old", ((0, 7),))
    assert file.written(0, "Oh, Big Ben is old", [(4, 11)]) == NER.replace(
        "Big Ben is old", "Oh, Big Ben is old"
    ).replace("[0, 7", "[4, 11")


@pytest.mark.parametrize(
    "spans",
    [
        [{"start": 4, "end": 7, "label": "X"}],
        [{"start_offset": 4, "end_offset": 7}],
        {"text": ["Ben"], "answer_start": [4]},
        [{"text": "Ben", "answer_start": 4}],
        [["X", 4, 7]],
    ],
)
def test_forms_of_spans(spans: Any) -> None:
    line = json.dumps({"context": "Big Ben", "s": spans}, separators=(",", ":"))
    file = opened(JsonlFile, line, text="context", spans="s")
    assert file.row(0).spans == ((4, 7),)
    moved = file.written(0, "X Big Ben", [(6, 9)])
    numbers = re.sub(r"(?<=[\[:,])[47]\b", lambda found: str(int(found[0]) + 2), line)
    assert moved == numbers.replace("Big", "X Big")


def test_json_escapes_as_it_did() -> None:
    file = opened(JsonlFile, '{"text": "caf\\u00e9"}\n{"text": "café"}\n')
    assert file.written(0, "thé", ()) == '{"text": "th\\u00e9"}'
    assert file.written(1, "thé", ()) == '{"text": "thé"}'


def test_lines_that_are_no_objects_are_no_samples() -> None:
    file = opened(JsonlFile, '{"text": "a"}\n[1]\nnot json\n{"text": 3}\n', text="text")
    assert [bool(file.row(i).trouble) for i in range(4)] == [False, True, True, True]
    bad = opened(JsonlFile, '{"text": "a", "s": [[0, 9]]}', spans="s")
    assert bad.row(0).trouble == "line 1: a labelled span lies outside the text: 0, 9"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "a b"} more', "Extra data"),
        ('{"text": "a b" "x": 1}', "Expecting ',' delimiter"),
        ('{"text": "a b",}', "Expecting property name"),
        ('{"text": "a b"', "Expecting ',' delimiter"),
        ('["text"]', "no JSON object"),
    ],
)
def test_lines_that_are_nearly_objects_are_no_samples(line: str, reason: str) -> None:
    file = opened(JsonlFile, '{"text": "a b"}\n' + line)
    assert file.row(0).trouble is None
    assert reason in str(file.row(1).trouble)


@pytest.mark.parametrize(
    "spans",
    [
        [[3, 300]],
        [[-1, 2]],
        [[4, 2]],
        [["0", "3"]],
        [{"start": "3", "end": "5"}],
        [{"start": None, "end": 5}],
        [{"start": 1.0, "end": 2.0}],
        [{"label": "X"}],
        "abc",
        {"answer_start": [0, 2], "text": ["a"]},
        [{"answer_start": 0, "text": None}],
    ],
)
def test_spans_without_proper_offsets_are_told_with_their_line(spans: Any) -> None:
    line = json.dumps({"text": "a b c", "spans": spans, "split": "test", "label": "x"})
    told = {"spans": "spans", "split": "split", "label": "label"}
    row = opened(JsonlFile, line, **told).row(0)
    assert str(row.trouble).startswith("line 1: ")
    assert (row.split, row.label) == ("test", "x"), "it still counts where it belongs"


def test_a_key_may_be_missing_in_the_first_line_but_not_in_all() -> None:
    data = '{"text": "a b"}\n{"text": "c d", "label": "x", "spans": [[0, 1]]}'
    file = opened(JsonlFile, data, label="label", spans="spans")
    assert [file.row(i).label for i in range(2)] == [None, "x"]
    for key in ("text", "label", "split", "spans"):
        with pytest.raises(SettingError, match="did you mean 'label'") as caught:
            opened(JsonlFile, data, **{key: "lable"})
        assert caught.value.path == ("dataset", key)


def test_lists_are_several_labels() -> None:
    file = opened(JsonlFile, '{"text": "a b", "label": ["x", "y"]}', label="label")
    assert file.row(0).label == "x, y"


def test_lines(tmp_path: Path) -> None:
    file = opened(LinesFile, "one\n\n two \r\nthree", format="lines")
    assert [file.row(i).text for i in range(len(file))] == ["one", " two ", "three"]
    assert file.written(0, "a\nb", ()) is None
    assert b"".join(file.assembled([([0], file.payload(["four"]))])).endswith(b"three\nfour\n")


def test_parquet_keeps_types_and_other_columns() -> None:
    frame = pl.DataFrame({"id": [7, 8], "body": ["a film", "b"], "y": [True, None]})
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    file = opened(ParquetFile, buffer.getvalue(), label="y")
    assert (file.row(0).text, file.row(0).label, file.row(1).label) == ("a film", "True", None)
    rows = [file.written(1, "x", ()), file.written(0, "y", ())]
    made = b"".join(file.assembled([([1, 0], file.payload(rows))]))
    after = pl.read_parquet(io.BytesIO(made))
    assert after.schema == frame.schema
    assert after.rows() == [*frame.rows(), (8, "x", None), (7, "y", True)]


def test_a_parquet_column_of_numbers_is_no_text() -> None:
    data = io.BytesIO()
    pl.DataFrame({"id": [1], "text": ["a"]}).write_parquet(data)
    with pytest.raises(SettingError, match="column 'id' of data holds no texts, but Int64"):
        opened(ParquetFile, data.getvalue(), text="id")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a.conll"], {"spans": "x"}),
        (["a.csv"], {"tags": "x"}),
        (["a.parquet"], {"encoding": "cp1252"}),
        (["a.jsonl"], {"delimiter": ";"}),
        (["a.pos", "a.neg"], {"format": "lines", "spans": "x"}),
        (["a/1.txt"], {"format": "folders", "split": "x"}),
    ],
)
def test_keys_that_no_file_heeds_are_refused(names: list[str], told: dict[str, str]) -> None:
    key = next(key for key in told if key != "format")
    with pytest.raises(SettingError, match=f"`{key}` means nothing for") as caught:
        check_keys(names, settings(**told))
    assert caught.value.path == ("dataset", key)


def test_one_file_that_heeds_a_key_is_enough() -> None:
    check_keys(["a.csv", "b.jsonl"], settings(tags="x", delimiter=";"))


def test_names_tell_classes_and_splits() -> None:
    names = ["rt.neg", "rt.pos"]
    splits = file_splits(settings(), names)
    assert [class_of(name, splits) for name in names] == ["neg", "pos"]
    names = ["train/good.txt", "train/bad.txt", "test/good.txt", "test/bad.txt"]
    splits = file_splits(settings(), names)
    assert [class_of(name, splits) for name in names] == ["good", "bad", "good", "bad"]
    assert list(splits.values()) == ["train", "train", "test", "test"]


@pytest.mark.parametrize(
    ("lone", "label"), [("test.pos", "pos"), ("test/pos", "pos"), ("test.txt", None)]
)
def test_a_file_alone_in_its_split_has_a_class_of_others(lone: str, label: str | None) -> None:
    splits = file_splits(settings(), ["train.neg", "train.pos", lone])
    assert class_of(lone, splits) == label
