"""The guide's files of steps do what it says, recipe and all; packages declare steps, too."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import augment, finished, forget_plugins, lines_of, manifest, run, write

import augcli

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs/plugins.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    forget_plugins()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files and the recipe of the guide, and what that is about."""
    for text in re.findall(r"(?s)```python\n(.*?)```", GUIDE):
        write(tmp_path / text.split('"""')[1], text)
    for name, text in re.findall(r"(?s)```yaml\n# (\S+)\n(.*?)```", GUIDE):
        write(tmp_path / name, text)
    for name in ("cones", "reviews"):
        shutil.copytree(ROOT / "sample_data" / name, tmp_path / name)
    shutil.copy(ROOT / "sample_data/tables/penguins.csv", tmp_path)
    return tmp_path


NEW = {
    "penguins": (["build/penguins/penguins.csv", 400], "made by any_pair"),
    "reviews": (["build/reviews/train.pos", 60], "exclaim"),
}
"""A new row of each, and what explain tells of it."""


@pytest.mark.parametrize("name", NEW)
def test_the_recipes_of_the_guide_run_as_they_are_printed(folder: Path, name: str) -> None:
    done = augment("run", f"{name}.yaml", "-j", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    row, told = NEW[name]
    assert told in augment("explain", *row, cwd=folder).stdout


@pytest.mark.parametrize("file", ["my_steps.py", "my_words.py"])
def test_the_steps_of_the_guide_keep_all_promises(folder: Path, file: str) -> None:
    told = augment("test-plugin", folder / file)
    assert told.stdout.splitlines() == [f"{'squeeze' if 'steps' in file else 'exclaim'}: ok"]


BREAKS = {
    "keys alone": ("gaps(keys)", "__import__('numpy').random.rand(len(keys))"),
    "other classes": ("space.rows[space.members(label)]", "space.rows"),
    "have changed": ("which, copy =", "space.table.numbers[0][:] = 0; which, copy ="),
    "docstring": ('"""New rows on the way', '__doc__ = ""; """'),
}


@pytest.mark.parametrize("told", BREAKS)
def test_a_method_of_the_guide_keeps_all_promises_and_one_that_does_not_is_told(
    folder: Path, told: str
) -> None:
    file = folder / "my_methods.py"
    done = augment("test-plugin", file)
    assert (done.returncode, done.stdout) == (0, "any_pair: ok\n"), done.output
    text = file.read_text("utf-8")
    write(file, text.replace(*BREAKS[told]))
    done = augment("test-plugin", file)
    assert done.returncode == 1
    assert told in done.stdout


def test_boxes_are_squeezed_with_their_picture(folder: Path) -> None:
    recipe = augcli.load_recipe(folder / "cones.yaml")
    assert augcli.run(recipe, jobs=1).exit_code == 0
    lines = manifest(folder / "build/cones")
    originals = {line["source"]: line for line in lines if line["copy"] is None}
    seen = 0
    for line in (line for line in lines if line["steps"]):
        factor = line["steps"][0]["params"]["factor"]
        boxes = zip(originals[line["source"]]["targets"], line["targets"], strict=False)
        for before, after in boxes:
            width = [each["box"][2] - each["box"][0] for each in (before, after)]
            assert abs(width[1] - factor * width[0]) < 0.01
            seen += 1
    assert seen


def test_a_method_of_ones_own_balances_and_needs_no_file_for_a_replay(folder: Path) -> None:
    rows = [f"{n}.{n % 7},{n % 5}.5,{'ab'[n % 4 == 0]}" for n in range(24)]
    write(folder / "t.csv", "\n".join(["x,y,label", *rows, ""]))
    told = {"dataset": {"kind": "tabular", "label": "label"}, "copies": 0, "steps": []}
    told |= {"plugins": ["my_methods.py"], "balance": {"method": "any_pair", "target": "max"}}
    summary = run(folder / "t.csv", folder / "out", **told)
    assert [count.after for count in summary.counts] == [18, 18]
    assert run(folder / "t.csv", folder / "out", **told).made == 0
    assert augment("replay", folder / "out", "-o", folder / "again").returncode == 0
    assert (folder / "again/t.csv").read_bytes() == (folder / "out/t.csv").read_bytes()
    text = (folder / "my_methods.py").read_text()
    write(folder / "my_methods.py", text.replace("gaps(keys)", "0.5 * gaps(keys)"))
    assert run(folder / "t.csv", folder / "out", **told).made > 0


def test_full_stops_become_exclamation_marks(folder: Path) -> None:
    write(folder / "t.csv", "text,label\nIt works. It does. Well.,a\nNo. Not now. Later.,b\n")
    dataset = {"kind": "text", "text": "text", "label": "label"}
    told = {"plugins": ["my_words.py"], "steps": ["exclaim"], "dataset": dataset}
    assert run(folder / "t.csv", folder / "out", **told).exit_code == 0
    new = (folder / "out/t.csv").read_text().splitlines()[3:]
    assert len(new) == 4
    assert all("!" in line for line in new)


PACKAGE = {
    "my_package/__init__.py": "",
    "my_package/steps.py": """
from augcli.text.transform import TextTransform
from augcli.transform import register

@register
class Louder(TextTransform):
    'Capitals.'
    def edits(self, draws, document):
        return [[0, len(document.text), document.text.upper()]]
""",
    "my_package-1.2.dist-info/METADATA": "Metadata-Version: 2.1\nName: my-package\nVersion: 1.2\n",
    "my_package-1.2.dist-info/entry_points.txt": "[augcli.steps]\nmine = my_package.steps\n",
}


def test_a_package_declares_steps(tmp_path: Path) -> None:
    for name, text in PACKAGE.items():
        write(tmp_path / "site" / name, text)
    write(tmp_path / "t.csv", "text,label\nquiet,a\nstill,b\n")
    dataset = {"kind": "text", "text": "text", "label": "label"}
    told = {"version": 1, "dataset": {"path": "t.csv", **dataset}, "output": {"path": "out"}}
    recipe = write(tmp_path / "r.yaml", json.dumps(told | {"copies": 1, "steps": ["louder"]}))
    env = {"PYTHONPATH": f"{tmp_path / 'site'}:{ROOT}"}
    command = "import sys; from augcli.cli.main import main; main()"

    def called(*words: object) -> str:
        done = finished([sys.executable, "-c", command, *map(str, words)], env=env, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    called("run", recipe, "-j", 2)
    assert "(of my-package 1.2)" in called("explain", tmp_path / "out/t.csv", 2)
    called("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert (tmp_path / "again/t.csv").read_text().splitlines()[3:] == ["QUIET,a", "STILL,b"]
    assert lines_of(tmp_path / "out/manifest.jsonl")
