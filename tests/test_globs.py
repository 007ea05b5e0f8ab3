import pytest

from augcli.dataset.globs import any_of

PATHS = ["a.png", "b.png", "x/a.png", "x/y/a.png", "x/y/b.jpg", "drafts/a.png", "x/drafts/q/a.png"]


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("*", ["a.png", "b.png"]),
        ("**", PATHS),
        ("?.png", ["a.png", "b.png"]),
        ("*/a.png", ["x/a.png", "drafts/a.png"]),
        ("**/a.png", [path for path in PATHS if path.endswith("a.png")]),
        ("x/**", [path for path in PATHS if path.startswith("x/")]),
        ("x/**/a.png", ["x/a.png", "x/y/a.png", "x/drafts/q/a.png"]),
        ("**/drafts/**", ["drafts/a.png", "x/drafts/q/a.png"]),
        ("[ab].png", ["a.png", "b.png"]),
        ("[!a].png", ["b.png"]),
        ("[a-z]/?.png", ["x/a.png"]),
        ("A.png", []),
        ("", []),
        ("a.pn", []),
    ],
)
def test_what_a_glob_matches(pattern, matched):
    assert [path for path in PATHS if any_of([pattern]).fullmatch(path)] == matched


@pytest.mark.parametrize(
    "text", ["a.b", "a+b", "(a)", "a|b", "^a$", "a\\d", "{a}", "[", "a]", "\n"]
)
def test_all_else_stands_for_itself(text):
    assert any_of([text]).fullmatch(text)
    assert not any_of([text]).fullmatch(f"{text}x")
    assert not any_of(["a.b"]).fullmatch("axb")


@pytest.mark.parametrize("pattern", ["[]", "[!]", "[z-a]", "[[:alpha:]]", "[a\\]", "[^a]", "[--a]"])
def test_odd_brackets_are_no_crash(pattern):
    any_of([pattern]).fullmatch("a")


def test_a_bracket_does_not_match_a_slash():
    assert not any_of(["a[!b]c"]).fullmatch("a/c")
    assert not any_of(["a[+-9]c"]).fullmatch("a/c")


def test_several_and_none():
    assert any_of(["a", "b"]).fullmatch("b")
    assert not any_of([]).fullmatch("")


def test_a_newline_in_a_name():
    assert any_of(["**"]).fullmatch("a\nb.png")
    assert any_of(["*.png"]).fullmatch("a\nb.png")
    assert any_of(["a?b.png"]).fullmatch("a\nb.png")
