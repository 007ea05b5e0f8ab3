"""Globs mean what their regular expressions mean, and no glob takes longer than its length asks."""

import re
import time

import pytest
from helpers import augment, make_photos, write_recipe
from hypothesis import example, given
from hypothesis import strategies as st

from augcli.dataset.globs import any_of

TOKENS = re.compile(r"\*\*/|\*\*|\*|\?|\[!?.\]|.", re.DOTALL)
MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def as_regex(pattern):
    """Return a glob as the backtracking expression that says what it means."""
    return "".join(MEANING.get(token) or one(token) for token in TOKENS.findall(pattern))


def one(token):
    inside = token[1:-1]
    if not inside:
        return re.escape(token)
    return f"(?!/)[^{inside[1:]}]" if inside.startswith("!") else f"(?!/)[{inside}]"


PIECES = st.sampled_from(["**/", "**", "*", "?", "a", "b", "/", "[a]", "[!a]"])
PATTERNS = st.lists(st.lists(PIECES, max_size=7).map("".join), max_size=3)


@given(PATTERNS, st.lists(st.text("ab/", max_size=9), max_size=5))
@example(["**a**/b"], ["aab", "a/b", "ab", "a/ab"])
@example(["****/a", "**/**/b"], ["a", "xa", "b", "a/b", "ab"])
def test_globs_match_what_their_expressions_match(patterns, paths):
    globs = any_of(patterns)
    for path in paths:
        expected = any(re.fullmatch(as_regex(each), path, re.DOTALL) for each in patterns)
        assert globs.fullmatch(path) == expected, path


HOSTILE = {
    "folders": ("**/" * 40 + "x", "d/" * 300 + "y"),
    "stars across folders": ("**a" * 60 + "b", "a" * 4000),
    "stars": ("*a" * 60 + "b", "a" * 4000),
    "both": ("**/*a" * 30 + "**b", "aa/" * 1000 + "c"),
    "many globs' worth": ("*?**[ab]" * 200 + "x", "ab/" * 1000),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_no_glob_explodes(case):
    pattern, path = HOSTILE[case]
    began = time.process_time()
    assert not any_of([pattern]).fullmatch(path)
    assert time.process_time() - began < 5


def test_a_plan_with_hostile_globs_is_soon_there(tmp_path):
    photos = make_photos(tmp_path / "in", {f"train/{'/'.join('d' * 60)}": 1, "train/cat": 2})
    exclude = ["**/" * 30 + "x", "**d" * 40 + "x"]
    recipe = write_recipe(photos, tmp_path / "out", dataset={"exclude": exclude})
    assert augment("plan", recipe, timeout=30).returncode == 0
