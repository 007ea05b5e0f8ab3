"""YAML text → data with places: what is read, what is refused, and where."""

from __future__ import annotations

import json
import math
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from augcli.recipe import yaml_text
from augcli.recipe.document import Document
from augcli.recipe.yaml_text import MAX_BYTES, decode, parse, scalar

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def loader(request, monkeypatch):
    monkeypatch.setattr(yaml_text, "_LOADER", request.param)


def found(text: str) -> list[str]:
    return [f"{p.line}:{p.column} {p.message}" for p in parse(text, "f").problems]


SCALARS = {
    "true": True,
    "False": False,
    "no": "no",
    "on": "on",
    "yes": "yes",
    "y": "y",
    "": None,
    "~": None,
    "null": None,
    "nil": "nil",
    "12:30": "12:30",
    "1_000": "1_000",
    "0o14": 12,
    "014": 14,
    "0x1F": 31,
    "0b1": "0b1",
    "+12": 12,
    "-7": -7,
    "1.10": 1.1,
    "1.": 1.0,
    "-.5": -0.5,
    "1e3": 1000.0,
    ".inf": math.inf,
    "-.Inf": -math.inf,
    "inf": "inf",
    "nan": "nan",
    "2024-01-01": "2024-01-01",
    "1.2.3": "1.2.3",
    "=": "=",
    "<<": "<<",
    "١": "١",
}


@pytest.mark.parametrize(("text", "value"), SCALARS.items())
def test_scalars_follow_yaml_1_2(text, value):
    got = parse(f"a: {text}", "f").data["a"]
    assert got == value
    assert type(got) is type(value)


def test_not_a_number():
    assert math.isnan(scalar(".nan"))


def test_quoted_scalars_are_text():
    assert parse("a: '1'\nb: \"true\"\nc: |\n  1\n", "f").data == {
        "a": "1",
        "b": "true",
        "c": "1\n",
    }


def test_keys_are_text_as_written():
    document = parse("no: 1\n007: 2\n1.10: 3\nnull: 4\n'': 5\n", "f")
    assert document.data == {"no": 1, "007": 2, "1.10": 3, "null": 4, "": 5}


def test_numbers_and_booleans_keep_their_text():
    document = parse("only: [0, 007, true, 1.10, no, '5', null]", "f")
    texts = {path[-1]: text for path, text in document.texts.items()}
    assert texts == {0: "0", 1: "007", 2: "true", 3: "1.10"}


def test_absurdly_long_numbers_do_no_harm():
    assert parse(f"a: {'9' * 5000}", "f").data["a"] == math.inf
    assert isinstance(parse(f"a: 0x{'f' * 5000}", "f").data["a"], str)


def test_every_value_and_key_has_its_place(loader):
    text = "a: 1\nsteps:\n  - rotate: {degrees: [-5, 10]}\n  - flip\n"
    document = parse(text, "f")
    assert spots(document.values) == {
        (): (1, 1),
        ("a",): (1, 4),
        ("steps",): (3, 3),
        ("steps", 0): (3, 5),
        ("steps", 0, "rotate"): (3, 13),
        ("steps", 0, "rotate", "degrees"): (3, 23),
        ("steps", 0, "rotate", "degrees", 0): (3, 24),
        ("steps", 0, "rotate", "degrees", 1): (3, 28),
        ("steps", 1): (4, 5),
    }
    assert spots(document.keys) == {
        ("a",): (1, 1),
        ("steps",): (2, 1),
        ("steps", 0, "rotate"): (3, 5),
        ("steps", 0, "rotate", "degrees"): (3, 14),
    }


def spots(places):
    return {path: (place.line, place.column) for path, place in places.items()}


def test_columns_count_characters_and_not_bytes(loader):
    place = parse("\ufeff{é🎈: 1, b: 2}", "f").values["b",]
    assert (place.line, place.column) == (1, 12)


def test_what_is_not_written_is_located_around():
    document = parse("a:\n  b: 1\n", "f")
    assert document.place(("a", "c", 3)) == document.values["a",]
    assert document.key_place(("a", "b")).column == 3
    assert Document("f").place(("a",)).line == 0


REFUSED = {
    "a: &x [1]": "1:4 anchors and aliases are not supported",
    "a: *x": "1:4 anchors and aliases are not supported; write the value out; or quote the text",
    "*x : 1": "1:1 anchors and aliases",
    "- a\n- !!python/object:os.system x": "2:3 tags such as 'tag:yaml.org,2002:python/object:os.sy",
    "a: !mine {b: 1}": "1:4 tags such as '!mine' are not supported",
    "a: 1\nb: 2\na: 3": "3:1 duplicate key 'a', first at 1:1",
    "{a: 1, 'a': 2}": "1:8 duplicate key 'a', first at 1:2",
    "[a, b]: 1": "1:1 a key must be text",
    "? {a: 1}\n: 2": "1:3 a key must be text",
    "a: 1\n---\nb: 2": "2:1 only one document is allowed in a file",
    "a:\n\t- b": "2:1 a tab cannot indent; use spaces",
    "\ta: 1": "1:1 a tab cannot indent; use spaces",
    "a: *.jpg": "1:4 text that begins with '*' must be quoted",
    "a: [**/x]": "1:5 text that begins with '*' must be quoted",
    "a: @x": "1:4 text that begins with '@' must be quoted",
    "a: b: c": "1:5 unexpected ':'; quote text that has ': ' in it",
    "a: 1\n   b: 2": "2:5 unexpected ':'",
    "a: [1, 2": "1:9 not valid YAML: ",
    "a: 'x": "1:6 not valid YAML: found unexpected end of stream",
    "a: x\x00": "1:5 character U+0000 is not allowed",
    "a: 1\nb: \ud800": "2:4 character U+D800 is not allowed",
    "[" * 300: "1:33 nested deeper than 32 levels",
    "- " * 40: "1:65 nested deeper than 32 levels",
    "{a: " * 300: "1:129 nested deeper than 32 levels",
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=range(len(REFUSED)))
def test_refused(text, expected, loader):
    (problem,) = found(text)
    if "not valid YAML" in expected:  # the two parsers word these differently
        assert problem.split(": ")[0].endswith("not valid YAML")
    else:
        assert problem.startswith(expected)


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_no_depth_is_too_much_for_the_parser(opening, loader):
    (problem,) = found(opening * 3000)
    assert problem.endswith("nested deeper than 32 levels")


def test_problems_are_all_found_at_once(loader):
    text = "a: &x 1\nb: *x\nc: !t 1\na: 2\n"
    assert [problem.split(" ")[0] for problem in found(text)] == ["1:4", "2:4", "3:4", "4:1"]


def test_data_survives_what_is_refused():
    assert parse("a: 1\na: 2\nb: !t [3]\nc: *x", "f").data == {"a": 1, "b": [3], "c": None}


def test_depth_32_is_allowed():
    assert found("[" * 32 + "]" * 32) == []


def test_an_alias_bomb_is_refused_at_once():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    started = time.perf_counter()
    document = parse("\n".join(lines), "f")
    assert time.perf_counter() - started < 1
    assert len(document.problems) == 9 + 8 * 9
    assert len(json.dumps(document.data)) < 10_000


def test_size_is_bounded():
    assert found("a: " + "x" * 2_000_000) == [f"0:0 larger than {MAX_BYTES:,} bytes"]
    assert found("a: " + "é" * 600_000) == [f"0:0 larger than {MAX_BYTES:,} bytes"]
    assert found("a: " + "x" * 900_000) == []


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "\ufeff"])
def test_nothing_is_none(text, loader):
    document = parse(text, "f")
    assert document.data is None
    assert document.problems == []


def test_bytes_that_are_no_utf8_are_located():
    text, problems = decode("a: 1\nb: é".encode() + b"\xe9", "f")
    assert text == ""
    assert [str(p) for p in problems] == ["f:2:5: error: recipe: not UTF-8 text: byte 0xe9"]


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert decode(b"\xef\xbb\xbfa: 1", "f") == ("a: 1", [])


safe_text = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | safe_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(safe_text, inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(plain)
def test_json_is_read_as_what_it_says(data):
    text = json.dumps(data).replace("Infinity", ".inf")
    if '".inf' not in text:
        document = parse(f'{{"a": {text}}}', "f")
        assert (document.problems, document.data) == ([], {"a": data})


def quoted(data):
    """Return a dumper's tree in which YAML 1.1 and 1.2 mean the same: text always in quotes."""
    dumper = type("Dumper", (yaml.SafeDumper,), {})
    dumper.add_representer(
        str, lambda d, s: d.represent_scalar("tag:yaml.org,2002:str", s, style='"')
    )
    dumper.ignore_aliases = lambda *_: True
    return yaml.dump(data, Dumper=dumper, allow_unicode=True)


@settings(deadline=None)
@given(plain)
def test_dumped_data_is_read_back(data):
    document = parse(quoted(data), "f")
    assert (document.problems, document.data) == ([], data)


@settings(deadline=None)
@given(plain)
def test_both_parsers_say_the_same(data):
    text = quoted(data)
    results = []
    for each in LOADERS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml_text, "_LOADER", each)
            document = parse(text, "f")
            results.append((document.data, document.values, document.keys, document.texts))
    assert all(result == results[0] for result in results)


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("ab:-[]{}&*!#|>'\"%@`?, \n\t", max_size=40))
def test_no_text_makes_it_raise(text):
    document = parse(text, "f")
    for problem in document.problems:
        assert problem.line <= text.count("\n") + text.count("\r") + 8
