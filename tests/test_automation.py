"""The action, the hook and the examples for build tools, run by hand as those would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from helpers import environment, make_photos, write, write_recipe

import augcli

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/automation.md").read_text("utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with the dataset and the recipe that the examples name."""
    make_photos(tmp_path / "data/photos", {"train/cat": 2})
    recipe = write_recipe(tmp_path / "data/photos", tmp_path / "build/photos", copies=1)
    write(tmp_path / "recipes/photos.yaml", recipe.read_text("utf-8"))
    return tmp_path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with the recipe that the examples name, and a few of its photos."""
    many = shutil.ignore_patterns("*[4-9].jpg", "*[1-9]?.jpg")
    shutil.copytree(ROOT / "sample_data/photos", tmp_path / "sample_data/photos", ignore=many)
    write(tmp_path / "recipes/photos.yaml", (ROOT / "recipes/photos.yaml").read_text("utf-8"))
    return tmp_path


def shell(command: str, cwd: Path, **told: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a job's shell does, with the commands of this environment."""
    return started(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command], cwd, told)


def step(name: str, cwd: Path, inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step of the action by the shell that it names, as a runner does."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    asked = {key: str(each.get("default", "")) for key, each in action["inputs"].items()} | inputs
    (told,) = (each for each in action["runs"]["steps"] if each.get("name") == name)
    env = {
        key: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: asked[found[1]], value)
        for key, value in told["env"].items()
    }
    env |= {"RUNNER_TEMP": str(cwd), "GITHUB_OUTPUT": str(cwd / "outputs")}
    if told["shell"] == "python":
        return started([sys.executable, "-c", told["run"]], cwd, env)
    return shell(told["run"], cwd, **env)


def started(
    command: list[str], cwd: Path, told: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(PATH=path, **told),
        capture_output=True,
        text=True,
        check=False,
    )


def example(title: str) -> str:
    (block,) = re.findall(
        rf"(?s)## {title}\n.*?```\w+[^\n]*\n(.*?)```", PAGE.split("\n## Metadata")[0]
    )
    return str(block)


def used() -> dict[str, str]:
    """Return the inputs that the page's example gives to the action."""
    steps = yaml.safe_load(example("GitHub Actions"))["jobs"]["augment"]["steps"]
    (inputs,) = (each["with"] for each in steps if "with" in each)
    return dict(inputs)


def test_the_example_checks_and_runs_and_names_the_manifest(checkout: Path) -> None:
    for name in ("check", "run"):
        done = step(name, checkout, used())
        assert done.returncode == 0, done.stdout + done.stderr
    manifest = checkout / "build/photos/manifest.jsonl"
    assert (checkout / "outputs").read_text("utf-8") == f"manifest={manifest}\n"
    assert manifest.exists()


def test_broken_inputs_that_the_recipe_allows_for_end_no_job(project: Path) -> None:
    write(project / "data/photos/train/cat/broken.png", "no picture")
    recipe = {"recipe": "recipes/photos.yaml"}
    assert step("check", project, recipe).returncode == 1
    assert step("run", project, recipe).returncode == 3
    told = {"copies": 1, "max_failures": 1}
    allowing = write_recipe(project / "data/photos", project / "build/photos", **told)
    write(project / "recipes/photos.yaml", allowing.read_text("utf-8"))
    assert step("check", project, recipe).returncode == 0
    assert step("run", project, recipe).returncode == 0
    assert step("check", project, recipe | {"strict": "true"}).returncode == 1


def test_arguments_of_the_action_are_quoted_as_in_a_shell(project: Path) -> None:
    inputs = {"recipe": "recipes/photos.yaml", "arguments": "--set copies=2 -o 'my photos'"}
    assert step("run", project, inputs).returncode == 0
    told = (project / "outputs").read_text("utf-8")
    assert told == f"manifest={project}/my photos/manifest.jsonl\n"
    assert len((project / "my photos/manifest.jsonl").read_text("utf-8").splitlines()) == 6
    done = step("run", project, inputs | {"arguments": "-o 'my photos"})
    assert (done.returncode, done.stderr) == (1, "arguments: No closing quotation\n")


def test_the_action_fails_where_check_or_run_fails_and_takes_no_words_for_commands(
    project: Path,
) -> None:
    assert step("check", project, {"recipe": "recipes/none.yaml"}).returncode == 2
    inputs = {"recipe": "recipes/photos.yaml", "arguments": "; touch harm"}
    assert step("run", project, inputs).returncode == 2
    assert not (project / "harm").exists()


def test_the_action_and_its_example_agree_on_inputs() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert used().keys() <= action["inputs"].keys()
    assert action["outputs"].keys() == {"manifest"}


def test_make_runs_what_changed_and_nothing_else(project: Path) -> None:
    rule = "model: build/photos/manifest.jsonl\n\ttouch model\n"
    write(project / "Makefile", example("Make") + rule)
    assert shutil.which("make")
    for trained, made in ((True, 4), (False, 0)):
        told = shell("make model", project).stdout
        assert f"{made} files made" in told
        assert ("touch model" in told) == trained
    make_photos(project / "data/photos", {"train/dog": 1})
    assert "touch model" in shell("make model", project).stdout
    write(project / "data/photos/train/dog/broken.png", "no picture")
    assert shell("make model", project).returncode == shell("make model", project).returncode == 2


def test_the_hook_names_all_recipes_that_are_wrong(project: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    wrong = write(project / "recipes/wrong.yaml", "version: 1\nsteps: [rotat]\n")
    assert re.search(hook["files"], "recipes/photos.yaml")
    assert shell(f"{hook['entry']} recipes/photos.yaml", project).returncode == 0
    other = write(project / "recipes/other.yaml", "version: 1\nsteps: [flp]\n")
    names = f"recipes/photos.yaml recipes/{wrong.name} recipes/{other.name}"
    done = shell(f"{hook['entry']} {names}", project)
    assert done.returncode == 1
    assert all(each.name in done.stdout + done.stderr for each in (wrong, other))
    (repository,) = yaml.safe_load(example("pre-commit"))["repos"]
    assert repository["hooks"] == [{"id": hook["id"]}]


@pytest.mark.parametrize("tool", ["GitLab", "DVC"])
def test_the_commands_of_other_tools_run(checkout: Path, tool: str) -> None:
    told = yaml.safe_load(example(tool))
    commands = (
        told["augment"]["script"][1:] if tool == "GitLab" else [told["stages"]["augment"]["cmd"]]
    )
    for command in commands:
        done = shell(command, checkout)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (checkout / "build/photos/run.json").exists()


def test_a_tag_that_is_the_version_is_released_without_a_secret(project: Path) -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    shutil.copy(ROOT / "pyproject.toml", project)
    (check,) = (each["run"] for each in jobs["build"]["steps"] if "tag" in each.get("name", ""))
    for tag, code in [(f"v{augcli.__version__}", 0), ("v9.9.9", 1)]:
        assert shell(check, project, GITHUB_REF_NAME=tag).returncode == code
    makefile = (ROOT / "Makefile").read_text("utf-8")
    called = [each["run"].split()[1:] for each in jobs["build"]["steps"] if "make" in str(each)]
    assert all(f"\n{target}:" in makefile for targets in called for target in targets)
    assert "secrets." not in text
    assert [name for name, job in jobs.items() if "permissions" in job] == ["publish"]
