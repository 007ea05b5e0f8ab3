"""`--set KEY=VALUE` and its errors."""

from __future__ import annotations

import pytest
from test_recipe import SMALL, errors, load

STEPS = SMALL + "steps:\n  - rotate\n  - rotate: {degrees: 5}\n  - one_of: {steps: [brightness]}\n"


def changed(setting: str, *path: str | int) -> object:
    value = load(STEPS, overrides=[setting]).plain()
    for part in path:
        value = value[part]
    return value


@pytest.mark.parametrize(
    ("setting", "path"),
    [
        ("steps.0.rotate.degrees=[-5,5]", ("steps", 0, "rotate", "degrees")),
        ("steps.1.rotate.degrees=[-5, 5]", ("steps", 1, "rotate", "degrees")),
        ("steps.1={rotate: {degrees: [-5,5]}}", ("steps", 1, "rotate", "degrees")),
        ("steps.2.one_of.steps.0=rotate", ("steps", 2, "one_of", "steps", 0, "rotate", "degrees")),
    ],
)
def test_steps(setting, path):
    assert changed(setting, *path) == ([-15, 15] if setting.endswith("=rotate") else [-5, 5])


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("balance.target=500", ("balance", "target"), 500),
        ("balance={target: max}", ("balance", "target"), "max"),
        ("seed=0x10", ("seed",), 16),
        ("output.image.quality=80", ("output", "image", "quality"), 80),
        ("dataset.path=a=b", ("dataset", "path"), "a=b"),
        ("steps.0.rotate.only=[007]", ("steps", 0, "rotate", "only"), ["007"]),
        ("steps=[]", ("steps",), []),
        ("steps.2.one_of.steps.0.brightness.delta=0.5", ("steps", 2, "one_of", "steps", 0), None),
    ],
)
def test_other_keys(setting, path, value):
    got = changed(setting, *path)
    assert got["brightness"]["delta"] == 0.5 if value is None else got == value


def test_the_last_one_wins():
    assert load(SMALL, overrides=["seed=1", "seed=2"]).seed == 2
    assert load(SMALL, overrides=["seed=1"], seed=3).seed == 3


def test_one_may_build_on_another():
    recipe = load(SMALL, overrides=["steps=[rotate]", "steps.0.rotate.p=0.5"])
    assert recipe.steps[0].p == 0.5


def test_a_key_without_a_value_is_null():
    assert load(SMALL + "balance: {target: max}", overrides=["balance="]).balance is None


@pytest.mark.parametrize(
    ("setting", "where", "message"),
    [
        ("steps.9.rotate.degrees=5", "steps.9.rotate.degrees", "`steps` has no item '9' (0 to 2)"),
        (
            "steps.-1.rotate.degrees=5",
            "steps.-1.rotate.degrees",
            "`steps` has no item '-1' (0 to 2)",
        ),
        ("steps.0.scale.p=1", "steps.0.scale.p", "`steps.0` is 'rotate', not 'scale'"),
        ("steps.1.scale=", "steps.1.scale", "`steps.1` is 'rotate', not 'scale'"),
        ("steps.1.rotate.degrees.low=1", "steps.1.rotate.degrees.low", None),
        ("copies=-1", "copies", "`copies` must be at least 0, got -1"),
        ("copies=[1", "copies", None),
        ("copies=*x", "copies", "anchors and aliases are not supported"),
        ("steps.0.rotate.degrees=[1, 400]", "steps.0.rotate.degrees", "`rotate.degrees` must be"),
        ("steps.0.rotate.degress=1", "steps.0.rotate.degress", "unknown key 'degress'; did you"),
        ("steps.0.rotate=5", "steps.0.rotate", "`rotate`: expected a mapping, got 5"),
        ("steps.0=rotat", "steps.0", "unknown step 'rotat'; did you mean 'rotate'?"),
        ("balanse.target=5", "balanse.target", "unknown key 'balanse'; did you mean 'balance'?"),
        ("version.a=5", "version.a", "`version` is not a mapping"),
        ("seed", "seed", "expected KEY=VALUE"),
        ("=5", "", "expected KEY=VALUE"),
    ],
)
def test_errors_name_the_setting(setting, where, message):
    (error,) = errors(STEPS, overrides=[setting])
    assert error.startswith(f"--set {where}: error: recipe: {message or ''}")


def test_errors_of_other_options_name_them():
    assert errors(SMALL, seed=-1) == ["--seed: error: recipe: `seed` must be at least 0, got -1"]
    (error,) = errors(SMALL, max_failures="lots")
    assert error.startswith("--max-failures: error: recipe: `max_failures` must be a whole number")


def test_the_recipe_keeps_its_own_places():
    text = SMALL + "steps:\n  - rotat\n"
    assert errors(text, overrides=["steps.0.rotat.p=2"]) == [
        "r.yaml:5:5: error: recipe: unknown step 'rotat'; did you mean 'rotate'?"
    ]


def test_all_at_once():
    found = errors("version: 2", overrides=["copies=x", "foo=1", "seed"])
    assert len(found) == 6
