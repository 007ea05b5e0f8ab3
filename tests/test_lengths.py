"""Code is in pieces that can be read: short functions, in files that fit a screen or a few."""

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

import augcli

PACKAGE, TESTS = Path(augcli.__file__).parent, Path(__file__).parent
FUNCTION, FILE, MEDIAN = 40, 350, 8
"""Lines that a function, a file and half of all functions have at most."""
_BEGIN = re.compile(r"( *)(?:async )?def (\w+)")


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield name and lines of each function of a module that a formatter has seen."""
    lines = text.splitlines()
    for place, match in enumerate(map(_BEGIN.match, lines)):
        if match:
            inside = re.compile(rf"{match[1]}[ )]|$")
            end = place + 1
            while end < len(lines) and inside.match(lines[end]):
                end += 1
            yield match[2], len("\n".join(lines[place:end]).rstrip().splitlines())


def too_long(name: str, text: str) -> list[str]:
    long = [f"{name}: {each}" for each, lines in functions(text) if lines > FUNCTION]
    return long + [name] * (text.count("\n") > FILE)


def test_functions_and_files_are_short() -> None:
    texts = {str(path): path.read_text() for path in PACKAGE.rglob("*.py")}
    assert [long for name, text in texts.items() for long in too_long(name, text)] == []
    assert median(lines for text in texts.values() for _, lines in functions(text)) <= MEDIAN


def test_files_of_tests_are_short_too() -> None:
    texts = {str(path): path.read_text() for path in TESTS.rglob("*.py")}
    assert [long for name, text in texts.items() for long in too_long(name, text)] == []


LONG = "def f(\n    told,\n):\n" + "    x = 1\n" * 37


@pytest.mark.parametrize(("text", "named"), [(LONG, "m: f"), ("x = 1\n" * 350, "m")])
def test_what_is_too_long_is_noticed(text: str, named: str) -> None:
    assert too_long("m", text) == []
    assert too_long("m", text + text.splitlines(keepends=True)[-1]) == [named]
