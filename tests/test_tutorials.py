"""The tutorials, line by line: commands say what is told of them, recipes and programs run."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from helpers import augment, environment, finished, write

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs/tutorials").glob("*.md"))
MODULES = environment(PYTHONPATH=str(ROOT))


def test_there_is_a_page_for_each_task_and_the_site_leads_there() -> None:
    nav = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert [page.stem for page in PAGES] == [
        *("detection", "photos", "segmentation", "series", "tables", "texts")
    ]
    assert all(f"tutorials/{page.name}" in nav for page in PAGES)


@pytest.mark.tutorials
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_lines_do_what_it_says(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    (data,) = {*re.findall(r"`sample_data/([\w/.]+)`", text)}
    write(tmp_path / "sample_data/README", "")
    copy = shutil.copytree if (ROOT / "sample_data" / data).is_dir() else shutil.copy
    (tmp_path / "sample_data" / data).parent.mkdir(exist_ok=True)
    copy(ROOT / "sample_data" / data, tmp_path / "sample_data" / data)
    for language, block in re.findall(r"(?s)```(\w+)\n(.*?)```", text):
        if language == "console":
            said(block, tmp_path)
        elif language == "python":
            done = finished([sys.executable, "-c", block], cwd=tmp_path, env=MODULES)
            assert done.returncode == 0, done.stderr
        elif language == "text":
            assert block == done.stdout
        elif found := re.match(r"# (\w+\.yaml)\n", block):
            write(tmp_path / found[1], block)
        else:
            recipe = "".join(each.read_text("utf-8") for each in tmp_path.glob("*.yaml"))
            assert [line for line in block.splitlines() if line not in recipe] == []


def said(block: str, folder: Path) -> None:
    """Give the commands of a block; what it tells of them stands in what they print, in order."""
    lines = block.splitlines()
    begins = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        name, *words = shlex.split(lines[begin][2:])
        assert name == "augment"
        done = augment(*words, cwd=folder)
        assert done.returncode == 0, (lines[begin], done.stderr)
        told = done.stdout + done.stderr
        for line in lines[begin + 1 : end]:
            before, found, told = told.partition(line)
            assert found, (lines[begin], line, before)
