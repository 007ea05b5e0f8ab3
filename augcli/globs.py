"""Globs over POSIX paths: `*` and `?` stay within a folder, `**` does not."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TOKENS = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^\]]+\]|.", re.DOTALL)
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return a regular expression that fully matches what any of the globs does."""
    return re.compile("|".join(f"(?:{_translated(each)})" for each in patterns) or r"(?!)", re.S)


def _translated(pattern: str) -> str:
    return "".join(_MEANING.get(token) or _literal(token) for token in _TOKENS.findall(pattern))


def _literal(token: str) -> str:
    if token.startswith("[") and len(token) > 1:
        return token.replace("[!", "[^", 1).replace("\\", "\\\\")
    return re.escape(token)
