"""Files of steps of one's own: run where a recipe names them, and part of what makes outputs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from helpers import (
    augment,
    failures,
    forget_plugins,
    make_photos,
    manifest,
    picture,
    run,
    tree,
    write,
    write_recipe,
)

import augcli
from augcli.errors import RecipeError
from augcli.foreign import aside

FADE = '''
from typing import Annotated
from augcli.image.operations.ops import Pixels
from augcli.image.transform import ImageTransform
from augcli.ranges import Real, Spread, Uniform
from augcli.transform import register

@register
class Fade(ImageTransform):
    """Fade towards black."""

    share: Annotated[Spread, Real(0, 1, "how far", neutral=0)] = Uniform(0.2, 0.6)

    @classmethod
    def lower(cls, params, facts):
        return [Pixels(lambda pixels: (pixels * (1 - params["share"])).astype(pixels.dtype))]
'''
STEPS = [{"fade": {"p": 0.5}}, {"rotate": {}}]


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """Have other tests see nothing of these steps."""
    yield
    forget_plugins()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    write(tmp_path / "my_steps.py", FADE)
    return make_photos(tmp_path / "in", {"train/cat": 3, "train/dog": 2})


def own(photos: Path, jobs: int = 1, **changes: Any) -> Any:
    """Run a recipe that names the file."""
    told = {"plugins": ["my_steps.py"], "steps": STEPS} | changes
    return run(photos, photos.parent / "out", jobs, **told)


def faded(line: dict[str, Any]) -> bool:
    return any(step["name"] == "fade" for step in line["steps"])


def test_outputs_tell_whose_steps_made_them(tmp_path: Path, photos: Path) -> None:
    assert own(photos).exit_code == 0
    steps = [step for line in manifest(tmp_path / "out") for step in line["steps"]]
    assert {
        step.get("plugin", "").partition(":")[0] for step in steps if step["name"] == "fade"
    } == {"my_steps.py sha256"}
    assert all("plugin" not in step for step in steps if step["name"] == "rotate")
    assert own(photos).made == 0


def test_workers_that_are_started_anew_read_the_file(tmp_path: Path, photos: Path) -> None:
    own(photos)
    before = tree(tmp_path / "out")
    recipe = write_recipe(photos, tmp_path / "out", plugins=["my_steps.py"], steps=STEPS)
    assert augment("run", recipe, "-j", 2, "--force", env=None).returncode == 0
    assert tree(tmp_path / "out") == before


def test_one_job_outlives_a_step_that_hangs(tmp_path: Path, photos: Path) -> None:
    hangs = "import time\n        if facts.width == 31: time.sleep(99)\n        return ["
    write(tmp_path / "my_steps.py", FADE.replace("return [", hangs))
    write(photos / "train/cat/odd.png", picture(5, size=(16, 31)))
    told = {"plugins": ["my_steps.py"], "steps": STEPS, "timeout": 2}
    recipe = write_recipe(photos, tmp_path / "out", **told)
    assert augment("run", recipe, "-j", 1).returncode == 3
    assert list(failures(tmp_path / "out")) == ["train/cat/odd.png"]


def test_a_changed_file_makes_its_own_outputs_anew(tmp_path: Path, photos: Path) -> None:
    own(photos)
    lines = manifest(tmp_path / "out")
    write(tmp_path / "my_steps.py", FADE.replace("1 - params", "1.1 - params"))
    assert own(photos).made == sum(map(faded, lines))
    after = manifest(tmp_path / "out")
    changed = [a["sha256"] != b["sha256"] for a, b in zip(lines, after, strict=True)]
    assert changed == [*map(faded, lines)]


def test_a_replay_is_given_the_file_that_it_was(tmp_path: Path, photos: Path) -> None:
    own(photos)
    command = ["replay", tmp_path / "out", "-o", tmp_path / "again"]
    without = augment(*command)
    assert without.returncode == 1
    assert "there is no step 'fade' here: it was of my_steps.py" in without.stdout
    assert "name the file by --plugin" in without.stdout
    file = ["--plugin", tmp_path / "my_steps.py"]
    assert augment(*command, *file).returncode == 0
    assert {*tree(tmp_path / "again").items()} <= {*tree(tmp_path / "out").items()}
    write(tmp_path / "my_steps.py", FADE + "\n")
    changed = augment("replay", tmp_path / "out", "-o", tmp_path / "other", *file)
    assert changed.returncode == 1
    assert "step 'fade' is now of my_steps.py" in changed.stdout


def test_explain_tells_of_the_file(tmp_path: Path, photos: Path) -> None:
    own(photos)
    output = next(line["output"] for line in manifest(tmp_path / "out") if faded(line))
    told = [augment("explain", tmp_path / "out" / output).stdout]
    write(tmp_path / "my_steps.py", FADE + "\n")
    told.append(augment("explain", tmp_path / "out" / output).stdout)
    (tmp_path / "my_steps.py").unlink()
    told.append(augment("explain", tmp_path / "out" / output).stdout)
    assert all("(of my_steps.py sha256:" in each for each in told)
    ends = [each.splitlines()[-1].strip() for each in told]
    assert ends[1:] == [
        "my_steps.py is not what it was",
        f"my_steps.py is not at {tmp_path / 'my_steps.py'}",
    ]
    assert augment("verify", tmp_path / "out").returncode == 0


def test_only_files_below_the_recipe_are_run(tmp_path: Path, photos: Path) -> None:
    outside = write(tmp_path / "elsewhere/evil.py", "raise SystemExit('run')")
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes/link.py").symlink_to(outside)
    write(tmp_path / "recipes/broken.py", "import augcli\n1 / 0\n")
    write(tmp_path / "recipes/twice.py", FADE.replace("Fade", "Rotate"))
    outer = ["../elsewhere/evil.py", str(outside), "link.py", "a\0", f"{'x' * 256}.py"]
    names = [*outer, "gone.py", "broken.py", "twice.py"]
    recipe = write_recipe(photos, tmp_path / "recipes/out", plugins=names, steps=["fade"])
    with pytest.raises(RecipeError) as found:
        augcli.load_recipe(recipe)
    told = [problem.message for problem in found.value.problems]
    assert [("is not in the recipe's folder" in each) for each in told] == [True] * 5 + [False] * 3
    assert "there is no file" in told[5]
    assert told[6].endswith(
        "broken.py cannot be imported: ZeroDivisionError: division by zero (broken.py:2)"
    )
    assert "augment has a step 'rotate' for kind 'image' of its own: call yours other" in told[7]
    lines = [problem.line for problem in found.value.problems]
    assert lines == sorted({*lines})


def test_the_catalogue_and_the_schema_know_it(tmp_path: Path, photos: Path) -> None:
    file = ["--plugin", photos.parent / "my_steps.py"]
    assert "share  [0.2, 0.6]  0 to 1  how far" in augment("transforms", "fade", *file).stdout
    steps = json.loads(augment("schema", *file).stdout)["$defs"]["image_step"]
    assert "fade" in json.dumps(steps)
    assert augment("transforms", "fade").returncode != 0


def test_its_parameters_are_checked_as_ours_are(photos: Path) -> None:
    recipe = write_recipe(
        photos, photos.parent / "out", plugins=["my_steps.py"], steps=[{"fade": {"share": [0, 2]}}]
    )
    with pytest.raises(RecipeError, match="must be between 0 and 1, got 2"):
        augcli.load_recipe(recipe)


ENDED = FADE.replace("return [", "import os; os._exit(9)\n        return [")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["run", "-j", "1"], 3),
        (["plan"], 2),
        (["check"], 2),
        (["preview", "-j", "1", "-o", "p.png"], 2),
    ],
)
def test_a_step_that_ends_its_process_ends_no_command(
    tmp_path: Path, photos: Path, words: list[str], code: int
) -> None:
    write(tmp_path / "my_steps.py", ENDED)
    told = {"plugins": ["my_steps.py"], "steps": ["fade"], "copies": 1}
    recipe = write_recipe(photos, tmp_path / "out", **told)
    done = augment(words[0], recipe, *words[1:], cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert "the worker exited with code 9" in done.stderr


def test_of_a_picture_whose_copy_ends_a_worker_the_original_stays(
    tmp_path: Path, photos: Path
) -> None:
    """As where a step raises; the copy is tried again by the next run."""
    write(tmp_path / "my_steps.py", ENDED)
    recipe = write_recipe(photos, tmp_path / "out", plugins=["my_steps.py"], steps=["fade"])
    assert augment("run", recipe, cwd=tmp_path).returncode == 3
    sources = {each.relative_to(photos).as_posix() for each in photos.rglob("*.*")}
    assert {each["output"] for each in manifest(tmp_path / "out")} == sources
    assert failures(tmp_path / "out").keys() == {*sources}
    before = tree(tmp_path / "out")
    assert augment("run", recipe, cwd=tmp_path).returncode == 3
    assert tree(tmp_path / "out") == before
    write(tmp_path / "my_steps.py", FADE)
    assert augment("run", recipe, cwd=tmp_path).returncode == 0
    assert len(manifest(tmp_path / "out")) > len(sources)


PRINTS = (
    FADE.replace("        return [", "        print('lower')\n        return [")
    + """
    @classmethod
    def model_validate(cls, *told, **named):
        print("validated")
        return super().model_validate(*told, **named)

print("imported")
"""
)


@pytest.mark.parametrize("words", [["run", "-j", "1"], ["run", "-j", "2"], ["plan"], ["check"]])
def test_what_a_step_prints_is_no_data(tmp_path: Path, photos: Path, words: list[str]) -> None:
    write(tmp_path / "my_steps.py", PRINTS)
    told = {"plugins": ["my_steps.py"], "steps": ["fade"], "copies": 1}
    recipe = write_recipe(photos, tmp_path / "out", **told)
    done = augment(words[0], recipe, *words[1:], "--json", cwd=tmp_path)
    json.loads(done.stdout)
    assert {"imported", "validated", "lower"} <= {*done.stderr.splitlines()}


def test_threads_of_a_program_keep_its_stdout() -> None:
    seen = []

    def look() -> None:
        with aside():
            seen.append(sys.stdout)

    thread, before = Thread(target=look), sys.stdout
    thread.start()
    thread.join()
    look()
    assert seen == [before, sys.stderr]
    assert sys.stdout is before
