"""Findings in numbers, and the exit code that follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from augcli.errors import Problem, RecipeError
from augcli.plural import several

_GRAVEST = ("error", "warning", "note")


class Verdict(Struct, frozen=True):
    """What was found, in numbers, and the exit code that follows."""

    findings: Sequence[Problem]
    exit_code: int

    def __str__(self) -> str:
        counts = (several(self._count(each), each) for each in _GRAVEST)
        worst = min(self.findings, key=lambda each: _GRAVEST.index(each.severity), default=None)
        more = f"; `augment check --explain {worst.code}` says more" if worst else ""
        return f"{', '.join(counts)}{more}"

    def _count(self, severity: str) -> int:
        return sum(each.severity == severity for each in self.findings)

    def plain(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        return {
            "findings": [each.plain() for each in self.findings],
            "errors": self._count("error"),
            "warnings": self._count("warning"),
            "notes": self._count("note"),
            "exit_code": self.exit_code,
        }


def verdict(found: Sequence[Problem], *, strict: bool) -> Verdict:
    """Return the verdict on findings: 1 with an error among them, or a warning where strict."""
    grave = ("error", "warning") if strict else ("error",)
    return Verdict(found, int(any(each.severity in grave for each in found)))


def refused(error: RecipeError) -> Verdict:
    """Return the verdict on a recipe that cannot be run."""
    return Verdict(error.problems, error.exit_code)
