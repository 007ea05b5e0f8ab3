"""A cell as long as a book, made to be read again and again, is read once.

What takes time with the square of a text's length takes minutes with these, and fractions of a
second as it is.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
from text_samples import STEPS, document, drawn

import augcli.text
from augcli.rows.cells import mended, row_spans
from augcli.rows.delimited import Delimited, sniff
from augcli.rows.encodings import open_text
from augcli.text.language.lexicon import bundled
from augcli.text.stretches import Stretches
from augcli.text.transforms.surface import _contractions
from augcli.text.words import Reading

SIZE = 30_000
FRAGMENTS = (
    *("_", "a", "A", "é", "字", "\u0301", "\u200c", "1", "-", "+", ".", ",", "'", "’", "@", "#"),
    *("&", "$", "%", "(", ")", "<", "{", "}", '"', "…", "。", "!", "/", " ", "\n"),
    *("U.", "a.b", "a.ba.b", "a.", ".a", "a_", "a-", "a'", "a-a", "é-", "字-", "a_b.", "--", ". "),
    *("1,", "1.", "a1", "1-a", "a1'", "+1", "a@", "a@b.", "&a;", "<a", "{a", "www.", "http://a"),
    *(
        "C:\\",
        "C:\\a ",
        "a/",
        "a\\",
        "/a",
        "~/",
        "\\\\a",
        ".pdf",
        "a.pdf/",
        "a_a.",
        "A. ",
        "a(at)",
        "1.x",
    ),
    *("a.com", "com/", "n't", "Mr. ", "e.g. ", "do ", "do not ", "A 1. "),
)
MODES = ("auto", "spaces", "characters")


def patterns() -> Iterator[Any]:
    """Yield all patterns of the package for texts, those that are put together too."""
    for found in pkgutil.walk_packages(augcli.text.__path__, "augcli.text."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield pytest.param(value, id=f"{found.name}.{name}")
    yield from (pytest.param(Reading(bundled(), mode).token, id=f"tokens {mode}") for mode in MODES)
    yield from (pytest.param(_contractions(way)[0], id=way) for way in ("both", "expand"))


@pytest.mark.parametrize("pattern", list(patterns()))
def test_every_pattern_reads_a_text_once(pattern: re.Pattern[str]) -> None:
    for fragment in FRAGMENTS:
        for _ in pattern.finditer(fragment * (SIZE // len(fragment)) + "\0"):
            pass


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fragment", ["_", "U.", "a.ba.b ", "1 ", "Mr. ", "A 1. ", "do not 1. "])
def test_steps_take_such_a_text(fragment: str, mode: str) -> None:
    text = document(fragment * (SIZE // len(fragment)), mode=mode)
    for name in ("sentence_shuffle", "contractions", "random_delete", "aeda"):
        drawn(STEPS[name](), text)


@pytest.mark.parametrize(
    "line", ['x","y\n', '"\n', '"""a\n', 'a""b\n', '"a\n', '","\n', "x\ry\n", ","]
)
def test_quotes_that_lead_nowhere_are_looked_at_once(line: str) -> None:
    form = Delimited(",", '"')
    text = open_text("t", (line * (3 * SIZE // len(line))).encode(), None)
    sniff(text.head(SIZE), None, None)
    left = mended(text, form, 0, 2)
    assert sum(1 for _ in row_spans(left.data, form, 0, 2)) + len(left.lost) >= 1


def test_stretches_are_asked_as_one_by_one() -> None:
    spans = [(3, 9), (1, 2), (4, 5), (12, 12), (20, 30)]
    asked = Stretches(spans)
    for a in range(32):
        assert asked.surround(a) == any(start < a < end for start, end in spans)
        for b in range(a + 1, 32):
            assert asked.overlap(a, b) == any(a < end and start < b for start, end in spans)
