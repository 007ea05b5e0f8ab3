"""Each promise of the suite for kinds has a negative control: a worse build for which it fails.

A control is a test whose name ends in `noticed`; it calls the promise that it breaks.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
THEMSELVES = {
    "test_no_key_is_forgotten": "holds a list of the tests against the registries",
    "test_a_row_tells_the_columns_of_all_kinds": "holds one declaration against another",
    "test_the_command_prints_the_schema": "holds a command against a declaration",
    "test_a_line_of_failures_has_all_its_fields": "has wrong lines beside the right one",
    "test_damage_of_the_provenance_ends_with_2": "holds a command against what it calls",
    "test_every_promise_has_a_control": "this one",
}
"""Tests that are no promise of kinds, and what they are."""


def functions() -> dict[str, ast.FunctionDef]:
    trees = [ast.parse(path.read_text()) for path in sorted(HERE.glob("test_*.py"))]
    return {each.name: each for tree in trees for each in tree.body if is_function(each)}


def is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef)


def named(function: ast.FunctionDef) -> set[str]:
    return {each.id for each in ast.walk(function) if isinstance(each, ast.Name)}


def reached(known: dict[str, ast.FunctionDef], name: str) -> Iterator[str]:
    """Yield the functions that one names, and those that they name."""
    for each in sorted(named(known[name]) & known.keys() - {name}):
        yield each
        yield from reached(known, each)


def is_control(name: str) -> bool:
    return name.endswith("noticed")


def test_every_promise_has_a_control() -> None:
    known = functions()
    held = {each for name in filter(is_control, known) for each in reached(known, name)}
    tests = {name for name in known if name.startswith("test_") and not name.endswith("noticed")}
    without = {name for name in tests - held if not held & {*reached(known, name)} & tests}
    assert without == THEMSELVES.keys()
