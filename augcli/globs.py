"""Globs over POSIX paths: `*` and `?` stay within a folder, `**` does not."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TOKENS = re.compile(r"\*\*/|\*\*|\*|\?|\[[^\]]+\]|.", re.DOTALL)
_MEMBERS = re.compile(r".-.|.", re.DOTALL)
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return a regular expression that fully matches what any of the globs does."""
    return re.compile("|".join(f"(?:{_translated(each)})" for each in patterns) or r"(?!)", re.S)


def _translated(pattern: str) -> str:
    return "".join(_MEANING.get(token) or _literal(token) for token in _TOKENS.findall(pattern))


def _literal(token: str) -> str:
    return _one_of(token[1:-1]) if token.startswith("[") and len(token) > 1 else re.escape(token)


def _one_of(members: str) -> str:
    """Return what stands for one character of a bracket, which is never a slash."""
    negated = members.startswith("!") and len(members) > 1
    ranges = (_range(each) for each in _MEMBERS.findall(members[negated:]))
    inside = "".join(ranges)
    if not inside:
        return "[^/]" if negated else "(?!)"
    return f"(?!/)[{'^' * negated}{inside}]"


def _range(member: str) -> str:
    """Return a character or a range for a regular expression's brackets; nothing if reversed."""
    if len(member) == 1:
        return re.escape(member)
    low, high = member[0], member[-1]
    return f"{re.escape(low)}-{re.escape(high)}" if low <= high else ""
