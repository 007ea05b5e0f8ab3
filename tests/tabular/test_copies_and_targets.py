"""Copies come first, then the target, exact; what is left out does not live on in its copies."""

from collections import Counter

import polars as pl
import pytest
from helpers import augment, run, write, write_recipe

ROWS = [f"{n * n % 89},{n * 7 % 31}.5,{'ab'[n % 3 == 0]}" for n in range(60)]


def made(tmp_path, copies, **balance):
    table = write(tmp_path / "t.csv", "x,y,kind\n" + "\n".join(ROWS) + "\n")
    told = {"kind": "tabular", "label": "kind"}
    steps = [{"jitter": {"sigma": 0.01}}]
    return run(table, tmp_path / "out", dataset=told, copies=copies, balance=balance, steps=steps)


def planned_and_counted(tmp_path, summary):
    there = pl.read_csv(tmp_path / "out/t.csv")["kind"].to_list()
    assert {each.label: each.after for each in summary.counts} == Counter(there)
    return Counter(there)


@pytest.mark.parametrize("method", ["random_under", "near_miss"])
@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("target", ["min", 17, {"a": 47}])
def test_classes_are_as_large_as_asked_with_copies(tmp_path, method, copies, target):
    counts = planned_and_counted(tmp_path, made(tmp_path, copies, method=method, target=target))
    both = {"a": 40 * (copies + 1), "b": 20 * (copies + 1)}
    asked = {"min": dict.fromkeys("ab", both["b"]), 17: dict.fromkeys("ab", 17)}
    assert counts == (asked[target] if target in ("min", 17) else both | target)


def bases(tmp_path):
    """Return the rows that new ones are made of, and those that are left out."""
    told = pl.read_parquet(tmp_path / "out/provenance.parquet")["base"]
    return set(told), set(pl.read_parquet(tmp_path / "out/removed.parquet")["id"])


@pytest.mark.parametrize("method", ["random_under", "near_miss", "tomek", "enn"])
def test_no_copy_is_left_of_what_is_left_out(tmp_path, method):
    planned_and_counted(tmp_path, made(tmp_path, 1, method=method))
    copied, removed = bases(tmp_path)
    assert removed
    assert not copied & removed


def test_a_target_that_a_method_does_not_go_to_is_told(tmp_path):
    summary = made(tmp_path, 0, method="smote", target="min")
    assert "nothing is made or left out: smote leaves no rows out" in summary.notes


def test_plan_says_what_a_method_will_not_reach_and_what_may_be_no_class(tmp_path):
    rows = "".join(f"{n % 7}.5,{n * 3}\n" for n in range(40))
    table = write(tmp_path / "t.csv", f"x,price\n{rows}")
    dataset = {"kind": "tabular", "label": "price"}
    balance = {"method": "smote", "target": "min"}
    told = {"dataset": dataset, "balance": balance, "steps": [], "copies": 0}
    recipe = write_recipe(table, tmp_path / "out", **told)
    plan = augment("plan", recipe).stdout
    assert "the label 'price' has 40 different numbers, each taken for a class" in plan
    assert "nothing is made or left out: the 40 classes are at the target already" in plan
    write(table, "x,price\n" + "".join(f"{n % 7}.5,{'ab'[n % 3 == 0]}\n" for n in range(40)))
    plan = augment("plan", recipe).stdout
    assert "nothing is made or left out: smote leaves no rows out" in plan
