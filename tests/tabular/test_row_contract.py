"""What every step on rows keeps, found in the registry: params are drawn once, then all is pure."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import kstest, norm, uniform
from table_samples import table_of

from augcli.draws import Draws
from augcli.ranges import Uniform
from augcli.records.row_records import row_of
from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import Keys
from augcli.tabular.reading.table import Coded, Table
from augcli.tabular.transform import Block, Lots, Params, RowTransform, StepDrawn
from augcli.tabular.writing.provenance import from_rows, to_frames
from augcli.transform import REGISTRY

STEPS = sorted(name for kind, name in REGISTRY if kind == "tabular")
ROWS = 200
DRAWING = (
    "ManyDraws",
    "Keys",
    "picks",
    "cells",
    "normals",
    "values_of",
    "streams",
    "Draws",
)

Columns = list[np.ndarray[Any, Any]]
Formula = Callable[[Columns, Columns, Params], Columns]
"""own and partners' columns (two of numbers, one of codes) and params → columns"""


def jitter(own: Columns, _: Columns, params: Params) -> Columns:
    noise = [params["sigma"] * own[i].std() * params["noise"][:, i] for i in range(2)]
    return [own[0] + noise[0], own[1] + noise[1], own[2]]


def mixup(own: Columns, other: Columns, params: Params) -> Columns:
    weight = params["weight"]
    return [weight * own[i] + (1 - weight) * other[i] for i in range(2)] + [own[2]]


def swap(own: Columns, other: Columns, params: Params) -> Columns:
    return [np.where(params["cells"][:, i], other[i], own[i]) for i in range(3)]


def mask(own: Columns, _: Columns, params: Params) -> Columns:
    gone = [np.nan, np.nan, -1]
    return [np.where(params["cells"][:, i], gone[i], own[i]) for i in range(3)]


FORMULAS: dict[str, Formula] = {
    "jitter": jitter,
    "mask": mask,
    "mixup": mixup,
    "scale": lambda own, _, params: [*(each * params["factor"] for each in own[:2]), own[2]],
    "swap": swap,
}


RANGES = {"sigma": Uniform(0.1, 2), "share": Uniform(0.2, 0.8)}
DISTRIBUTIONS = {
    ("jitter", "noise"): norm.cdf,
    ("jitter", "sigma"): uniform(0.1, 1.9).cdf,
    ("mask", "cells"): None,
    ("mask", "share"): uniform(0.2, 0.6).cdf,
    ("mixup", "weight"): uniform(0.7, 0.3).cdf,
    ("scale", "factor"): uniform(0.9, 0.2).cdf,
    ("swap", "cells"): None,
    ("swap", "share"): uniform(0.2, 0.6).cdf,
}
"""How each param is spread; of cells, a share of the row falls on each column alike."""


def table() -> Table:
    rng = np.random.default_rng(4)
    return table_of(rng.normal(size=(ROWS, 2)), rng.integers(0, 3, (ROWS, 1)).astype(np.int32))


def block(of: Table) -> Block:
    return Block(of, dict(of.numbers), {2: of.coded[2].codes})


def columns(of: Block) -> Columns:
    return [of.numbers[0], of.numbers[1], of.codes[2]]


def drawn(name: str, of: Table) -> tuple[RowTransform, Params]:
    cls = REGISTRY["tabular", name]
    assert issubclass(cls, RowTransform)
    step = cls(**{field: each for field, each in RANGES.items() if field in cls.model_fields})
    params = step.make_params(Keys.of(Draws(row) for row in range(ROWS)), of)
    return step, params | ({"partner": np.arange(ROWS)[::-1]} if step.partners else {})


def no_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("drawn after make_params")

    for name, module in list(sys.modules.items()):
        if name == "augcli.draws" or name.startswith("augcli.tabular"):
            for each in DRAWING:
                if callable(getattr(module, each, None)):
                    monkeypatch.setattr(module, each, refuse)


def test_every_step_has_its_formula() -> None:
    assert list(FORMULAS) == STEPS


@pytest.mark.oracle
@pytest.mark.parametrize("name", STEPS)
def test_params_alone_make_the_rows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    of = table()
    step, params = drawn(name, of)
    before = {key: values.copy() for key, values in params.items()}
    no_draws(monkeypatch)
    first, second = (columns(step.apply(block(of), params)) for _ in range(2))
    own = columns(block(of))
    expected = FORMULAS[name](own, [each[::-1] for each in own], params)
    for one, two, right in zip(first, second, expected, strict=True):
        assert np.array_equal(one, two, equal_nan=True)
        assert np.allclose(one, right, rtol=1e-12, atol=0, equal_nan=True)
    assert not all(np.array_equal(a, b) for a, b in zip(first, own, strict=True))
    assert all(np.array_equal(before[key], values) for key, values in params.items())


@pytest.mark.parametrize("name", STEPS)
def test_params_of_some_rows_are_those_of_all(name: str) -> None:
    of = table()
    step, params = drawn(name, of)
    keys = Keys.of(Draws(row) for row in range(5, 9))
    for key, values in step.make_params(keys, of).items():
        assert len(params[key]) == ROWS
        assert np.array_equal(params[key][5:9], values)


def test_every_param_has_its_distribution() -> None:
    drawn_by_steps = {name: set(drawn(name, table())[1]) - {"partner"} for name in STEPS}
    told: dict[str, set[str]] = {name: set() for name in STEPS}
    for name, param in DISTRIBUTIONS:
        told[name].add(param)
    assert drawn_by_steps == told


@pytest.mark.parametrize(("name", "param"), DISTRIBUTIONS)
def test_params_follow_what_is_declared(name: str, param: str) -> None:
    of = table()
    step, _ = drawn(name, of)
    keys = Keys.of(Draws(3).at(row) for row in range(4000))
    values = step.make_params(keys, of)
    lots = np.asarray(values[param], np.float64)
    if param == "cells":
        assert np.abs(lots.mean(axis=0) - values["share"].mean()).max() < 0.03
        together = lots.T @ (lots - values["share"][:, None]) / len(keys)
        assert np.abs(together - np.diag(np.diag(together))).max() < 0.05
        return
    for each in lots.reshape(len(keys), -1).T:
        assert kstest(each, DISTRIBUTIONS[name, param]).pvalue > 1e-3


@pytest.mark.parametrize("name", STEPS)
def test_some_rows_are_changed_as_all_are(name: str) -> None:
    of = table()
    step, params = drawn(name, of)
    whole = columns(step.apply(block(of), params))
    some = np.arange(ROWS)[150:20:-3]
    few = Block(of, {i: of.numbers[i][some] for i in range(2)}, {2: of.coded[2].codes[some]})
    changed = columns(step.apply(few, {key: values[some] for key, values in params.items()}))
    for each, every in zip(changed, whole, strict=True):
        assert np.array_equal(each, every[some], equal_nan=True)


@pytest.mark.parametrize("name", STEPS)
def test_params_come_back_as_they_were_recorded(name: str) -> None:
    of = table()
    step, params = drawn(name, of)
    assert not {"turn", "label"} & set(params)
    partner = params.pop("partner", None)
    taken = np.arange(ROWS) % 3 > 0
    lots = Lots(np.arange(ROWS), lambda rows: {key: each[rows] for key, each in params.items()})
    told = StepDrawn("x.y/z", step, taken, np.zeros(ROWS, np.uint16), lots, partner)
    new = Drawn("copy", None, np.arange(ROWS), np.zeros(ROWS, np.int64), steps=(told,))
    splits = Coded(np.zeros(ROWS, np.int32), ["train"])
    frame = pl.concat(to_frames(of, splits, "t.csv", 0, [new]), how="diagonal")
    assert (frame["steps"] == "[]").to_list() == (~taken).tolist()
    (again,) = from_rows(of, map(row_of, frame.iter_rows(named=True)), {}, {"x.y/z": step})
    assert np.array_equal(again.steps[0].taken, taken)
    for key, values in told.params.items():
        assert again.steps[0].params[key].dtype == values.dtype
        assert np.array_equal(again.steps[0].params[key][taken], values[taken])


def test_a_table_of_categories_alone_has_no_noise() -> None:
    of = table_of(np.empty((ROWS, 0)), np.zeros((ROWS, 1), np.int32))
    step, params = drawn("jitter", of)
    lots = Lots(np.arange(ROWS), lambda rows: {key: each[rows] for key, each in params.items()})
    told = StepDrawn("jitter#0", step, np.ones(ROWS, bool), np.zeros(ROWS, np.uint16), lots)
    new = Drawn("copy", None, np.arange(ROWS), np.zeros(ROWS, np.int64), steps=(told,))
    splits = Coded(np.zeros(ROWS, np.int32), ["train"])
    frame = pl.concat(to_frames(of, splits, "t.csv", 0, [new]), how="diagonal")
    (again,) = from_rows(of, map(row_of, frame.iter_rows(named=True)), {}, {"jitter#0": step})
    assert again.steps[0].params["noise"].shape == (ROWS, 0)


def test_a_step_that_draws_when_applied_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    of = table()
    step, _ = drawn("jitter", of)
    no_draws(monkeypatch)
    with pytest.raises(AssertionError, match="drawn after"):
        step.make_params(Keys(np.zeros(ROWS, np.uint64)), of)
