"""Steps on rows: soft labels, turns, and that a step's draws hang on its name alone."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from datasets import PENGUINS
from pydantic import ValidationError
from table_samples import augmented, space_of, table_of, told_rows

from augcli.commands.replay import replay
from augcli.draws import Draws, ManyDraws
from augcli.errors import RecipeError
from augcli.steps.control import OneOf, RandomOrder, Sequence, SomeOf
from augcli.tabular.deciding.steps import with_steps
from augcli.tabular.drawn import Drawn
from augcli.tabular.transforms.mixing import Mask, Mixup, Swap
from augcli.tabular.transforms.noise import Jitter, Scale
from augcli.tabular.writing.synthesis import made

SHARES = [f"_augment_label_{name}" for name in ("Adelie", "Chinstrap", "Gentoo")]


def replays(tmp_path) -> bool:
    return {wrong for _, wrong in replay(tmp_path / "out", tmp_path / "re", None, None)} == {None}


def parents(told):
    """Return the rows that each new row is made of: its base, and the other of its mixup."""
    ids = [(row["base"], *row["steps"][0]["params"]["partners"]) for row in told]
    return np.array([[int(each.partition("#")[2]) for each in pair] for pair in ids]).T


def soft(tmp_path, *steps, **output):
    dataset = {"path": str(PENGUINS), "label": "species"}
    output = {"path": str(tmp_path / "out"), "soft_labels": True} | output
    augmented(tmp_path, dataset, output=output, copies=1, steps=list(steps))
    table = pl.read_csv(tmp_path / "out/penguins.csv", null_values="NA")
    return table, told_rows(tmp_path / "out")


def test_mixup_gives_soft_labels(tmp_path):
    table, told = soft(tmp_path, "mixup")
    shares = table.select(SHARES).to_numpy()
    classes = table["species"].replace_strict({"Adelie": 0, "Chinstrap": 1, "Gentoo": 2}).to_numpy()
    assert np.array_equal(shares[:344], np.eye(3)[classes[:344]])
    assert np.allclose(shares.sum(axis=1), 1)
    mixed = [row["steps"][0]["params"] for row in told]
    weight = np.array([each["weight"] for each in mixed])
    own = shares[np.arange(344, 688), classes[344:]]
    same = np.array([each["label"] for each in mixed]) == [row["label"] for row in told]
    assert np.allclose(own[~same], weight[~same], atol=1e-9)
    assert np.all(own[same] == 1)
    assert 0.7 <= weight.min() < weight.max() < 1
    base, other = parents(told)
    mass = table["body_mass_g"].cast(float).to_numpy()
    mixed = weight * mass[base] + (1 - weight) * mass[other]
    whole = ~np.isnan(mixed)
    assert np.array_equal(mass[344:][whole], 25 * np.round(mixed[whole] / 25))
    assert replays(tmp_path)


def test_two_mixups_mix_three_classes(tmp_path):
    table, told = soft(tmp_path, "mixup", {"mixup": {"weight": 0.6, "p": 0.5}})
    shares = table.select(SHARES).to_numpy()
    assert np.allclose(shares.sum(axis=1), 1)
    assert np.any(np.all(shares > 0, axis=1))
    assert {len(row["steps"]) for row in told} == {1, 2}
    assert replays(tmp_path)


def test_soft_labels_of_a_table_with_types(tmp_path):
    source = pl.read_csv(PENGUINS, null_values="NA")
    source.write_parquet(tmp_path / "penguins.parquet")
    dataset = {"path": str(tmp_path / "penguins.parquet"), "label": "species"}
    output = {"path": str(tmp_path / "out"), "soft_labels": True, "source_column": True}
    augmented(tmp_path, dataset, output=output, copies=1, steps=["mixup"])
    table = pl.read_parquet(tmp_path / "out/penguins.parquet")
    assert table.columns == [*source.columns, "_augment_source", *SHARES]
    assert table.head(344).select(source.columns).equals(source)
    assert np.allclose(table.select(SHARES).to_numpy().sum(axis=1), 1)
    assert replays(tmp_path)


def test_a_target_that_is_a_number_is_mixed(shared_data, tmp_path):
    path = str(shared_data / "tabular/abalone.csv")
    dataset = {"path": path, "label": -1, "columns": {"8": "integer"}}
    augmented(tmp_path, dataset, copies=1, steps=["mixup"])
    told = told_rows(tmp_path / "out")
    rings = pl.read_csv(tmp_path / "out/abalone.csv", has_header=False).to_series(8).to_numpy()
    base, other = parents(told)
    weight = np.array([row["steps"][0]["params"]["weight"] for row in told])
    mixed = weight * rings[base] + (1 - weight) * rings[other]
    assert np.array_equal(rings[4177:], np.round(mixed))
    assert replays(tmp_path)


@pytest.mark.parametrize(
    ("dataset", "output", "message"),
    [
        (
            {"columns": {"body_mass_g": "integer"}, "label": "body_mass_g"},
            {"soft_labels": True},
            "is a number",
        ),
        ({"label": None}, {"soft_labels": True}, "has no `label`"),
        ({"columns": {"body_mass_g": "integer"}, "label": "body_mass_g"}, {}, "`smogn` balances"),
    ],
)
def test_what_cannot_be(tmp_path, dataset, output, message):
    dataset = {"path": str(PENGUINS), "label": "species"} | dataset
    output = {"path": str(tmp_path / "out")} | output
    balance = {"target": "max"} if not output.get("soft_labels") else None
    with pytest.raises(RecipeError, match=message):
        augmented(tmp_path, dataset, output=output, balance=balance, copies=1)


def test_names_with_delimiters_are_enclosed(tmp_path):
    (tmp_path / "in").mkdir()
    rows = "".join(f"{i}.5,{'yes' if i % 4 else '<a, b>'!r}\n" for i in range(40)).replace("'", '"')
    (tmp_path / "in/a,b.csv").write_text("x,y\n" + rows)
    output = {"path": str(tmp_path / "out"), "soft_labels": True, "source_column": True}
    dataset = {"path": str(tmp_path / "in"), "label": "y"}
    augmented(tmp_path, dataset, output=output, balance={"target": "max"})
    table = pl.read_csv(tmp_path / "out/a,b.csv")
    names = ["x", "y", "_augment_source", "_augment_label_<a, b>", "_augment_label_yes"]
    assert table.columns == names
    assert set(table["_augment_source"]) == {f"a,b.csv#{row}" for row in range(40)}


CONTROLS = [
    OneOf(steps=(Jitter(), Mask(), Swap())),
    OneOf(steps=(Jitter(), Mask(), Swap()), weights=(3, 0, 1)),
    SomeOf(steps=(Jitter(), Mask(), Swap(), Mixup()), n=2),
    Sequence(steps=(Jitter(), Mask())),
    RandomOrder(steps=(Jitter(), Mask(), Swap(), Mixup())),
]


@pytest.mark.parametrize("control", CONTROLS, ids=lambda each: each.name)
def test_many_choices_at_once_are_those_one_by_one(control):
    draws = ManyDraws.of(Draws(5).at(row) for row in range(300))
    for one, places in zip(draws, control.places(draws).tolist(), strict=True):
        turns = sorted((place, index) for index, place in enumerate(places) if place >= 0)
        assert [control.entries[index] for _, index in turns] == list(control.choose(one))


def test_one_of_picks_by_weights():
    control = OneOf(steps=(Jitter(), Mask(), Swap()), weights=(6, 0, 2))
    picked = control.places(ManyDraws.of(Draws(5).at(row) for row in range(4000))) >= 0
    assert (picked.sum(axis=1) == 1).all()
    np.testing.assert_allclose(picked.mean(axis=0), [0.75, 0, 0.25], atol=0.02)


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ((), "one for each step, 2, not 0"),
        ((1,), "one for each step, 2, not 1"),
        ((1, 2, 3), "one for each step, 2, not 3"),
        ((0, 0), "are all 0"),
        ((1e308, 1e308), "too large"),
        ((1, -1), "greater than or equal to 0"),
        ((1, np.inf), "finite"),
    ],
)
def test_weights_that_cannot_be(weights, why):
    with pytest.raises(ValidationError, match=why):
        OneOf(steps=(Jitter(), Mask()), weights=weights)


def drawn_with(steps, rows=400):
    numbers = np.random.default_rng(2).normal(size=(rows, 2))
    space = space_of(table_of(numbers), [0] * rows)
    return space.table, with_steps(
        space, Drawn("copy", "0", np.arange(rows), np.zeros(rows, np.int64)), steps
    )


def test_random_order_is_applied_in_that_order():
    double, shift = Scale(factor=2), Mixup(weight=0.5)
    table, drawn = drawn_with([RandomOrder(steps=(double, shift))])
    made_now = made(table, drawn, clip=False).numbers[0]
    own, other = table.numbers[0], table.numbers[0][drawn.steps[1].partner]
    first = drawn.steps[0].turn == 0
    assert 100 < first.sum() < 300
    assert np.array_equal(made_now[first], (0.5 * (own * 2) + 0.5 * other)[first])
    assert np.array_equal(made_now[~first], ((0.5 * own + 0.5 * other) * 2)[~first])


def test_random_order_within_others_replays(tmp_path):
    order = {
        "random_order": {
            "steps": [
                "swap",
                {"scale": {"p": 0.5}},
                {"sequence": {"steps": [{"mask": {"share": 0.3}}, {"jitter": {"sigma": 0.5}}]}},
            ]
        }
    }
    soft(tmp_path, "mixup", {"some_of": {"steps": [order, "jitter", "swap"]}})
    assert replays(tmp_path)


def test_a_control_changes_no_other_draw():
    _, plain = drawn_with([Jitter(), Swap(p=0.5)])
    _, more = drawn_with([Jitter(), OneOf(steps=(Mask(), Scale())), Swap(p=0.5)])
    by_name = {step.name: step for step in more.steps}
    assert list(by_name) == ["jitter#0", "one_of#0/mask#0", "one_of#0/scale#0", "swap#0"]
    for step in plain.steps:
        others = by_name[step.name].params
        assert list(step.params) == list(others)
        assert all(np.array_equal(values, others[key]) for key, values in step.params.items())
        assert np.array_equal(step.taken, by_name[step.name].taken)
    mask, scale = by_name["one_of#0/mask#0"].taken, by_name["one_of#0/scale#0"].taken
    assert np.array_equal(mask, ~scale)
