"""ARCHITECTURE.md is one page, names what is there, and all folders of the package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import augcli

PACKAGE = Path(augcli.__file__).parent
ROOT = PACKAGE.parent
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def lies_there(path: str) -> bool:
    return (ROOT / path).exists() or any(PACKAGE.rglob(path.rstrip("/")))


def unknown(page: str) -> Iterator[str]:
    """Yield what a page names that is neither a file nor a name in the package."""
    code = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    known = {*re.findall(r"\w+", code)}
    for name in re.findall(r"`([^`\n]+)`", page):
        if re.fullmatch(r"[\w/]+(/[\w/]*|\.(py|md|toml))", name):
            yield from () if lies_there(name) else (name,)
        else:
            yield from {*re.findall(r"\w+", re.sub(r'"[^"]*"', "", name))} - known


def test_all_that_it_names_is_there() -> None:
    assert [*unknown(PAGE)] == []
    assert [*unknown("`work/nothing.py` and `Plan.vanished`, `engines/`")] == [
        "work/nothing.py",
        "vanished",
    ]


def test_it_names_all_folders() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders - {*re.findall(r"`(\w+)/", PAGE)} == set()


def test_it_is_one_page() -> None:
    assert len(PAGE.split()) <= 800
