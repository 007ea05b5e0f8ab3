"""What the tests of whole runs share: tiny datasets, recipes, runs, and trees to compare."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from served import commands

from augcli.engines.local import make_engine
from augcli.foreign import is_plugin
from augcli.recipe import read_recipe
from augcli.reports.report import Summary
from augcli.rows.tables import ASIDES
from augcli.run import run as run_recipe
from augcli.tabular.methods.base import KNOWN
from augcli.transform import REGISTRY

STEPS = [{"horizontal_flip": {"p": 0.5}}, {"rotate": {"degrees": [-20, 20]}}]
COMMAND = [sys.executable, "-m", "augcli"]


def picture(seed: int, extension: str = ".png", size: tuple[int, int] = (16, 20)) -> bytes:
    """Return a small picture file; another seed, another picture."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    done, file = cv2.imencode(extension, cv2.blur(pixels, (5, 5)))
    assert done
    return file.tobytes()


def write(path: Path, data: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def make_photos(root: Path, counts: dict[str, int], extension: str = ".png") -> Path:
    """Write so many pictures into each folder: `{"train/cat": 3}` makes train/cat/00.png …"""
    for folder, count in counts.items():
        for number in range(count):
            seed = int.from_bytes(hashlib.sha256(f"{folder}/{number}".encode()).digest()[:4])
            write(root / folder / f"{number:02d}{extension}", picture(seed, extension))
    return root


def recipe_text(dataset: Path, output: Path, /, **changes: Any) -> str:
    """Return a recipe as JSON, which is YAML; `changes` replace its keys or add to its mappings."""
    recipe: dict[str, Any] = {
        "version": 1,
        "seed": 7,
        "dataset": {"path": str(dataset), "kind": "image"},
        "output": {"path": str(output)},
        "copies": 2,
        "steps": STEPS,
    }
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(recipe.get(key), dict)
        recipe[key] = recipe[key] | value if both else value
    return json.dumps(recipe, indent=1)


def write_recipe(dataset: Path, output: Path, /, **changes: Any) -> Path:
    """Write a recipe beside its output, and return its path."""
    text = recipe_text(dataset, output, **changes)
    return write(output.with_name(f"{output.name}.yaml"), text)


def run(
    dataset: Path,
    output: Path,
    /,
    jobs: int = 1,
    *,
    force: bool = False,
    verify: bool = False,
    **changes: Any,
) -> Summary:
    """Run a recipe in this process (workers are processes if `jobs` is over 1)."""
    recipe = read_recipe(str(write_recipe(dataset, output, **changes)))
    engine = make_engine(jobs, recipe.timeout)
    return run_recipe(recipe, engine, lambda _done, _total: None, force=force, verify=verify)


def augment(*words: object, **options: Any) -> Any:
    """Run the command line to its end: served, unless it is to have an environment of its own."""
    if options.keys() <= {"input", "cwd", "first"}:
        return commands()(*words, **options)
    return finished([*COMMAND, *map(str, words)], **options)


def finished(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run any command to its end, with one worker unless it says otherwise."""
    options = {"capture_output": True, "text": True, "timeout": 120} | options
    options.setdefault("env", environment(AUGMENT_JOBS="1"))
    return subprocess.run(command, check=False, **options)


def start(*words: object, **options: Any) -> subprocess.Popen[str]:
    """Start the command line in a process group of its own."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    options = pipes | {"start_new_session": True} | options
    return subprocess.Popen([*COMMAND, *map(str, words)], **options)


def tree(folder: Path) -> dict[str, str]:
    """Return what an output folder holds, by hash; run.json and augment's own files left out."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name.startswith(".augment") or name == "run.json":
            continue
        found[name] = "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def manifest(output: Path) -> list[dict[str, Any]]:
    return lines_of(output / "manifest.jsonl")


def written(output: Path) -> dict[str, str]:
    """Return the files that the manifest tells of, those beside outputs too, by hash."""
    lines = manifest(output)
    files = {each["output"]: each["sha256"] for each in lines}
    return files | {name: sha for each in lines for name, sha in each.get("beside", {}).items()}


def replayed(output: Path) -> dict[str, str]:
    """Return the files that a replay makes again, by hash: those, and what lists all outputs."""
    told = json.loads((output / "run.json").read_text())
    files, own = told["summary"]["files"], ("manifest.jsonl", "failures.jsonl", *ASIDES)
    is_whole = told["recipe"]["output"]["layout"] == "files"
    return written(output) | {n: files[n] for n in files if is_whole and n not in own}


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def failures(output: Path) -> dict[str, str]:
    """Return source → reason."""
    path = output / "failures.jsonl"
    if not path.exists():
        return {}
    return {each["source"]: each["reason"] for each in lines_of(path)}


def leftovers(output: Path) -> list[str]:
    """Return what a finished run must not leave among augment's own files."""
    own = output / ".augment"
    return [
        str(path.relative_to(own))
        for folder in ("batches", "shards", "scratch", "blocks")
        for path in (own / folder).iterdir()
    ]


def copies_of(output: Path) -> dict[str, int]:
    """Return how many copies each source got."""
    counts: dict[str, int] = {}
    for record in manifest(output):
        counts.setdefault(record["source"], 0)
        counts[record["source"]] += record["copy"] is not None
    return counts


def class_counts(output: Path) -> dict[tuple[str, str], int]:
    """Return how many files there are for each (split, class), counted on disk."""
    counts: dict[tuple[str, str], int] = {}
    for record in manifest(output):
        assert (output / record["output"]).is_file()
        group = (record["split"], record["label"])
        counts[group] = counts.get(group, 0) + 1
    return counts


def children(pid: int) -> list[int]:
    """Return the living processes below one, from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(stat.parent.name)
            found += [child, *children(child)]
    return found


def group_members(group: int) -> list[int]:
    """Return the living processes of a process group; with a thread left, files are still open."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and (fields[0] != "Z" or int(fields[17]) > 1):
            found.append(int(stat.parent.name))
    return found


def environment(**changes: str) -> dict[str, str]:
    return os.environ | changes


def forget_plugins() -> None:
    """Have the registries hold no steps and methods of files that recipes named."""
    known: tuple[dict[Any, Any], ...] = (REGISTRY._known, KNOWN)
    for registry in known:
        for key in [key for key, cls in registry.items() if is_plugin(cls)]:
            del registry[key]
