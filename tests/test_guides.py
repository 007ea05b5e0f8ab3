"""The recipes and command lines of the guides to what learns, generates and judges."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from helpers import failures, make_photos, manifest, run, write, write_recipe

from augcli.cli.main import augment
from augcli.recipe import read_recipe

DOCS = Path(__file__).parents[1] / "docs"
COPIES = """
import json, shutil, sys
for line in sys.stdin:
    asked = json.loads(line)
    shutil.copy(asked["source"], asked["output"])
    print(json.dumps({"id": asked["id"]}), flush=True)
"""


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / f"{page}.md").read_text("utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [block for told, block in found if told == language]


def recipes(*pages: str) -> list[Any]:
    return [
        pytest.param(b, id=f"{p}-{at}") for p in pages for at, b in enumerate(blocks(p, "yaml"))
    ]


@pytest.mark.parametrize("block", recipes("learned", "generated", "programs", "learning"))
def test_what_the_guides_say_can_be_run(tmp_path: Path, block: str) -> None:
    told = yaml.safe_load(block)
    write(tmp_path / "make.py", COPIES)
    if "balance" in told:
        rows = [f"{n * 7 % 31},{n % 5},{'ab'[n % 3 == 0]}" for n in range(60)]
        write(tmp_path / "in/rows.csv", "\n".join(["u,v,label", *rows]) + "\n")
        told |= {"dataset": {"kind": "tabular", "label": "label"}, "steps": []}
    else:
        make_photos(tmp_path / "in", {"train/a": 3, "train/b": 3})
    path = write_recipe(tmp_path / "in", tmp_path / "out", **told)
    steps = read_recipe(str(path)).steps
    if any(each.name == "vae" or getattr(each, "model", None) for each in steps):
        return  # an extra, or a file of the reader's
    run(tmp_path / "in", tmp_path / "out", **told | {"copies": 1})
    assert failures(tmp_path / "out") == {}
    assert len(manifest(tmp_path / "out")) > 0


LINES = [
    line.partition("#")[0].strip()
    for page in ("evaluate", "learned", "judging")
    for block in blocks(page, "")
    for line in block.splitlines()
    if line.startswith("augment ")
]


@pytest.mark.parametrize("line", LINES)
def test_command_lines_have_these_options(tmp_path: Path, line: str) -> None:
    _, name, *words = shlex.split(line)
    for file in ("recipe.yaml", "other.yaml", "train.py"):
        write(tmp_path / file, "")
    files = [str(tmp_path / word) if (tmp_path / word).is_file() else word for word in words]
    assert augment.commands[name].make_context(name, files).params
