"""What new rows look like is seen from augmented rows alone: held-out cells have no say in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from helpers import write
from table_samples import augmented, outcome

from augcli.commands.replay import replay

NAMES = ["width", "count", "flag", "code", "colour", "day", "kind"]
TRAIN = [
    [f"{n % 7}.{n % 10}", f"{n % 9}", f"{n % 2}", f"{n}", "red" if n % 3 else "blue",
     f"2024-03-{10 + n % 9}", "a" if n % 3 else "b"]
    for n in range(40)
]  # fmt: skip
HELD = [["1.5", "4", "1", f"{n}", "red", "2024-03-12", "a"] for n in range(40, 70)]
CHANGES = {
    "more decimals": {"width": "1.23456789"},
    "an exponent": {"width": "1e-7", "count": "3E5"},
    "a fraction": {"count": "0.25", "flag": "0.5", "code": "0.125"},
    "another truth": {"flag": "7"},
    "words": dict.fromkeys(("width", "count", "flag", "code", "day"), "many"),
    "quotes": {"colour": '"red"', "width": '"1.5"'},
    "no value": {"width": "NA", "colour": "?", "day": ""},
    "another date": {"day": "12.03.2024"},
    "a vast number": {"count": "1e200", "code": "99999999999999999999"},
    "leading zeros": {"count": "007", "code": "0040"},
}
STEPS = ["jitter", {"mask": {"share": 0.2}}]


def texts(rows: list[list[str]], mark: str, *, names: bool = True) -> str:
    lines = [NAMES, *rows] if names else rows
    return "".join(mark.join(row) + "\n" for row in lines)


def in_one(folder: Path, held: list[list[str]], mark: str, suffix: str) -> Path:
    """Write a table with a column of splits, held-out rows first."""
    rows = [["fold", *NAMES]]
    rows += [["test", *row] for row in held] + [["train", *row] for row in TRAIN]
    return write(folder / f"in/t.{suffix}", "".join(mark.join(row) + "\n" for row in rows))


def in_two(folder: Path, held: list[list[str]], mark: str, suffix: str) -> Path:
    """Write a table for each split; that of the held-out rows is the first by name."""
    write(folder / f"in/test.{suffix}", texts(held, mark))
    write(folder / f"in/train.{suffix}", texts(TRAIN, mark))
    return folder / "in"


def made(folder: Path, held: list[list[str]], lay: Callable[..., Path], *form: str) -> list[bytes]:
    """Return the lines of train in the output, and see that those held out are as they were."""
    path = lay(folder, held, *form)
    split = "fold" if path.is_file() else None
    told = {"path": str(path), "label": "kind", "split": split}
    done = augmented(folder, told, copies=2, steps=STEPS)
    assert not done.failures
    assert [wrong for _, wrong in replay(folder / "out", folder / "re", None, None)] == [None] * (
        1 if split else 2
    )
    found = outcome(folder)
    if not split:
        assert found[f"test.{form[1]}"] == (path / f"test.{form[1]}").read_bytes()
        return found[f"train.{form[1]}"].splitlines()
    own, lines = path.read_bytes().splitlines(), found[path.name].splitlines()
    assert lines[: len(own)] == own
    return [line for line in lines if line.startswith(b"train")]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[bytes]]:
    """Return what gives the lines of train in the output where nothing is changed."""
    return cache(lambda *lay: made(tmp_path_factory.mktemp("usual"), HELD, *lay))


@pytest.mark.parametrize(
    ("change", "form"),
    [(change, (",", "csv")) for change in CHANGES] + [("words", ("\t", "tsv"))],
    ids=[*CHANGES, "words in tsv"],
)
@pytest.mark.parametrize("lay", [in_one, in_two])
def test_cells_of_a_test_set_change_nothing(
    tmp_path: Path,
    usual: Callable[..., list[bytes]],
    lay: Callable[..., Path],
    form: tuple[str, str],
    change: str,
) -> None:
    expected = usual(lay, *form)
    cells = [[CHANGES[change].get(*each) for each in zip(NAMES, row, strict=True)] for row in HELD]
    assert len(expected) > 2 * len(TRAIN)
    for number, held in enumerate(([cells[0], *HELD[1:]], cells)):
        assert expected == made(tmp_path / str(number), held, lay, *form)


def parquet(folder: Path, odd: float, *, by_column: bool) -> pl.DataFrame:
    """Return the rows of train in the output of tables with types."""
    train = {"width": [n % 7 + 0.5 for n in range(40)], "count": [n % 9 / 1 for n in range(40)]}
    tables = {
        "test": pl.DataFrame(
            {"width": [odd] * 12, "count": [2 * odd] * 12, "kind": ["a", "b"] * 6}
        ),
        "train": pl.DataFrame(train | {"kind": ["a", "b"] * 20}),
    }
    (folder / "in").mkdir(parents=True)
    if by_column:
        whole = pl.concat(table.with_columns(fold=pl.lit(name)) for name, table in tables.items())
        whole.write_parquet(folder / "in/train.parquet")
    else:
        for name, table in tables.items():
            table.write_parquet(folder / f"in/{name}.parquet")
    told = {"path": str(folder / "in"), "label": "kind", "split": "fold" if by_column else None}
    assert not augmented(folder, told, copies=2, steps=["jitter"]).failures
    out = pl.read_parquet(folder / "out/train.parquet")
    return out.filter(pl.col("fold") == "train") if by_column else out


@pytest.mark.parametrize("by_column", [True, False])
def test_values_of_a_test_set_in_parquet_change_nothing(tmp_path: Path, *, by_column: bool) -> None:
    usual = parquet(tmp_path / "usual", 1.5, by_column=by_column)
    assert usual.height == 120
    for odd in (1.23456789, 1e300):
        assert usual.equals(parquet(tmp_path / str(odd), odd, by_column=by_column))


def test_a_test_set_of_other_types_passes_as_it_is(tmp_path: Path) -> None:
    train = pl.DataFrame({"width": [n / 4 for n in range(40)], "kind": ["a", "b"] * 20})
    odd = pl.Series("width", [["a", "b"], None]), pl.Series("width", ["many", "1.1"])
    found = []
    for number, column in enumerate((pl.Series("width", [1.1, 2.1]), *odd)):
        folder = tmp_path / str(number)
        (folder / "in").mkdir(parents=True)
        test = pl.DataFrame([column, pl.Series("kind", ["a", "b"])])
        test.write_parquet(folder / "in/test.parquet")
        train.write_parquet(folder / "in/train.parquet")
        done = augmented(
            folder, {"path": str(folder / "in"), "label": "kind"}, copies=1, steps=["jitter"]
        )
        assert not done.failures
        assert pl.read_parquet(folder / "out/test.parquet").equals(test)
        found.append(outcome(folder)["train.parquet"])
    assert found[0] == found[1] == found[2]


def test_commas_of_a_test_set_are_no_commas_of_train(tmp_path: Path) -> None:
    train = [f"{n}.5;{n % 5}.25;{'ab'[n % 2]};train" for n in range(20)]
    outcomes = []
    for number, odd in enumerate(("1.5", "1,5")):
        held = [f"{odd};{odd};a;test" for _ in range(60)]
        text = "\n".join(["w;v;kind;fold", *held, *train]) + "\n"
        table = write(tmp_path / f"{number}/t.csv", text)
        told = {"path": str(table), "label": "kind", "split": "fold"}
        augmented(tmp_path / str(number), told, copies=1, steps=["jitter"])
        lines = (tmp_path / str(number) / "out/t.csv").read_text().splitlines()
        outcomes.append([line for line in lines if line.endswith("train")])
    assert outcomes[0] == outcomes[1]
    assert not any("," in line for line in outcomes[0])


def test_rows_that_are_held_out_are_told_where_they_are_unlike_train(tmp_path: Path) -> None:
    table = in_one(tmp_path, [["many", *HELD[0][1:]], *HELD[1:]], ",", "csv")
    told = {"path": str(table), "label": "kind", "split": "fold"}
    done = augmented(tmp_path, told, copies=1)
    assert not done.failures
    (note,) = (each for each in done.notes if "of other splits" in each)
    assert "1 row of other splits stays as it is" in note
    assert "column 'width': 'many' is not a finite number" in note
