"""Files of a dataset that lack the columns of the others: they are told, the others are done."""

from pathlib import Path

import pytest
from helpers import failures, manifest, run, write

from augcli.errors import RecipeError

WORDS = ("what a film", "not a good one", "watch it twice")
ROWS = {
    "tabular": ["x,y,z", *(f"{n}.5,{n % 7},{'no' if n % 3 else 'yes'}" for n in range(30))],
    "text": ["said,z", *(f"{words},{'yes' if words in WORDS[1] else 'no'}" for words in WORDS)],
    "timeseries": [
        "a,b,c,z",
        *(f"{n},{n + 1},{n * 2},{'no' if n % 2 else 'yes'}" for n in range(6)),
    ],
}
STEPS = {"tabular": ["mixup"], "text": ["random_swap"], "timeseries": ["jitter"]}


def made(folder: Path, kind: str, labels: dict[str, str]):
    for name, label in labels.items():
        head, *rows = ROWS[kind]
        write(folder / f"in/{name}.csv", "\n".join([head.replace("z", label), *rows, ""]))
    told = {"kind": kind, "label": "z"} | ({"layout": "wide"} if kind == "timeseries" else {})
    return run(folder / "in", folder / "out", dataset=told, steps=STEPS[kind], copies=1)


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("odd", ["a", "b", "c"])
def test_one_of_several_is_told_wherever_it_stands(tmp_path: Path, kind: str, odd: str) -> None:
    summary = made(tmp_path, kind, dict.fromkeys("abc", "z") | {odd: "w"})
    assert summary.exit_code == 3
    assert [*failures(tmp_path / "out")] == [f"{odd}.csv"]
    assert {each["source"] for each in manifest(tmp_path / "out")} == {
        f"{name}.csv" for name in "abc" if name != odd
    }


@pytest.mark.parametrize("kind", ROWS)
def test_a_column_that_no_file_has_is_the_recipes_fault(tmp_path: Path, kind: str) -> None:
    with pytest.raises(RecipeError, match="no column 'z'"):
        made(tmp_path, kind, dict.fromkeys("abc", "w"))
    assert not (tmp_path / "out/manifest.jsonl").exists()
