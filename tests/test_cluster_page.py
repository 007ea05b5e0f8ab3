"""The page about clusters: its commands are commands, its files are such, its script runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from helpers import environment, finished, make_photos, tree, write, write_recipe

from augcli.cli import main as cli

PAGE = (Path(__file__).parent.parent / "docs/cluster.md").read_text("utf-8")
COMMAND = re.compile(r"augment (run [^\n]*?--engine[^\n]*)")


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?s)```{language}\n(.*?)```", PAGE)


def script() -> str:
    (told,) = (block for block in blocks("sh") if block.startswith("#!"))
    return str(told)


def test_every_command_is_one() -> None:
    told = COMMAND.findall(PAGE.replace("`", "\n"))
    assert len(told) == 5
    for words in map(shlex.split, told):
        context = cli.augment.make_context("augment", ["run", *words[1:]])
        name, command, rest = cli.augment.resolve_command(context, ["run", *words[1:]])
        parsed = command.make_context(name, rest)
        assert str(parsed.params["place"]).startswith("ray")


def test_the_job_of_kubernetes_is_whole() -> None:
    job = yaml.safe_load(next(block for block in blocks("yaml") if "RayJob" in block))
    cluster = job["spec"]["rayClusterSpec"]
    (workers,) = cluster["workerGroupSpecs"]
    assert cluster["headGroupSpec"]["template"] == workers["template"]
    told = workers["template"]["spec"]
    (mount,), (volume,) = told["containers"][0]["volumeMounts"], told["volumes"]
    assert mount["name"] == volume["name"]
    assert f"{mount['mountPath']}/recipe.yaml" in job["spec"]["entrypoint"]
    assert f"rayproject/ray:{cluster['rayVersion']}-" in blocks("dockerfile")[0]


@pytest.mark.cluster
def test_the_script_for_slurm_runs(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="pip install 'augcli[ray]'")
    photos = make_photos(tmp_path / "in", {"train/cat": 4})
    write_recipe(photos, tmp_path / "out").rename(tmp_path / "recipe.yaml")
    here = subprocess.run(["hostname", "-i"], capture_output=True, text=True, check=True).stdout
    slurm = f'srun() {{ "$@"; }}\nscontrol() {{ echo {here.split()[0]}; }}\n'
    told = {"SLURM_JOB_NODELIST": "here", "SLURM_NNODES": "1", "SLURM_CPUS_PER_TASK": "2"}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    job = write(tmp_path / "job.sh", slurm + script().replace(":6379", ":6399"))
    environ = environment(PATH=path, HOME=str(tmp_path), **told)
    done = finished(["bash", str(job)], cwd=tmp_path, env=environ, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "12 files made" in done.stdout
    assert "manifest.jsonl" in tree(tmp_path / "out")
