"""What `import augcli` offers: the same as the commands, in any thread, with steps of one's own."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers import make_photos, tree, write, write_recipe
from helpers import run as run_directly
from seeds import SEEDS

import augcli
import augcli.api
from augcli.errors import RecipeError

OWN_STEP = """
from augcli.image.operations.ops import Op
from augcli.image.transform import ImageTransform
from augcli.image.transforms.geometry import HorizontalFlip
from augcli.transform import register

@register
class OwnMirror(HorizontalFlip):
    "Mirror."
"""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "in", {"train/cat": 3, "train/dog": 1, "val/cat": 1})


def test_a_run_in_a_thread_gives_what_a_run_gives(tmp_path: Path, photos: Path) -> None:
    run_directly(photos, tmp_path / "expected")
    recipe = augcli.load_recipe(write_recipe(photos, tmp_path / "out"))
    summaries = []
    thread = threading.Thread(target=lambda: summaries.append(augcli.run(recipe, jobs=2)))
    thread.start()
    thread.join()
    assert [summary.exit_code for summary in summaries] == [0]
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


def test_two_threads_with_two_recipes_do_not_meet(tmp_path: Path) -> None:
    write(tmp_path / "own_steps.py", OWN_STEP)
    recipes = []
    for name in ("image list", "text csv"):
        seed = SEEDS[name]
        recipe = {**seed.recipe, **({"steps": ["own_mirror"]} if seed.kind == "image" else {})}
        dataset = seed.written(tmp_path / seed.kind / "in")
        recipes.append(write_recipe(dataset, tmp_path / seed.kind / "out", **recipe))
    code = (
        "import sys, threading, augcli, own_steps\n"
        "recipes = [augcli.load_recipe(each) for each in sys.argv[1:]]\n"
        "made = {}\n"
        "def work(recipe):\n"
        "    made[recipe.dataset.kind] = augcli.run(recipe, jobs=2).made\n"
        "threads = [threading.Thread(target=work, args=[each]) for each in recipes]\n"
        "[each.start() for each in threads]\n"
        "[each.join() for each in threads]\n"
        "print(sorted(made.items()))\n"
        "print([augcli.run(each, jobs=1, force=True).made for each in recipes])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, recipes)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{tmp_path}:{Path(augcli.__file__).parents[1]}"},
        check=True,
    )
    assert done.stdout == "[('image', 7), ('text', 5)]\n[7, 5]\n", done.stderr


def test_what_progress_raises_ends_a_run_and_the_next_goes_on(tmp_path: Path, photos: Path) -> None:
    run_directly(photos, tmp_path / "expected")
    recipe = augcli.load_recipe(write_recipe(photos, tmp_path / "out"))

    def stop(_done: int, _total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        augcli.run(recipe, jobs=2, progress=stop)
    assert not (tmp_path / "out/manifest.jsonl").exists()
    assert augcli.run(recipe, jobs=2).exit_code == 0
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


def scripts() -> str:
    """Return the programs in the guide, one after the other."""
    page = (Path(__file__).parent.parent / "docs/python.md").read_text("utf-8")
    return "\n".join(re.findall(r"(?s)```python\n(.*?)```", page))


def test_the_programs_in_the_guide_run(tmp_path: Path, photos: Path) -> None:
    black = cv2.imencode(".png", np.zeros((16, 20, 3), np.uint8))[1].tobytes()
    write(photos / "train/dog/night.png", black)
    write_recipe(photos, tmp_path / "recipe")
    env = {"PYTHONPATH": str(Path(augcli.__file__).parents[1])}
    command = [sys.executable, "-c", scripts()]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "6 0 True\n" in done.stdout
    assert "train cat 3 9\n" in done.stdout
    reason = "train/dog/night.png 2 copies of it cannot be made: step 'fade': too dark to be faded"
    assert reason in done.stdout
    assert (tmp_path / "faded/train/dog/night.png").exists()
    assert (tmp_path / "build/more/manifest.jsonl").exists()


def test_the_examples_of_functions_are_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = make_photos(tmp_path / "in", {"train/cat": 2, "train/dog": 1, "val/cat": 2})
    recipe = write_recipe(photos, tmp_path / "out", steps=["horizontal_flip"], copies=1)
    recipe.rename(tmp_path / "recipe.yaml")
    monkeypatch.chdir(tmp_path)
    assert not doctest.testmod(augcli.api).failed
    shown = {test.name for test in doctest.DocTestFinder().find(augcli.api) if test.examples}
    assert {f"augcli.api.{name}" for name in augcli.__all__} <= shown


@pytest.mark.types
def test_programs_see_types(tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api")
    assert (Path(augcli.__file__).parent / "py.typed").exists()
    right = write(tmp_path / "right.py", scripts())
    wrong = write(
        tmp_path / "wrong.py",
        "import augcli\n"
        "text: str = augcli.run(augcli.load_recipe('recipe.yaml')).made\n"
        "augcli.plan('recipe.yaml')\n"
        "augcli.running\n",
    )
    options = ["--strict", "--config-file=", f"--cache-dir={tmp_path}", "--no-error-summary"]
    told, _, _ = api.run([*options, str(right), str(wrong)])
    found = [line.rpartition("[")[2] for line in told.splitlines()]
    assert found == ["assignment]", "arg-type]", "attr-defined]"], told


def test_functions_are_not_hidden_by_modules_of_their_names(tmp_path: Path, photos: Path) -> None:
    code = (
        "import sys, augcli, augcli.plan, augcli.run\n"
        "from augcli.work.making import Work\n"
        "recipe = augcli.load_recipe(sys.argv[1])\n"
        "print(augcli.plan(recipe).new, augcli.run(recipe, jobs=1).made, augcli.run(recipe).made)\n"
        "print(augcli.plan(recipe).work_remains, augcli.check(recipe)[0:0], Work.__name__)\n"
    )
    recipe = write_recipe(photos, tmp_path / "out")
    done = subprocess.run(
        [sys.executable, "-c", code, str(recipe)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "5 13 0\nFalse [] Work\n"


def test_check_and_preview_tell_what_the_commands_tell(tmp_path: Path, photos: Path) -> None:
    write(photos / "train/cat/broken.png", b"no picture")
    recipe = augcli.load_recipe(write_recipe(photos, tmp_path / "out"), ["copies=1"], seed=3)
    assert recipe.copies == 1
    assert recipe.seed == 3
    assert "train/cat/broken.png" in [problem.file for problem in augcli.check(recipe)]
    assert augcli.preview(recipe, sources=2, copies=1).startswith(b"\x89PNG")


def test_a_wrong_recipe_raises_with_its_places(tmp_path: Path, photos: Path) -> None:
    with pytest.raises(RecipeError) as found:
        augcli.load_recipe(write_recipe(photos, tmp_path / "out", steps=["horizontal_flop"]))
    assert "horizontal_flip" in found.value.problems[0].message


def test_workers_know_a_step_of_ones_own(tmp_path: Path, photos: Path) -> None:
    write(tmp_path / "own_steps.py", OWN_STEP)
    recipe = write_recipe(photos, tmp_path / "out", steps=["own_mirror"])
    code = (
        "import sys, augcli, own_steps\n"
        "summary = augcli.run(augcli.load_recipe(sys.argv[1]), jobs=2)\n"
        "print(summary.made, summary.exit_code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(recipe)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{Path(augcli.__file__).parents[1]}"},
        check=True,
    )
    assert done.stdout == "13 0\n"


def test_a_step_of_the_main_script_is_refused_where_workers_would_lack_it(
    tmp_path: Path, photos: Path
) -> None:
    recipe = write_recipe(photos, tmp_path / "out", steps=["own_mirror"])
    script = write(
        tmp_path / "script.py",
        f"import sys, augcli\n{OWN_STEP}\n"
        "print(augcli.run(augcli.load_recipe(sys.argv[1]), jobs=int(sys.argv[2])).made)\n",
    )
    env = {"PYTHONPATH": str(Path(augcli.__file__).parents[1])}
    command = [sys.executable, str(script), str(recipe)]
    alone = subprocess.run([*command, "1"], capture_output=True, text=True, env=env, check=False)
    assert alone.stdout == "13\n", alone.stderr
    several = subprocess.run([*command, "2"], capture_output=True, text=True, env=env, check=False)
    assert "move it to a module of its own" in several.stderr


def test_dir_lists_what_is_offered() -> None:
    assert dir(augcli) == sorted([*augcli.__all__, "__version__"])
    assert all(hasattr(augcli, name) for name in dir(augcli))
