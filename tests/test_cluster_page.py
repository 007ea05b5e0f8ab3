"""The page about clusters: its commands are commands, its files are such, its script runs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
import yaml
from clusters import BUSY
from helpers import finished, make_photos, tree, write, write_recipe

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


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Return a shell beside a recipe: `ray stop` in it ends nothing but what was begun there."""
    pytest.importorskip("ray", reason="pip install 'augcli[ray]'")
    if shutil.which("unshare") is None or finished([*ALONE, "true"]).returncode:
        pytest.skip("`ray stop` would end all of Ray that runs on this machine")
    photos = make_photos(tmp_path / "in", {"train/cat": 4})
    write_recipe(photos, tmp_path / "out").rename(tmp_path / "recipe.yaml")
    return partial(in_shell, tmp_path)


ALONE = ["unshare", "--pid", "--fork", "--mount-proc"]
Shell = Callable[..., None]


def in_shell(folder: Path, script: str, **told: str) -> None:
    """Run what the page tells, by a port that nobody has, and see that all is made."""
    (port,) = free_ports(1)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    job = write(folder / "job.sh", re.sub(r"(?<=[:=])6379\b", str(port), script))
    ours = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
    environ = ours | {"PATH": path, "HOME": str(folder)} | BUSY | told
    done = finished([*ALONE, "bash", "-e", str(job)], cwd=folder, env=environ, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 files made" in done.stdout
    assert "manifest.jsonl" in tree(folder / "out")


def free_ports(count: int) -> list[int]:
    """Return ports that nobody has."""
    with ExitStack() as held:
        free = [held.enter_context(socket.create_server(("", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in free]


EXPORTED = re.search(r"export RAY_\w+=0 RAY_\w+=\w+", PAGE)


def here() -> str:
    told = subprocess.run(["hostname", "-i"], capture_output=True, text=True, check=True).stdout
    return told.split()[0]


@pytest.mark.cluster
def test_the_script_for_slurm_runs(shell: Shell) -> None:
    slurm = f'srun() {{ "$@"; }}\nscontrol() {{ echo {here()}; }}\n'
    told = {"SLURM_JOB_NODELIST": "here", "SLURM_NNODES": "1", "SLURM_CPUS_PER_TASK": "2"}
    shell(slurm + script(), **told)


@pytest.mark.cluster
def test_the_lines_by_hand_run(shell: Shell) -> None:
    """On two nodes, which are both this machine."""
    by_hand = PAGE.partition("## By hand")[2].partition("\n## ")[0]
    lines = re.findall(r"(?s)```sh\n(.*?)```", by_hand)
    assert len(lines) == 3 and EXPORTED
    shell("\n".join([EXPORTED[0], *lines]).replace("HEAD", here()))


@pytest.mark.cluster
def test_a_job_is_submitted(shell: Shell, tmp_path: Path) -> None:
    pytest.importorskip("ray.dashboard.optional_deps", reason="pip install 'ray[default]'")
    (line,) = re.findall(r"ray job submit .*", PAGE)
    dashboard, agent = free_ports(2)  # another Ray of this machine may have the usual ones
    told = line.replace("HEAD:8265", f"127.0.0.1:{dashboard}").replace("/shared", str(tmp_path))
    start = f"ray start --head --port=6379 --include-dashboard=true --dashboard-port={dashboard}"
    start += f" --dashboard-agent-listen-port={agent}"
    again = f"until {told} > sent 2>&1 || ! grep -q 'No available agent' sent; do :; done\ncat sent"
    shell(f"export RAY_USAGE_STATS_ENABLED=0\n{start}\n{again}\nray stop\n")
