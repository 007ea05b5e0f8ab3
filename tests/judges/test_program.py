"""A program of the user's own as a judge: what it is given, what it answers, and how it fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from arrows import MIRROR, arrow, recipe_of
from helpers import augment, write

import augcli
from augcli.commands.answers import answers
from augcli.errors import UsageError

PICTURES = """
import csv, sys
from pathlib import Path
import cv2, numpy as np
train, test, out, seed = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
Path(__file__).with_name("calls.txt").open("a").write(f"{seed}\\n")
told = list(csv.DictReader((train / "labels.csv").open()))
assert not any("left" in p.name or "right" in p.name for p in test.iterdir())
assert {p.suffix for p in test.iterdir()} == {".png"}
see = lambda path: 255.0 - cv2.imread(str(path), 0)
classes = sorted({each["label"] for each in told})
means = [np.mean([see(train / e["file"]) for e in told if e["label"] == c], 0) for c in classes]
with open(out, "w") as file:
    print("id", *classes, sep=",", file=file)
    for path in sorted(test.glob("*.png")):
        away = np.array([np.abs(see(path) - mean).mean() for mean in means])
        chances = np.exp(-away) / np.exp(-away).sum()
        print(path.name, *chances, sep=",", file=file)
"""

ROWS = """
import csv, json, sys
from pathlib import Path
train, test, out, seed = sys.argv[1:]
rows = [row for path in Path(train).rglob("rows.csv") for row in csv.DictReader(path.open())]
asked = [json.loads(line) for line in (Path(test) / "rows.jsonl").open()]
assert not any("price" in row for row in asked)
with open(out, "w") as file:
    print("id,value", file=file)
    for row in asked:
        nearest = min(rows, key=lambda each: abs(float(each["a"]) - float(row["a"])))
        print(row["id"], nearest["price"], sep=",", file=file)
"""


@pytest.fixture(scope="module")
def arrows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("arrows")
    for side in ("left", "right"):
        for seed in range(12):
            write(root / side / f"{seed}.png", arrow(seed, side))
    return root


def test_it_trains_on_what_a_run_writes_and_is_asked_once(arrows: Path, tmp_path: Path) -> None:
    recipe = recipe_of(tmp_path, arrows, copies=1, steps=MIRROR)
    program = write(tmp_path / "train.py", PICTURES)
    told = augcli.evaluate(recipe, repeats=2, train=program)
    assert (told.extent.sources, told.extent.rows) == (24, 44)
    assert [each.name for each in told.opinions] == ["train.py"]
    assert told.opinions[0].without["accuracy"] > told.opinions[0].with_copies["accuracy"]
    assert "as many updates" in told.notes[-1]
    seeds = (tmp_path / "calls.txt").read_text().split()
    assert len(seeds) == 4
    assert len({*seeds}) == 2
    assert augcli.evaluate(recipe, repeats=2, train=program).plain() == told.plain()
    assert (tmp_path / "calls.txt").read_text().split() == seeds


def test_numbers_of_rows_are_told_without_their_column(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    cells = [(each, each**2) for each in generator.uniform(1, 9, 40)]
    text = "".join(f"{a:.3f},{price:.2f}\n" for a, price in cells)
    write(tmp_path / "rows.csv", f"a,price\n{text}")
    dataset = {"kind": "tabular", "label": "price", "columns": {"price": "number"}}
    changes = {"dataset": dataset, "copies": 1, "steps": ["jitter"]}
    recipe = recipe_of(tmp_path, tmp_path / "rows.csv", **changes)
    told = augcli.evaluate(recipe, repeats=2, train=write(tmp_path / "mine.py", ROWS))
    assert told.opinions[0].without["explained"] > 0.8


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import sys; sys.exit('no GPU here')", "failed (exit code 1): no GPU here"),
        ("pass", "wrote no OUT.csv"),
        pytest.param(
            "import time; time.sleep(60)", "took longer than 0.5 s", marks=pytest.mark.faults
        ),
    ],
)
def test_a_program_that_fails_ends_it_and_says_why(
    arrows: Path, tmp_path: Path, text: str, told: str
) -> None:
    recipe_of(tmp_path, arrows, copies=1, steps=[])
    program = write(tmp_path / "train.py", text)
    words = (
        "--repeats",
        "1",
        "--train",
        program,
        "--train-timeout",
        "0.5" if "sleep" in text else 60,
    )
    done = augment("evaluate", tmp_path / "recipe.json", *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "train.py" in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,cat,dgo\n1,0.5,0.5\n", "'dgo', which is no class; did you mean 'dog'?"),
        ("cat,dog\n0.5,0.5\n", "must be id, cat, dog, not cat,dog"),
        ("id,cat,dog\n1,0.5,0.5\n", "no answer on 1 samples, such as 2"),
        ("id,cat,dog\n1,0.5,0.5\n2,-1,2\n", "line 3 of OUT.csv has no probabilities"),
        ("id,cat,dog\n1,0.5,nan\n", "line 2 of OUT.csv has not 2 numbers"),
        ("id,cat,dog\n1,0.5\n", "line 2 of OUT.csv has not 2 numbers"),
    ],
)
def test_what_is_no_answer_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told.replace("?", r"\?")):
        answers(write(tmp_path / "out.csv", text), ["1", "2"], ["cat", "dog"], "train.py")


def test_answers_are_in_the_order_asked_whatever_that_of_lines_and_columns(tmp_path: Path) -> None:
    out = write(tmp_path / "out.csv", "id,dog,cat\n2,1,1\n1,3,1\n")
    told = np.exp(answers(out, ["1", "2"], ["cat", "dog", "fish"], "train.py"))
    np.testing.assert_allclose(told, [[0.25, 0.75, 0], [0.5, 0.5, 0]], atol=1e-9)
