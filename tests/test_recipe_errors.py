"""Every kind of mistake, with its place and its words."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_recipe import FOLDER, SMALL, errors, load

from augcli.errors import RecipeError
from augcli.recipe import load_recipe


def located(text: str) -> list[str]:
    return [error.removeprefix("r.yaml:").replace(" error: recipe:", "") for error in errors(text)]


WHOLE = {
    "": "r.yaml: error: recipe: the recipe is empty",
    "# nothing": "r.yaml: error: recipe: the recipe is empty",
    "- version: 1": "r.yaml:1:1: error: recipe: expected a mapping with `version`, `dataset` and",
    "version": "r.yaml:1:1: error: recipe: expected a mapping",
    "a: b: c": "r.yaml:1:5: error: recipe: unexpected ':'; quote text that has ': ' in it",
    "x: " + "[" * 99: "r.yaml:1:35: error: recipe: nested deeper than 32 levels",
    "x" * 2_000_000: "r.yaml: error: recipe: larger than 1,000,000 bytes",
}


@pytest.mark.parametrize(("text", "expected"), WHOLE.items(), ids=range(len(WHOLE)))
def test_what_is_no_recipe_at_all(text, expected):
    (error,) = errors(text)
    assert error.startswith(expected)


TOP = {
    "seed: true": "7 `seed`: expected a whole number, got true",
    "seed: -1": "7 `seed` must be at least 0, got -1",
    "seed: 9223372036854775808": "7 `seed` must be at most 9223372036854775807, "
    "got 9223372036854775808",
    "seed: 1.0": "7 `seed`: expected a whole number, got 1.0",
    "copies: '3'": "9 `copies`: expected a whole number, got '3'",
    "copies: -1": "9 `copies` must be at least 0, got -1",
    "copies:": "8 `copies`: expected a whole number, got nothing",
    "copys: 3": "1 unknown key 'copys'; did you mean 'copies'?",
    "hubbub: 3": "1 unknown key 'hubbub'; known are version, seed, dataset, output, copies, "
    "balance, plugins, steps, branches, views, stages, strength, max_failures, timeout, isa",
    "timeout: 0": "10 `timeout` must be above 0, got 0",
    "timeout: .inf": "10 `timeout` must be finite, got .inf",
    "timeout: .nan": "10 `timeout` must be finite, got .nan",
    "max_failures: -1": "15 `max_failures` must be a whole number, or a percentage such as 5%, "
    "got -1",
    "max_failures: 101%": "15 `max_failures` must be a whole number, or a percentage such as 5%, "
    "got '101%'",
    "max_failures: [1]": "15 `max_failures` must be a whole number, or a percentage such as 5%, "
    "got a list",
    "balance: max": "10 `balance`: expected a mapping, got 'max'; write {target: max}",
    "balance: {}": "1 `balance.target` is missing",
    "balance: {target: maxi}": "19 `balance.target`: expected 'max', 'median', 'repeat_factor', a "
    "whole number or a mapping, got 'maxi'; did you mean 'max'?",
    "balance: {target: -5}": "19 `balance.target` must be at least 0, got -5",
    "balance: {target: 1.5}": "19 `balance.target`: expected 'max', 'median', 'repeat_factor', a "
    "whole number or a mapping, got 1.5",
    "balance: {target: {no: 3, 007: -3}}": "32 `balance.target.007` must be at least 0, got -3",
    "balance: {target: {cats: many}}": "26 `balance.target.cats`: expected a whole number, got "
    "'many'",
    "balance: {method: smote, target: max}": "11 unknown key 'method'; known are target, threshold",
    'balance: {target: {"a\\nb": -1}}': "28 `'balance.target.a\\nb'` must be at least 0, got -1",
    "steps: rotate": "8 `steps`: expected a list, got 'rotate'; write [rotate]",
    "steps:": "7 `steps`: expected a list, got nothing",
    "steps: {rotate: {}}": "8 `steps`: expected a list, got a mapping; begin each item with `- `",
}


@pytest.mark.parametrize(("line", "expected"), TOP.items())
def test_top_level(line, expected):
    column, message = expected.split(" ", 1)
    assert located(SMALL + line) == [f"4:{column}: {message}"]


PARTS = {
    "version: 2": "1:10: `version` must be 1, the version that this augment reads, got 2",
    "version: true": "1:10: `version` must be 1, the version that this augment reads, got true",
    "version: '1'": "1:10: `version` must be 1, the version that this augment reads, got '1'",
    "dataset: photos": "2:10: `dataset`: expected a mapping, got 'photos'; write {path: photos}",
    "dataset:": "2:9: `dataset`: expected a mapping, got nothing",
    "dataset: {}": "2:1: `dataset.path` is missing",
    "dataset: {path: 5}": "2:17: `dataset.path`: expected text, got 5",
    "dataset: {path: a, kind: imag}": "2:26: `dataset.kind`: expected one of image, tabular, text, "
    "timeseries, got 'imag'; did you mean 'image'?",
    "dataset: {path: a, kind: [image]}": "2:26: `dataset.kind`: expected one of image, tabular, "
    "text, timeseries, got a list",
    "dataset: {path: a, augment: train}": "2:29: `dataset.augment`: expected a list, got 'train'; "
    "write [train]",
    "dataset: {path: a, exclude: [[b]]}": "2:30: `dataset.exclude`: expected text, got a list",
    "dataset: {path: a, exclude: [null]}": "2:30: `dataset.exclude`: expected text, got nothing",
    "dataset: {path: a, formt: csv}": "2:20: unknown key 'formt'; did you mean 'format'?",
    "dataset: {path: a, max_pixels: 0}": "2:32: `dataset.max_pixels` must be at least 1, got 0",
    "output: {}": "3:1: `output.path` is missing",
    "output: {path: b, originals: cpy}": "3:30: `output.originals`: expected 'copy', 'link', "
    "'reencode' or 'omit', got 'cpy'; did you mean 'copy'?",
    "output: {path: b, image: jpeg}": "3:26: `output.image`: expected a mapping, got 'jpeg'; write "
    "{format: jpeg}",
    "output: {path: b, image: {qualty: 9}}": "3:27: unknown key 'qualty'; did you mean 'quality'?",
    "output: {path: b, image: {quality: 0}}": "3:36: `output.image.quality` must be at least 1, "
    "got 0",
    "output: {path: b, image: {convert: yes}}": "3:36: `output.image.convert`: expected true or "
    "false, got 'yes'",
}


LONG = "x" * 256
PATHS = {
    f"dataset: {{path: a, kind: text, lexicon: {LONG}}}": "2:41: `dataset.lexicon` is too long for "
    "a path",
    f"dataset: {{path: a, checksums: {LONG}}}": "2:31: `dataset.checksums` is too long for a path",
}
"""Of which a schema knows nothing."""


@pytest.mark.parametrize(("line", "expected"), (PARTS | PATHS).items())
def test_parts(line, expected):
    key = line.split(":")[0]
    assert located(re.sub(rf"(?m)^{key}:.*$", line, SMALL)) == [expected]


def test_missing_parts():
    assert located("seed: 1") == [
        "1:1: `dataset` is missing",
        "1:1: `output` is missing",
        "1:1: `version` is missing; add `version: 1`",
    ]


STEPS = {
    "- rotat": "5:5: unknown step 'rotat'; did you mean 'rotate'?",
    "- rotat: {degrees: 5}": "5:5: unknown step 'rotat'; did you mean 'rotate'?",
    "- hubbub": "5:5: unknown step 'hubbub'; see `augment transforms`",
    "- eda": "5:5: unknown step 'eda'; it is a step for text datasets",
    "- 5": "5:5: expected the name of a step, got 5",
    "- [rotate]": "5:5: expected the name of a step, got a list",
    "- {}": "5:5: expected the name of a step, got a mapping",
    "- rotate: 5": "5:13: `rotate`: expected a mapping, got 5; write {degrees: 5}",
    "- rotate: [-5, 5]": "5:13: `rotate`: expected a mapping, got a list; write {degrees: [-5, 5]}",
    "- grayscale: 5": "5:16: `grayscale`: expected a mapping, got 5",
    "- rotate: {p: 50%}": "5:17: `rotate.p`: expected a number, got '50%'; write 0.5",
    "- hflip": "5:5: unknown step 'hflip'; did you mean 'horizontal_flip'?",
    "- cutout": "5:5: unknown step 'cutout'; did you mean 'coarse_dropout'?",
    "- ShiftScaleRotate": "5:5: unknown step 'ShiftScaleRotate'; names of other libraries are in "
    "docs/from_others.md, and `augment init --from` turns them",
    "- rotate:{degrees: 5}": "5:5: unknown step 'rotate:{degrees'; a ':' needs a blank behind it",
    "- rotate:{degrees: [1, 2]}": "5:28: a ':' needs a blank behind it; write `name: {…}`",
    "- {rotate:{degrees: 5}}": "5:12: a ':' needs a blank behind it; write `name: {…}`",
    '- rotate: {id: "C:\\Users"}': "5:23: a backslash in double quotes begins an escape; use "
    "single quotes, or `/` in paths",
    "- noise": "5:5: unknown step 'noise'; it is a step for timeseries datasets; did you mean "
    "'gaussian_noise' or 'iso_noise' or 'shot_noise' or 'multiplicative_noise'?",
    "- {only: [], rotate: 5}": "5:16: a step has one name, got 'only' and 'rotate'",
    "- {only: {}, rotate: }": "5:12: `rotate.only`: expected a list, got a mapping; "
    "begin each item with `- `",
    "- {only: a, rotate: {only: [b]}}": "5:6: `only` stands in 'rotate', too",
    "- {rotate: {}, p: 0.5}": "5:18: a step has one name, got 'rotate' and 'p'",
    "- rotate:\n    degrees: 5": "6:5: a step has one name, got 'rotate' and 'degrees'; indent the "
    "parameters of 'rotate' deeper than its name",
    "- rotate: {degress: 5}": "5:14: unknown key 'degress'; did you mean 'degrees'?",
    "- rotate: {degrees: [10, 400]}": "5:28: `rotate.degrees` must be between -360 and 360 "
    "degrees, got 400",
    "- rotate: {degrees: [5, -5]}": "5:23: `rotate.degrees`: [low, high] must be in order, got "
    "[5, -5]",
    "- rotate: {degrees: [1, 2, 3]}": "5:23: `rotate.degrees`: expected a number, [low, high], "
    "{choice: [...]}, {normal: [mean, std]}",
    "- rotate: {degrees: {choice: [1, x]}}": "5:36: `rotate.degrees.choice`: expected a number, "
    "got 'x'",
    "- rotate: {degrees: {normal: [1, 0]}}": "5:36: `rotate.degrees.normal`: the standard "
    "deviation must be a number above 0",
    "- rotate: {degrees: .nan}": "5:23: `rotate.degrees` must be between -360 and 360 degrees, "
    "got nan",
    "- rotate: {p: 2}": "5:17: `rotate.p` must be at most 1, got 2",
    "- rotate: {p: yes}": "5:17: `rotate.p`: expected a number, got 'yes'",
    "- rotate: {p: true}": "5:17: `rotate.p`: expected a number, got true",
    "- rotate: {border: reflekt}": "5:22: `rotate.border`: expected 'reflect', 'constant', "
    "'replicate' or 'wrap', got 'reflekt'; did you mean 'reflect'?",
    "- rotate: {fill: grey}": "5:20: `rotate.fill`: expected a number or a list, got 'grey'; "
    "write [grey]",
    "- rotate: {fill: [0, 2, 0]}": "5:24: `rotate.fill` must be at most 1, got 2",
    "- rotate: {fill: [0, 1]}": "5:20: `rotate.fill` has too few items",
    "- rotate: {fill: [0, 1, 0, 1]}": "5:20: `rotate.fill` must have at most 3 items",
    "- rotate: {only: {left: 1}}": (
        "5:20: `rotate.only`: expected a list, got a mapping; begin each item with `- `"
    ),
    "- rotate: {id: ''}": "5:18: `rotate.id` must not be empty, got ''",
    "- rotate: {id: rotate#0}": "5:18: `rotate.id` must not contain '#', got 'rotate#0'",
    "- rotate: {id: a}\n  - rotate: {id: a}": "6:18: duplicate id 'a', first at 5:18",
    "- sequence: {id: a, steps: [{rotate: {id: a}}]}": "5:45: duplicate id 'a', first at 5:20",
    "- one_of": "5:5: `one_of.steps` is missing",
    "- one_of: {}": "5:5: `one_of.steps` is missing",
    "- one_of: {steps: []}": "5:21: `one_of.steps` must have at least 1 item",
    "- one_of: {steps: rotate}": "5:21: `one_of.steps`: expected a list, got 'rotate'; write "
    "[rotate]",
    "- one_of: {steps: [{sequence: {steps: [rotat]}}]}": "5:42: unknown step 'rotat'; did you mean "
    "'rotate'?",
    "- some_of: {n: 3, steps: [rotate, rotate]}": "5:18: `some_of.n` must be at most 2, its number "
    "of steps, got 3",
    "- some_of: {steps: [rotate]}": "5:14: `some_of.n` must be at most 1, its number of steps, "
    "got 2",
    "- some_of: {n: 0, steps: [rotate]}": "5:18: `some_of.n` must be at least 1, got 0",
    "- rotate: &x {}": "5:13: anchors and aliases are not supported; write the value out",
    "- rotate: *x": "5:13: anchors and aliases are not supported; write the value out; or quote "
    "the text",
    "- *x": "5:5: anchors and aliases are not supported; write the value out; or quote the text",
    "- rotate: {p: 1, p: 1}": "5:20: duplicate key 'p', first at 5:14",
    "- rotate: !!python/name:os.system {}": "5:13: tags such as "
    "'tag:yaml.org,2002:python/name:os.system' are not supported",
}


@pytest.mark.parametrize(("lines", "expected"), STEPS.items())
def test_steps(lines, expected):
    assert located(f"{SMALL}steps:\n  {lines}\n") == [expected]


def test_all_at_once_and_in_order():
    text = """\
verson: 1
dataset: {kind: image, path: [a]}
output: {path: b, orignals: copy}
copies: -1
copies: 3
steps:
  - rotat
  - rotate: {p: 2, degrees: [0, 999], only: {x: 1}}
  - one_of:
      steps:
        - brightness: {delta: {choice: [0, 7]}}
        - brightnes
      p: -1
  - sequence: {steps: [rotate: {id: a}, rotate: {id: a}], id: 5}
"""
    places = [error.split(": ")[0] for error in located(text)]
    assert places == [
        "1:1",  # version is missing
        "1:1",  # verson
        "2:30",
        "3:19",
        "4:9",
        "5:1",
        "7:5",
        "8:17",
        "8:33",
        "8:45",
        "11:44",
        "12:11",
        "13:10",
        "14:54",
        "14:63",
    ]


@pytest.mark.parametrize(
    ("kind", "method", "more"),
    [
        ("tabuler", "smot", ["5:28: unknown key 'kk'; did you mean 'k'?"]),
        ("tabular", "nothing", []),
    ],
)
def test_a_slip_in_a_name_hides_nothing_and_is_told_once(kind, method, more):
    text = f"""\
version: 1
dataset: {{path: a, labl: b, kind: {kind}}}
output: {{path: b}}
steps: [jittr]
balance: {{method: {method:<7}, kk: 3}}
"""
    found = located(text)
    slip = kind != "tabular"
    assert [each.split(": ")[0] for each in found] == [
        "2:20",
        *(["2:35"] if slip else []),
        "4:9",
        "5:19",
        *(["5:28"] if more else []),
    ]
    assert [each for each in found if each in more] == more


@pytest.mark.parametrize("text", ["kind: nothing", "kind: [image]"])
def test_a_kind_that_means_nothing_leaves_no_riddles(text):
    found = located(f"{SMALL.replace('photos', f'photos, {text}')}balance: {{target: max}}\n")
    assert len(found) == 1 and "expected one of image, tabular" in found[0]


@pytest.mark.parametrize(
    ("dataset", "is_told"),
    [("path: x.csv", True), ("path: x.csv, kind: text", False), ("path: photos", False)],
)
def test_a_key_of_tables_where_no_kind_is_told_asks_for_it(dataset, is_told):
    lines = f"dataset: {{{dataset}}}\nbalance: {{method: smote, target: max}}\n"
    told = "".join(located(f"version: 1\noutput: {{path: out}}\n{lines}"))
    assert "unknown key 'method'" in told
    assert ("say `kind: tabular`" in told) == is_told


@pytest.mark.parametrize("kind", ["tabular", "text", "timeseries"])
def test_kinds_that_are_not_there_yet(kind, monkeypatch):
    monkeypatch.setattr("augcli.recipe.reader.available_kind", lambda name: None)
    text = SMALL.replace("photos", f"photos, kind: {kind}, label: 1") + "steps: [eda]\ncopies: -1\n"
    assert located(text) == [
        f"2:34: kind {kind!r} is not available in this version",
        "5:9: `copies` must be at least 0, got -1",
    ]


words = st.sampled_from(["version", "dataset", "steps", "rotate", "p", "1", "[", "]", "{", "}"])
marks = st.sampled_from([": ", ", ", "\n", "\n  ", "- ", "'", "#", "&a ", "*a ", "|", "~"])


@settings(deadline=None)
@given(st.lists(words | marks, max_size=30).map("".join))
def test_no_text_fails_otherwise(text):
    try:
        load_recipe(text, "r.yaml", FOLDER)
    except RecipeError as error:
        assert error.problems


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["path", "kind", "rotate", "steps", "p", "id"]), inner)
    ),
    max_leaves=6,
)
keys = ["version", "dataset", "output", "steps", "balance", "copies", "seed", "timeout"]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(keys), anything))
def test_no_data_fails_otherwise(data):
    text = json.dumps(data).replace("Infinity", ".inf").replace("NaN", ".nan")
    try:
        load(text)
    except RecipeError as error:
        assert all(problem.message for problem in error.problems)
