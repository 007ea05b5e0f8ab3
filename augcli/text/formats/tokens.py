"""Files of words with tags, which are no texts yet."""

from __future__ import annotations

from collections import Counter

from augcli.errors import SettingError

_FEWEST, _MOST_CELLS = 6, 14
_NEARLY = 0.95


def refuse_tokens(name: str, head: str) -> None:
    """Raise SettingError for a file that has a word a line, each with its tags, as CoNLL has."""
    *lines, _ = head.rstrip().split("\n")
    rows = [line.split() for line in lines if not line.startswith(("#", "-DOCSTART-"))]
    words = list(filter(None, rows))
    if len(words) < _FEWEST or len(words) == len(rows):
        return
    (cells, times), *_ = Counter(map(len, words)).most_common(1)
    if 1 < cells <= _MOST_CELLS and times >= _NEARLY * len(words):
        text = (
            f"{name} has a word a line with what is told of it, and blank lines between sentences"
        )
        more = "such labels are not supported yet: copies would tear words from their tags"
        raise SettingError(("dataset", "path"), f"{text}, as CoNLL has; {more}")
