"""Rows that networks make, but for their training: modes, layouts, records, and no torch."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from helpers import run, write
from table_samples import space_of, table_of

from augcli.commands.replay import replay
from augcli.errors import RecipeError
from augcli.networks import Floats
from augcli.tabular.methods.nearness import nearness
from augcli.tabular.methods.networks import Ctgan, Tvae
from augcli.tabular.methods.smote import copies_of_rows
from augcli.tabular.networks.layout import Layout, Modes, drawn_of
from augcli.tabular.networks.training import Lessons, Maker, Wishes

METHODS = ("ctgan", "tvae")


def two_heaps(count: int = 400) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.where(rng.random(count) < 0.3, rng.normal(-50, 2, count), rng.normal(10, 1, count))


def test_modes_are_those_of_the_mixture_that_values_come_from() -> None:
    modes = Modes.of(two_heaps(), 0)
    heavy = modes.weights > 0.1
    order = np.argsort(modes.means[heavy])
    np.testing.assert_allclose(modes.means[heavy][order], [-50, 10], atol=1)
    np.testing.assert_allclose(modes.weights[heavy][order], [0.3, 0.7], atol=0.06)


def test_too_little_training_is_told_with_what_is_enough() -> None:
    for told, rows, least in ((Ctgan(epochs=20), 306, 300), (Tvae(epochs=10), 2000, 150)):
        worth, few = told.doubts(rows)
        assert "`augment evaluate`" in worth
        assert f"`epochs: {least}` for {told.enough}" in few
        assert len([*type(told)(epochs=least).doubts(rows)]) == 1
    assert len([*Ctgan().doubts(1_000_000)]) == 1


def test_a_column_of_one_value_has_one_mode() -> None:
    modes = Modes.of(np.full(20, 7.5), 0)
    assert modes.values(np.zeros(1), np.zeros(1, np.intp)).tolist() == [7.5]


def test_rows_come_back_as_they_were_told() -> None:
    numbers = np.column_stack([two_heaps(), np.linspace(0, 1, 400)])
    codes = np.column_stack([np.arange(400) % 3, np.arange(400) % 2]).astype(np.int32)
    layout = Layout([Modes.of(column, 0) for column in numbers.T], [3, 2])
    shares = np.random.default_rng(1).random((400, 4))
    told = layout.told(numbers, codes, shares[:, :2])
    assert told.shape == (400, layout.width)
    assert np.abs(told).max() <= 1
    again, kinds = layout.rows(told, shares)
    np.testing.assert_array_equal(kinds, codes)
    inside = (np.abs(told[:, [span.start for span in layout.places]]) < 0.98).all(axis=1)
    assert inside.mean() > 0.9
    np.testing.assert_allclose(again[inside], numbers[inside], atol=1e-4)


def test_numbers_may_take_their_likeliest_modes_while_categories_are_drawn() -> None:
    modes = Modes(np.array([0.0, 100]), np.ones(2), np.ones(2) / 2)
    layout = Layout([modes], [2])
    made = np.tile(np.array([0.5, 0.4, 0.6, 0.3, 0.7], np.float32), (1000, 1))
    shares = np.random.default_rng(0).random((1000, 2))
    numbers, codes = layout.rows(layout.surest(made), shares)
    assert set(numbers.ravel().tolist()) == {102}
    assert 0.65 < codes.mean() < 0.75
    assert set(layout.rows(made, shares)[0].ravel().tolist()) == {2, 102}


def test_one_of_many_is_drawn_as_often_as_its_chance_says() -> None:
    chances = np.tile([0.2, 0.0, 0.5, 0.3], (4000, 1))
    found = drawn_of(chances, (np.arange(4000) + 0.5) / 4000)
    np.testing.assert_allclose(
        np.bincount(found, minlength=4) / 4000, [0.2, 0, 0.5, 0.3], atol=0.001
    )


def test_conditions_are_met_by_their_rows_and_take_rare_values_more_often() -> None:
    codes = (np.arange(1000) % 100 == 0).astype(np.int32)[:, None]
    layout = Layout([], [2])
    rows = layout.told(np.zeros((1000, 0)), codes, np.zeros((1000, 0)))
    wishes = Wishes.of(Lessons(layout, rows, 1, 0))
    wish, chosen = wishes.drawn(2000)
    np.testing.assert_array_equal(rows[chosen], wish)
    expected = np.log1p(10) / (np.log1p(10) + np.log1p(990))
    assert abs(wish[:, 1].mean() - expected) < 0.04
    assert wishes.of_class(1).tolist() == [0, 1]


def table(folder: Path, rows: int = 90) -> Path:
    """Write numbers with gaps, categories that travel together, a sum and an order."""
    rng = np.random.default_rng(3)
    net, tax = rng.integers(1, 50, rows), rng.integers(1, 9, rows)
    place = rng.integers(0, 3, rows)
    frame = pl.DataFrame(
        {
            "net": net,
            "tax": tax,
            "all": net + tax,
            "age": [None if gap else 20 + n % 40 for n, gap in enumerate(rng.random(rows) < 0.3)],
            "city": np.array(["Bonn", "Köln", 'Ulm, "alt"'])[place],
            "zip": np.array(["b1", "k2", "u3"])[place],
            "kind": [None if n % 7 == 0 else "xyz"[n // 3 % 3] for n in range(rows)],
            "label": ["few" if n % 3 == 0 else "many" for n in range(rows)],
        },
        strict=False,
    )
    return write(folder / "rows.csv", frame.write_csv())


def repeating(lessons: Lessons) -> Maker:
    """Return what stands for a trained network: it makes rows of lessons, a little moved."""

    def made(normal: Floats, _label: int) -> Floats:
        rows = lessons.rows[(np.abs(normal[:, 0]) * 1000).astype(int) % len(lessons.rows)].copy()
        for span in lessons.layout.places:
            rows[:, span.start] += 0.05 * normal[:, 1]
        return rows

    return made


def test_what_networks_make_is_held_to_what_rows_obey_and_is_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tvae, "_train", lambda _self, lessons: repeating(lessons))
    monkeypatch.setattr(Tvae, "lacking", lambda _self: None)
    source, out = table(tmp_path), tmp_path / "out"
    dataset = {
        "path": str(source),
        "kind": "tabular",
        "label": "label",
        "together": ["city", "zip"],
        "sum": {"all": ["net", "tax"]},
    }
    balance = {"method": "tvae", "target": {"few": 80}}
    run(source, out, dataset=dataset, balance=balance, copies=0, steps=[])
    rows = pl.read_csv(out / "rows.csv")
    before, new = rows[:90], rows[90:]
    assert set(new["label"]) == {"few"}
    assert len(new) == 50
    assert (new["all"] == new["net"] + new["tax"]).all()
    assert set(new.select("city", "zip").rows()) <= set(before.select("city", "zip").rows())
    shares = [each["age"].null_count() / len(each) for each in (before.filter(label="few"), new)]
    assert abs(shares[0] - shares[1]) < 0.15
    assert new["age"].null_count() > 0
    assert set(new["kind"]) == {None, *"xyz"}
    assert new["net"].min() >= before["net"].min()
    told = pl.read_parquet(out / "provenance.parquet")["steps"].to_list()
    assert all('"categories": [' in each for each in told)
    assert "real one" in (out / "run.json").read_text()
    monkeypatch.undo()
    assert [wrong for _, wrong in replay(out, tmp_path / "again", None, None)] == [None]


def test_a_table_of_too_many_values_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tvae, "lacking", lambda _self: None)
    monkeypatch.setattr("augcli.tabular.methods.networks._CELLS", 1000)
    dataset = {"path": str(table(tmp_path)), "kind": "tabular", "label": "label"}
    with pytest.raises(RecipeError, match=r"90 rows in \d+ columns.*: say `ignore: \[city\]`"):
        run(
            tmp_path / "rows.csv",
            tmp_path / "out",
            dataset=dataset,
            balance={"method": "tvae"},
            copies=0,
            steps=[],
        )


def test_copies_are_told_as_such() -> None:
    numbers = np.random.default_rng(0).normal(size=(30, 2))
    space = space_of(table_of(numbers), ["a"] * 30)
    drawn = copies_of_rows(space, "a", 40)
    assert "40 of 40 equal a real one" in nearness(space, drawn, np.ones(2))


@pytest.mark.parametrize("method", METHODS)
def test_without_torch_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    source = table(tmp_path)
    dataset = {"path": str(source), "kind": "tabular", "label": "label"}
    with pytest.raises(RecipeError) as told:
        run(
            source,
            tmp_path / "out",
            dataset=dataset,
            balance={"method": method},
            copies=0,
            steps=[],
        )
    (problem,) = told.value.problems
    assert problem.message == f"{method} takes the extra `torch`: pip install 'augcli[torch]'"
