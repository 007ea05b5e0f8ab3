"""Where a text of several lines is code, as Markdown and HTML have it: no edit leaves that true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_END = r"[ \t]*\r?(?:\n|\Z)"
_EMPTY = r"[ \t]*\r?\n"
_INDENTED = r"(?:\t| {4}| {1,3}\t)[ \t]*[^\s][^\n]*(?:\n|\Z)"
_BEHIND_BLANK = (
    rf"^(?![-*+] |\d+[.)] )\S[^\n]*\n(?:{_EMPTY})++"
    rf"(?P<code>{_INDENTED}(?:(?:{_EMPTY})*+{_INDENTED})*+)"
)
_TITLE = r"\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)"
_INSIDE = r"[^\n]*\n(?:[^\n]*\n)*?[ \t>]*(?P=fence)"

_WITHIN = (
    r"(?<=[^\s>][ \t:(])(?P<within>`{3,}+)(?:"
    r"(?=\w[\w+#.-]*[ \t]*\r?\n)[\s\S]*?(?:(?P=within)|\Z)|[ \t]*\r?\n[\s\S]*?(?P=within))"
)

_FORMS = {
    "```": rf"(?P<code>^[ \t>]*(?P<fence>`{{3,}}+)(?=[^`\n]*\n)(?:{_INSIDE}`*+{_END}|[\s\S]*)"
    rf"|{_WITHIN})",
    "~~~": rf"^(?P<code>[ \t>]*(?P<fence>~{{3,}}+){_INSIDE}~*+{_END})",
    "\n    ": _BEHIND_BLANK,
    "\n\t": _BEHIND_BLANK,
    "]:": r"^(?P<code> {0,3}\[(?P<name>[^\[\]\n]{1,200})\]:[ \t]*(?=\S*[/.#])\S+"
    rf"(?:[ \t]+(?:{_TITLE}))?{_END})",
    "</": r"(?P<code><(?P<tag>pre|code|samp|kbd|script|style)\b[^<>]*>"
    r"(?:(?!<(?P=tag)\b)[\s\S])*?</(?P=tag)\s*>)",
}
"""A mark of each form → its pattern: fences, of which one of backticks may stay open and begin
within a line, indented lines behind a blank one that follows a paragraph, what links by name lead
to, elements of HTML."""
_PATTERNS = {mark: re.compile(form, re.MULTILINE) for mark, form in _FORMS.items()}


def code_in(text: str) -> tuple[tuple[int, int], ...]:
    """Return start and end of each stretch of code, with the ends of lines around it."""
    marked = [form for mark, form in _PATTERNS.items() if mark in text]
    return tuple(_stretches(text, dict.fromkeys(marked))) if marked else ()


def _stretches(text: str, patterns: Iterable[re.Pattern[str]]) -> Iterator[tuple[int, int]]:
    names = set[str]()
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield max(match.start("code") - 1, 0), match.end("code")
            names.update(filter(None, [match.groupdict().get("name")]))
    if names:
        links = "|".join(map(re.escape, sorted(names)))
        yield from (match.span() for match in re.finditer(rf"\[(?:{links})\]", text))
