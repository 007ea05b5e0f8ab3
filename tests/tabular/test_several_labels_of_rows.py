"""MLSMOTE against its paper in plain loops, and tables with several labels from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from helpers import augment, write
from table_samples import augmented

from augcli.errors import RecipeError

RANDOM = np.random.default_rng(5)
FLAGS = {"war": 0.5, "love": 0.4, "space": 0.12, "crime": 0.1, "opera": 0.0}
ROWS = 120
X = np.round(RANDOM.normal(size=(ROWS, 2)), 3)
TOWN = RANDOM.choice(list("abc"), ROWS)
HAS = {name: RANDOM.random(ROWS) < share for name, share in FLAGS.items()}
HAS["opera"][[7, 8, 90]] = True
HAS["space"] = np.isin(np.arange(ROWS), [3, 11, 40, 41])
LABELS = [*FLAGS]


def table(yes: str = "1", no: str = "0") -> str:
    head = ",".join(["x", "y", "town", *LABELS])
    rows = (
        [f"{X[i, 0]}", f"{X[i, 1]}", TOWN[i], *(yes if HAS[n][i] else no for n in LABELS)]
        for i in range(ROWS)
    )
    return "\n".join([head, *map(",".join, rows), ""])


def rare_labels() -> dict[str, float]:
    rates = {n: max(h.sum() for h in HAS.values()) / HAS[n].sum() for n in LABELS}
    return {n: rate for n, rate in rates.items() if rate > sum(rates.values()) / len(rates)}


@pytest.mark.oracle("mlsmote")
@pytest.mark.parametrize(
    ("yes", "no"), [("1", "0"), ("yes", "no"), ("x", ""), ("ja", "nein"), ("да", "нет")]
)
def test_new_rows_are_those_of_the_paper(tmp_path: Path, yes: str, no: str) -> None:
    write(tmp_path / "t.csv", table(yes, no))
    dataset = {"path": str(tmp_path / "t.csv"), "label": LABELS}
    summary = augmented(tmp_path, dataset, balance={"method": "mlsmote", "k": 3})
    rare = rare_labels()
    made = [name for name in LABELS if name in rare]
    assert made == ["space", "opera"]
    told = pl.read_parquet(tmp_path / "out/provenance.parquet").to_dicts()
    assert len(told) == sum(HAS[name].sum() for name in made) == summary.counts[0].after - ROWS
    lines = (tmp_path / "out/t.csv").read_text().splitlines()
    assert lines[: ROWS + 1] == table(yes, no).splitlines()
    bags = [(row, name) for name in made for row in np.flatnonzero(HAS[name])]
    for (base, name), each, line in zip(bags, told, lines[ROWS + 1 :], strict=True):
        assert each["base"] == f"t.csv#{base}"
        (step,) = json.loads(each["steps"])
        near = [int(id_.partition("#")[2]) for id_ in step["params"]["votes"]]
        others = [row for row in np.flatnonzero(HAS[name]) if row != base]
        assert len(near) == min(3, len(others))
        assert {*near} <= {*others}
        cells = line.split(",")
        way = X[base] + step["params"]["gap"] * (X[near[0]] - X[base])
        assert np.allclose(np.array(cells[:2], float), way, atol=6e-4)
        votes = [TOWN[row] for row in near]
        assert votes.count(cells[2]) == max(map(votes.count, votes))
        for place, label in enumerate(LABELS, 3):
            count = sum(HAS[label][row] for row in [base, *near])
            assert cells[place] == (yes if count > (len(near) + 1) / 2 else no)
    if yes == "1":
        notes = "\n".join(summary.notes)
        assert f"IRLbl {rare[made[0]]:.4g} is above MeanIR" in notes
        assert augment("verify", str(tmp_path / "out")).returncode == 0
        again = augment("replay", str(tmp_path / "out"), "-o", str(tmp_path / "again"))
        assert again.returncode == 0
        same = (tmp_path / name / "t.csv" for name in ("out", "again"))
        assert len({each.read_bytes() for each in same}) == 1


def test_nothing_lies_between_the_rows_of_a_label_that_has_one(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", "x,a,b\n1,1,0\n2,1,0\n3,1,0\n4,0,1\n")
    dataset = {"path": str(tmp_path / "t.csv"), "label": ["a", "b"]}
    summary = augmented(tmp_path, dataset, balance={"method": "mlsmote"})
    assert [count.after for count in summary.counts] == [4]
    assert "no label is above MeanIR and has two rows" in "\n".join(summary.notes)


@pytest.mark.parametrize(
    ("label", "method", "told"),
    [
        (LABELS, "smote", "smote balances classes of one label; `mlsmote` does several"),
        ("town", "mlsmote", "`mlsmote` balances several labels, whose columns"),
        (["war", "town"], "mlsmote", "column 'town' is none of several labels"),
        (LABELS, [{"method": "mlsmote"}, {"method": "random_under"}], "`mlsmote` stands alone"),
    ],
)
def test_labels_that_do_not_go_with_a_method_are_told(
    tmp_path: Path, label: object, method: object, told: str
) -> None:
    write(tmp_path / "t.csv", table())
    balance = {"method": method} if isinstance(method, str) else method
    with pytest.raises(RecipeError, match=told):
        augmented(tmp_path, {"path": str(tmp_path / "t.csv"), "label": label}, balance=balance)


@pytest.mark.parametrize("way", [{"balance": {"method": "mlsmote"}}, {"copies": 1}])
def test_rows_without_one_of_several_labels_are_listed(
    tmp_path: Path, way: dict[str, object]
) -> None:
    lines = table().splitlines()
    for row, odd in ((5, ""), (9, "NA"), (20, "2"), (60, "-1")):
        lines[row + 1] = ",".join([*lines[row + 1].split(",")[:3], odd, *["1"] * 4])
    write(tmp_path / "t.csv", "\n".join([*lines, ""]))
    dataset = {"path": str(tmp_path / "t.csv"), "label": LABELS}
    augmented(tmp_path, dataset, **way)
    told = (tmp_path / "out/failures.jsonl").read_text().splitlines()
    listed = [*map(json.loads, told)]
    assert {each["source"]: each["reason"].partition("; ")[0] for each in listed} == {
        "t.csv#5": "column 'war': there is no label",
        "t.csv#9": "column 'war': there is no label",
        "t.csv#20": "'war' is '2', neither 0 nor 1",
        "t.csv#60": "'war' is '-1', neither 0 nor 1",
    }
    new = (tmp_path / "out/t.csv").read_text().splitlines()[len(lines) :]
    assert new
    assert {cell for line in new for cell in line.split(",")[3:]} == {"0", "1"}
    bases = pl.read_parquet(tmp_path / "out/provenance.parquet")["base"]
    assert not set(bases) & {"t.csv#5", "t.csv#9", "t.csv#20", "t.csv#60"}
