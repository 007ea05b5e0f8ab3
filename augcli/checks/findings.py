"""Every finding that `check` has a code for, as findings.md declares it: what, why, what to do.

`check --explain`, docs/checks.md and the suppressions in recipes all go by FINDINGS. A code never
changes its meaning; a finding that is no more keeps its code from being used for another.
"""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import wrap

from msgspec import Struct

from augcli.dataset.doubts import QUESTIONS
from augcli.errors import UsageError, did_you_mean

PAGE = Path(__file__).with_name("findings.md")
_COLUMNS = 79


class Lint(Struct, frozen=True):
    """One finding of a look at samples; `at` is a path of keys in the recipe, or a file."""

    code: str
    message: str
    at: tuple[str | int, ...] | str
    severity: str = "warning"


class Finding(Struct, frozen=True):
    """A kind of finding."""

    code: str
    """What it is called in a line of `check`, in `--explain` and in a suppression."""
    title: str
    why: str
    """What it leads to if nothing is done."""
    remedy: str
    """What to do, with the key that settles it."""


def _sections() -> dict[str, list[Finding]]:
    """Return what the page tells of findings, by section."""
    sections = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    parts = (section.split("\n### ") for section in sections)
    return {title.strip(): [*map(_finding, entries)] for title, *entries in parts}


def _finding(entry: str) -> Finding:
    code, title, why, remedy = (" ".join(part.split()) for part in entry.strip().split("\n\n"))
    remedy = remedy.removeprefix("What to do: ")
    return Finding(code.strip("`"), title.removesuffix("."), why, remedy)


SECTIONS = _sections()
FINDINGS = {each.code: each for section in SECTIONS.values() for each in section}


def explained(code: str) -> list[str]:
    """Return what a code means, line by line; UsageError for one that is none."""
    found = FINDINGS.get(code)
    if found is None:
        near = did_you_mean(code, FINDINGS) or f"; there are {', '.join(sorted(FINDINGS))}"
        raise UsageError(f"there is no finding {code!r}{near}")
    told = [f"{found.code}: {found.title}", found.why, f"What to do: {found.remedy}"]
    if found.code not in UNSILENCED:
        told.append(
            f"To silence it: `# augment: ignore {found.code}` in the recipe, beside the line."
        )
    return [line for text in told for line in (*wrap(text, _COLUMNS), "")][:-1]


_ASKED = (each.code for each in QUESTIONS if each.stops)
UNSILENCED = frozenset(("recipe", "sample", "leak", *_ASKED))
"""Codes of what `run` refuses or leaves out; no comment changes that."""
