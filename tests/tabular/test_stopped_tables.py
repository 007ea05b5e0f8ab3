"""A table that is stopped goes on with the block that it was stopped in."""

import pytest
from helpers import run, tree, write, write_recipe
from stopped import Stopped

from augcli.errors import StoppedError
from augcli.nearest import in_blocks, search
from augcli.recipe import read_recipe
from augcli.run import run as run_recipe
from augcli.tabular.writing import output

RECIPE = {
    "dataset": {"kind": "tabular", "label": "kind"},
    "balance": {"method": "smote", "target": "max"},
    "steps": [{"jitter": {"sigma": 0.1}}],
}
ROWS = "".join(f"{n / 7:.3f},{n * n % 101},{'ab'[n % 5 == 0]}\n" for n in range(200))


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "_FEW", 0)  # by trees, though these are few
    monkeypatch.setattr(in_blocks, "_DISTANCES", 400)
    monkeypatch.setattr(output, "_CELLS", 16 * 3)
    path = tmp_path / "table.csv"
    write(path, "x,y,kind\n" + ROWS)
    return path


@pytest.mark.parametrize(
    "place", [(search, "_by_tree"), (output, "made")], ids=["searched", "written"]
)
def test_no_block_is_made_twice(table, tmp_path, monkeypatch, place):
    calls, real = [], getattr(*place)
    monkeypatch.setattr(*place, lambda *a, **k: calls.append(0) or real(*a, **k))
    run(table, tmp_path / "expected", **RECIPE)
    once = len(calls)
    for stop in (2, 4, 7, 9):
        calls.clear()
        output = tmp_path / f"{stop}"
        recipe = read_recipe(str(write_recipe(table, output, **RECIPE)))
        with pytest.raises(StoppedError):
            run_recipe(recipe, Stopped(stop), lambda _done, _total: None)
        run(table, output, **RECIPE)
        assert len(calls) == once > 3
        assert tree(output) == tree(tmp_path / "expected")
