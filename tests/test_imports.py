"""No module of the package needs one that needs it, not even for types alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import augcli

PACKAGE = Path(augcli.__file__).parent
Graph = dict[str, set[str]]
LAZY = {"augcli"}
"""What the package offers is imported from below when it is asked for."""
_IMPORT = re.compile(r"^ *((?:from [\w.]+ )?import (?:\([^)]*\)|.*))", re.MULTILINE)


def modules(folder: Path) -> dict[str, Path]:
    names = {}
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def statements(text: str) -> Iterator[ast.stmt]:
    """Yield the imports of a module that a formatter has seen; to parse all of it takes longer."""
    for line in _IMPORT.findall(text):
        with suppress(SyntaxError):  # words that begin a line of a docstring
            yield from ast.parse(line).body


def imported(path: Path, known: dict[str, Path]) -> Iterator[str]:
    for node in statements(path.read_text()):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            below = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in below if name in known)
            if any(name not in known for name in below):
                yield node.module


def graph_of(folder: Path) -> Graph:
    known = modules(folder)
    found = {name: set(imported(path, known)) for name, path in known.items()}
    return {name: others - {name} for name, others in found.items() if name not in LAZY}


def circles(graph: Graph) -> set[frozenset[str]]:
    """Return the modules of each circle, by Tarjan's strongly connected components."""
    numbers: dict[str, int] = {}
    lows: dict[str, int] = {}
    stack: list[str] = []
    found = set()

    def visit(name: str) -> None:
        numbers[name] = lows[name] = len(numbers)
        stack.append(name)
        for other in sorted(graph.get(name, ())):
            if other not in numbers:
                visit(other)
                lows[name] = min(lows[name], lows[other])
            elif other in stack:
                lows[name] = min(lows[name], numbers[other])
        if lows[name] == numbers[name]:
            place = stack.index(name)
            found.add(frozenset(stack[place:]))
            del stack[place:]

    for name in sorted(graph):
        if name not in numbers:
            visit(name)
    return {each for each in found if len(each) > 1}


def test_there_are_no_circles_of_imports() -> None:
    graph = graph_of(PACKAGE)
    assert "augcli.draws" in graph["augcli.transform"]
    assert circles(graph) == set()


def test_circles_are_found_in_functions_and_for_types_too(tmp_path: Path) -> None:
    package = tmp_path / "small"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("from small import two\n")
    (package / "two.py").write_text("def late():\n    from small.three import name\n")
    (package / "three.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from small.one import thing\n"
    )
    (package / "four.py").write_text("import small.one\n")
    assert circles(graph_of(package)) == {frozenset({"small.one", "small.two", "small.three"})}


def test_data_is_declared_one_way() -> None:
    """A dataclass compiles its methods at each start; a struct is made in C."""
    names = [
        name
        for name, path in modules(PACKAGE).items()
        if re.search(r"\bdataclass\b", path.read_text())
    ]
    assert names == []
