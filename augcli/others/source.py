"""Pipelines in Python as a person writes it, among imports, functions and classes; none is run."""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Iterator, Set
from textwrap import dedent
from typing import Any

from augcli.others.calls import Call
from augcli.others.text import CONSTANTS, parsed
from augcli.recipe.document import Place

_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What `ast` raises for text that is no Python, or nests too deep."""
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_CHANNELS = range(1, 17)
"""How often a list is repeated, as in `[0.5] * 3`."""


def written(text: str, file: str, known: Set[str]) -> list[Any]:
    """Return the pipelines in a text, the one with most of the known names first.

    They are what stands outermost of calls with such a name, lists of those and dicts with such
    keys; or else the one value that the text is. What is no Python is read as it is printed;
    RecipeError with its place where that is not understood either.
    """
    code = dedent(text)
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(code)
        found = _only(tree) or sorted(_found(tree, known), key=lambda each: -_count(each, known))
        return [*map(_Source(file, code).whole, found)] or [parsed(text, file)]
    except _UNREADABLE:
        return [parsed(text, file)]


def _only(tree: ast.Module) -> list[ast.expr]:
    """Return the one value that there is and nothing else."""
    first = tree.body[0] if len(tree.body) == 1 else None
    return [first.value] if isinstance(first, ast.Expr | ast.Assign) else []


def _found(node: ast.AST, known: Set[str]) -> Iterator[ast.expr]:
    if isinstance(node, ast.expr) and _is_pipeline(node, known):
        yield node
        return
    for inner in ast.iter_child_nodes(node):
        yield from _found(inner, known)


def _is_pipeline(node: ast.expr, known: Set[str]) -> bool:
    """Return whether a value is a call, a list of calls or a dict that a library knows."""
    if isinstance(node, ast.List):
        return bool(node.elts) and all(_is_pipeline(each, known) for each in node.elts)
    name = _called(node)
    return name in known or (name in ("", "dict") and not known.isdisjoint(_keys(node)))


def _called(node: ast.AST) -> str:
    """Return the name of what is called, without its module."""
    return ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def _keys(node: ast.AST) -> Iterator[str]:
    """Yield the names of arguments of a call, or the keys of a dict."""
    if isinstance(node, ast.Dict):
        yield from (str(each.value) for each in node.keys if isinstance(each, ast.Constant))
    if isinstance(node, ast.Call):
        yield from (str(each.arg) for each in node.keywords)


def _count(node: ast.AST, known: Set[str]) -> int:
    names = (name for each in ast.walk(node) for name in (_called(each), *_keys(each)))
    return sum(map(known.__contains__, names))


class _Source:
    """A file of Python; what would have to be run is a text among its values."""

    def __init__(self, file: str, text: str):
        self._file = file
        self._lines = text.split("\n")
        self._reads: dict[type[ast.AST], Callable[[Any], Any]] = {
            ast.Constant: self._constant,
            ast.Name: lambda node: CONSTANTS.get(node.id, node.id),
            ast.Attribute: lambda node: node.attr,
            ast.List: self._items,
            ast.Tuple: self._items,
            ast.Starred: lambda node: self._value(node.value),
            ast.Dict: lambda node: self._dict(node).named,
            ast.Call: self._called,
            ast.UnaryOp: self._reckoned,
            ast.BinOp: self._reckoned,
        }

    def whole(self, node: ast.expr) -> Any:
        """Return a value; a dict is a call of `dict`, with places."""
        if isinstance(node, ast.Dict):
            return self._dict(node)
        return self._call(node) if isinstance(node, ast.Call) else self._value(node)

    def _value(self, node: ast.AST) -> Any:
        return self._reads.get(type(node), ast.unparse)(node)

    def _constant(self, node: ast.Constant) -> Any:
        is_plain = isinstance(node.value, bool | int | float | str | None)
        return node.value if is_plain else ast.unparse(node)

    def _items(self, node: ast.List | ast.Tuple) -> list[Any]:
        return [*map(self._value, node.elts)]

    def _reckoned(self, node: ast.UnaryOp | ast.BinOp) -> Any:
        """Return what is reckoned of numbers, a list some times; of anything else the text."""
        parts = [self._value(each) for each in ast.iter_child_nodes(node) if _is_value(each)]
        if isinstance(parts[0], list) and isinstance(node.op, ast.Mult) and parts[1] in _CHANNELS:
            return parts[0] * parts[1]
        try:
            return _OPERATORS[type(node.op)](*map(_number, parts))
        except (KeyError, TypeError, ArithmeticError):
            return ast.unparse(node)

    def _dict(self, node: ast.Dict) -> Call:
        pairs = zip(node.keys, node.values, strict=True)
        told = [(key, value) for key, value in pairs if isinstance(key, ast.Constant)]
        named = {str(key.value): self._value(value) for key, value in told}
        places = {str(key.value): self._place(key) for key, _ in told}
        return Call("dict", self._place(node), named, (), places)

    def _called(self, node: ast.Call) -> Any:
        call = self._call(node)
        return call.named if call.name == "dict" else call

    def _call(self, node: ast.Call) -> Call:
        told = [(each.arg, each) for each in node.keywords if each.arg]
        named = {name: self._value(each.value) for name, each in told}
        places = {name: self._place(each) for name, each in told}
        module, _, name = ast.unparse(node.func).rpartition(".")
        listed = [*map(self._value, node.args)]
        return Call(name, self._place(node), named, listed, places, module)

    def _place(self, node: ast.expr | ast.keyword) -> Place:
        """Return where something begins; `ast` counts bytes."""
        line = self._lines[node.lineno - 1]
        before = line.encode()[: node.col_offset].decode()
        return Place(self._file, node.lineno, len(before) + 1, line)


def _is_value(node: ast.AST) -> bool:
    return isinstance(node, ast.expr)


def _number(value: Any) -> float:
    """Return it; TypeError for what is no number."""
    if isinstance(value, int | float):
        return value
    raise TypeError
