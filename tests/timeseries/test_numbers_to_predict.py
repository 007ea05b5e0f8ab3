"""Series with a number to predict."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from helpers import augment, failures
from test_series_as_people_keep_them import ARFF, VALUES, lines, made, new_lines, npz

from augcli.errors import RecipeError

TARGETS = [f"{3.001 + number * 0.12:.3f}" for number in range(12)]

REGRESSION = "@problemName p\n@targetlabel true\n@data\n" + lines(VALUES, TARGETS)


def test_a_number_to_predict_goes_along(tmp_path: Path) -> None:
    summary, data = made(tmp_path, "p.ts", REGRESSION)
    assert [line.rpartition(":")[2] for line in new_lines(data, 15)] == TARGETS
    assert any("numbers to be predicted" in note for note in summary.notes)
    assert [each.label for each in summary.counts] == [None]


@pytest.mark.parametrize("step", ["mixup", "smote"])
def test_what_mixes_series_mixes_their_numbers(tmp_path: Path, step: str) -> None:
    _, data = made(tmp_path, "p.ts", REGRESSION, steps=[step], copies=2)
    table = pl.read_parquet(tmp_path / "out/provenance.parquet")
    for line, told in zip(new_lines(data, 15), table.iter_rows(named=True), strict=True):
        (params,) = [each["params"] for each in json.loads(told["steps"])]
        own, other = (int(each.rpartition("#")[2]) for each in (told["base"], told["partners"][0]))
        share = params["weight"]
        wanted = (1 - share) * float(TARGETS[own]) + share * float(TARGETS[other])
        assert float(line.rpartition(":")[2]) == pytest.approx(wanted, abs=6e-4)


def _tables() -> dict[str, tuple[bytes, dict[str, str]]]:
    """Return files of every other form that have numbers to predict, and what is told of them."""
    cells = lines(VALUES, TARGETS).replace(":", ",")
    wide = ",".join(f"t{number}" for number in range(6)) + ",yield\n" + cells
    rows = [
        f"{n},{place},{value:.2f},{TARGETS[n]}\n"
        for n, row in enumerate(VALUES)
        for place, value in enumerate(row)
    ]
    told = {"label": "yield"}
    arff = ARFF.replace("kind {p,q}", "yield numeric") + cells
    parquet = io.BytesIO()
    pl.read_csv(wide.encode()).write_parquet(parquet)
    return {
        "p.csv": (wide.encode(), told),
        "p.parquet": (parquet.getvalue(), told),
        "long.csv": (("id,time,v,yield\n" + "".join(rows)).encode(), told | {"id": "id"}),
        "p.arff": (arff.encode(), {}),
        "p.npz": (npz(X=np.array(VALUES), y=np.array([*map(float, TARGETS)])), {}),
    }


def _targets(name: str, data: bytes) -> list[float]:
    """Return the number of each series, in their order."""
    if name == "p.npz":
        return [*map(float, np.load(io.BytesIO(data))["y"])]
    if name == "p.parquet":
        return pl.read_parquet(io.BytesIO(data))["yield"].to_list()
    found = [line for line in data.decode().splitlines() if line[-1:].isdigit()]
    if name == "long.csv":
        return [float(line.rpartition(",")[2]) for line in found[::6]]
    return [float(line.rpartition(",")[2]) for line in found]


@pytest.mark.parametrize("name", ["p.csv", "p.parquet", "long.csv", "p.arff", "p.npz"])
def test_every_form_has_the_numbers_of_mixed_series(tmp_path: Path, name: str) -> None:
    data, told = _tables()[name]
    steps = [{"mixup": {"weight": 0.25}}]
    summary, after = made(tmp_path, name, data, dataset=told, steps=steps)
    assert any("numbers to be predicted" in note for note in summary.notes)
    table = pl.read_parquet(tmp_path / "out/provenance.parquet")
    partners = [json.loads(steps)[0]["params"]["partners"][0] for steps in table["steps"]]
    others = [TARGETS[int(partner.partition("#")[2])] for partner in partners]
    wanted = [0.75 * float(a) + 0.25 * float(b) for a, b in zip(TARGETS, others, strict=True)]
    found = _targets(name, after)
    assert found[:12] == [*map(float, TARGETS)]
    assert found[12:] == pytest.approx(wanted, abs=6e-4)
    replayed = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert replayed.returncode == 0, replayed.stderr


@pytest.mark.parametrize("points", [2, 6])
@pytest.mark.parametrize("kind", ["integer", "INTEGER", "numeric"])
def test_whole_numbers_of_arff_stay_whole(tmp_path: Path, points: int, kind: str) -> None:
    names = [f"t{number} numeric" for number in range(points)]
    head = "".join(f"@attribute {name}\n" for name in [*names, f"target {kind}"])
    whole = [3 * number + number % 2 for number in range(12)]
    rows = lines([row[:points] for row in VALUES], map(str, whole)).replace(":", ",")
    text = f"@relation r\n{head}@data\n{rows}"
    summary, data = made(tmp_path, "r.arff", text, steps=[{"mixup": {"weight": 0.3}}])
    assert [each.label for each in summary.counts] == [None]
    table = pl.read_parquet(tmp_path / "out/provenance.parquet")
    partners = [json.loads(steps)[0]["params"]["partners"][0] for steps in table["steps"]]
    others = [whole[int(partner.partition("#")[2])] for partner in partners]
    wanted = [round(0.7 * a + 0.3 * b) for a, b in zip(whole, others, strict=True)]
    assert [int(line.rpartition(",")[2]) for line in data.decode().splitlines()[-12:]] == wanted


def test_numbers_to_predict_are_not_balanced_as_classes(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no classes that could be balanced"):
        made(tmp_path, "p.ts", REGRESSION, balance={"target": "max"})
    _, data = made(tmp_path / "b", "p.ts", REGRESSION, balance={"target": 30})
    assert len(new_lines(data, 3)) == 30


def test_a_column_of_numbers_that_is_the_label_is_one_to_predict(tmp_path: Path) -> None:
    head = ",".join(f"t{number}" for number in range(6)) + ",yield\n"
    text = head + lines(VALUES, TARGETS).replace(":", ",")
    _, data = made(tmp_path, "p.csv", text, dataset={"label": "yield"})
    assert [line.rpartition(",")[2] for line in new_lines(data, 13)] == TARGETS
    classes = text.replace(",yield", ",kind")
    for number, target in enumerate(TARGETS):
        classes = classes.replace(f",{target}\n", f",{number % 2}\n")
    summary, _ = made(tmp_path / "b", "p.csv", classes, dataset={"label": "kind"})
    assert {each.label for each in summary.counts} == {"0", "1"}


def test_a_target_that_is_no_number_is_told(tmp_path: Path) -> None:
    made(tmp_path, "p.ts", REGRESSION.replace(f":{TARGETS[1]}", ":much"))
    assert "its target 'much' is no number" in failures(tmp_path / "out")["p.ts#1"]


WHOLE = [1964, 2089, 2739, 3912, 5264, 6107, 7101, 9972, 4120, 1583, 8876, 3305]


def _whole_tables() -> dict[str, tuple[str | bytes, dict[str, str]]]:
    """Return files whose labels are whole numbers, and what is told of them."""
    cells = lines(VALUES, map(str, WHOLE)).replace(":", ",")
    head = ",".join(f"t{number}" for number in range(6))
    rows = [
        f"{n},{place},{value:.2f},{WHOLE[n]}\n"
        for n, row in enumerate(VALUES)
        for place, value in enumerate(row)
    ]
    return {
        "p.csv": (f"{head},price\n{cells}", {"label": "price"}),
        "long.csv": ("id,time,v,price\n" + "".join(rows), {"label": "price", "id": "id"}),
        "p.npz": (npz(X=np.array(VALUES), y=np.array(WHOLE)), {"label": "y"}),
    }


@pytest.mark.parametrize("name", ["p.csv", "long.csv", "p.npz"])
def test_whole_numbers_are_told_and_a_key_says_what_they_are(tmp_path: Path, name: str) -> None:
    data, told = _whole_tables()[name]
    label = told["label"]
    summary, _ = made(tmp_path, name, data, dataset=told)
    assert len({each.label for each in summary.counts}) == 12
    (note,) = [each for each in summary.notes if "labels are 12 different numbers" in each]
    assert f"`columns: {{{label}: number}}`" in note
    classes = {**told, "columns": {label: "category"}}
    summary, _ = made(tmp_path / "classes", name, data, dataset=classes)
    assert not any("different numbers" in each for each in summary.notes)
    numbers = {**told, "columns": {label: "number"}}
    summary, after = made(tmp_path / "numbers", name, data, dataset=numbers, steps=["mixup"])
    assert [each.label for each in summary.counts] == [None]
    assert not any("different numbers" in each for each in summary.notes)
    if name == "p.npz":
        mixed = np.load(io.BytesIO(after))["y"][12:].tolist()
    else:
        ends = after.decode().splitlines()[-12:]
        mixed = [int(line.rpartition(",")[2]) for line in ends]
    assert all(min(WHOLE) <= value <= max(WHOLE) for value in mixed)
    assert {*mixed} - {*WHOLE}


def test_a_class_among_numbers_to_predict_is_told(tmp_path: Path) -> None:
    data, _ = _whole_tables()["p.csv"]
    told = {"label": "price", "columns": {"price": "number"}}
    made(tmp_path, "p.csv", str(data).replace(",2089\n", ",much\n"), dataset=told)
    assert "its target 'much' is no number" in failures(tmp_path / "out")["p.csv#1"]


def test_what_columns_says_of_another_column_than_the_label_is_refused(tmp_path: Path) -> None:
    data, _ = _whole_tables()["p.csv"]
    with pytest.raises(RecipeError, match="'t0' has to be named by `label`"):
        made(tmp_path, "p.csv", data, dataset={"label": "price", "columns": {"t0": "number"}})


@pytest.mark.parametrize(
    ("kind", "targets"),
    [
        ("real", ["1.5", "2.5", "3.0", "3.5"] * 3),
        ("REAL", ["1", "2"] * 6),
        ("numeric", ["2.25", "3.5", "0", "4", "1"]),
        ("numeric", ["1.5", "2.5"] * 6),
    ],
)
def test_targets_of_arff_are_what_their_attribute_says(
    tmp_path: Path, kind: str, targets: list[str]
) -> None:
    cells = lines(VALUES[: len(targets)], targets).replace(":", ",")
    text = ARFF.replace("kind {p,q}", f"yield {kind}") + cells
    summary, _ = made(tmp_path, "p.arff", text)
    assert [each.label for each in summary.counts] == [None]
    told = {"label": "yield", "columns": {"yield": "category"}}
    summary, _ = made(tmp_path / "b", "p.arff", text, dataset=told)
    assert {each.label for each in summary.counts} == {*targets}
