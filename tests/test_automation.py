"""The action, the hook and the examples for build tools, run by hand as those would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

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


def shell(command: str, cwd: Path, **told: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a job's shell does, with the commands of this environment."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
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


def steps() -> dict[str, Any]:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return {step["name"]: step for step in action["runs"]["steps"] if "name" in step}


def test_the_steps_of_the_action_check_and_run_and_name_the_manifest(project: Path) -> None:
    told = {"RECIPE": "recipes/photos.yaml", "STRICT": "false", "ARGUMENTS": "--set copies=2"}
    told |= {"RUNNER_TEMP": str(project), "GITHUB_OUTPUT": str(project / "outputs")}
    for name in ("check", "run"):
        assert told.keys() >= steps()[name]["env"].keys()
        done = shell(steps()[name]["run"], project, **told)
        assert done.returncode == 0, done.stderr
    manifest = project / "build/photos/manifest.jsonl"
    assert (project / "outputs").read_text("utf-8") == f"manifest={manifest}\n"
    assert len(manifest.read_text("utf-8").splitlines()) == 6


def test_the_action_fails_where_check_or_run_fails_and_takes_no_words_for_commands(
    project: Path,
) -> None:
    told = {"RECIPE": "recipes/none.yaml", "STRICT": "true", "ARGUMENTS": "; touch harm"}
    told |= {"RUNNER_TEMP": str(project), "GITHUB_OUTPUT": str(project / "outputs")}
    assert shell(steps()["check"]["run"], project, **told).returncode == 2
    told["RECIPE"] = "recipes/photos.yaml"
    assert shell(steps()["run"]["run"], project, **told).returncode == 2
    assert not (project / "harm").exists()


def test_the_action_and_its_example_agree_on_inputs() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    (used,) = (
        step
        for step in yaml.safe_load(example("GitHub Actions"))["jobs"]["augment"]["steps"]
        if "with" in step
    )
    assert used["with"].keys() <= action["inputs"].keys()
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
    (used,) = yaml.safe_load(example("pre-commit"))["repos"]
    assert used["hooks"] == [{"id": hook["id"]}]


@pytest.mark.parametrize("tool", ["GitLab", "DVC"])
def test_the_commands_of_other_tools_run(project: Path, tool: str) -> None:
    told = yaml.safe_load(example(tool))
    commands = (
        told["augment"]["script"][1:] if tool == "GitLab" else [told["stages"]["augment"]["cmd"]]
    )
    for command in commands:
        done = shell(command.replace("--strict ", ""), project)
        assert done.returncode == 0, done.stderr
    assert (project / "build/photos/run.json").exists()


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
