"""Pipelines as Python prints them: names, calls, literals; nothing is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn

from msgspec import Struct

from augcli.errors import RecipeError
from augcli.others.calls import Call
from augcli.recipe.document import Place

MAX_DEPTH = 32
_TOKEN = re.compile(
    r"""(?P<space>[\s\\]+|\#[^\n]*)
    |(?P<enum><[\w.]+:\s*(?P<member>[^<>\n]*)>)
    |(?P<object><(?:[^<>\n]|<[^<>\n]*>)*>)
    |(?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<text>[rbu]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<name>[A-Za-z_][\w.]*)
    |(?P<sign>[-+/*()\[\]{},:=])
    |(?P<odd>.)""",
    re.VERBOSE,
)
CONSTANTS: dict[str, Any] = {"True": True, "False": False, "None": None}
CONSTANTS |= {"true": True, "false": False, "null": None}
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_HEAD = re.compile(r"[^(\[{]*?(?=[\w.]*\s*[(\[{])")
_LARGEST = 1e300


class _Token(Struct, frozen=True):
    kind: str
    text: str
    place: Place


def parsed(text: str, file: str) -> Any:
    """Return the value in a text, mostly a `Call`; RecipeError with its place.

    What is before it in a source file (imports, the name that it is given) is passed over.
    """
    blanked = _HEAD.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text, count=1)
    reader = _Reader(list(_tokens(blanked, text, file)), Place(file))
    value = reader.value(0)
    if reader.token is not None:
        reader.refuse(f"expected the end, got {reader.token.text!r}")
    return value


def _tokens(blanked: str, text: str, file: str) -> Iterator[_Token]:
    lines = text.splitlines()
    at = line = start = 0
    while at < len(blanked):
        place = Place(file, line + 1, at - start + 1, lines[line] if line < len(lines) else "")
        found = _TOKEN.match(blanked, at)
        assert found is not None, "a token is any character"
        at = found.end()
        if breaks := found[0].count("\n"):
            line, start = line + breaks, found.start() + found[0].rindex("\n") + 1
        if found.lastgroup == "space" or found["space"]:
            continue
        if found["enum"]:
            yield _Token("name", found["member"].strip("'\" "), place)
        elif found["object"]:
            yield _Token("name", "object", place)
        else:
            yield _Token(str(found.lastgroup), found[0], place)


def _unquoted(token: _Token) -> str:
    return token.text.lstrip("rbu")[1:-1]


class _Reader:
    """Goes through tokens; commas may be missing between arguments, as modules are printed."""

    def __init__(self, tokens: list[_Token], end: Place):
        self._tokens = tokens
        self._at = 0
        self._end = tokens[-1].place if tokens else end

    @property
    def token(self) -> _Token | None:
        """Return what comes next."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def refuse(self, message: str) -> NoReturn:
        """Raise for what comes next."""
        place = self.token.place if self.token else self._end
        raise RecipeError([place.problem(message)])

    def _takes(self, text: str) -> bool:
        taken = self.token is not None and (self.token.kind, self.token.text) == ("sign", text)
        self._at += taken
        return taken

    def _next(self) -> _Token:
        token = self.token
        if token is None:
            self.refuse("the text ends too early: a bracket is not closed, or a value is missing")
        self._at += 1
        return token

    def value(self, depth: int) -> Any:
        """Return the next value."""
        if depth > MAX_DEPTH:
            self.refuse(f"nested deeper than {MAX_DEPTH} levels")
        token = self._next()
        reads: dict[str, Callable[[_Token], Any]]
        reads = {"number": self._number, "text": _unquoted, "name": partial(self._named, depth)}
        if token.kind in reads:
            return reads[token.kind](token)
        if token.kind == "odd":
            self._at -= 1
            self.refuse(f"did not expect {token.text!r} here")
        if token.text in ("(", "["):
            return self._list(_CLOSED_BY[token.text], depth)
        if token.text == "{":
            return self._dict(depth, token)
        if token.text not in ("-", "+"):
            self._at -= 1
            self.refuse(f"expected a value, got {token.text!r}")
        return self._signed(token.text, depth)

    def _signed(self, sign: str, depth: int) -> Any:
        value = self.value(depth + 1)
        if not isinstance(value, int | float):
            self.refuse("expected a number behind a sign")
        return -value if sign == "-" else value

    def _number(self, token: _Token) -> float:
        text = token.text.replace("_", "")
        value = int(text[:300]) if text.isdecimal() else float(text)
        if abs(value) > _LARGEST:
            self.refuse("such a large number means nothing here")
        return value

    def _named(self, depth: int, token: _Token) -> Any:
        module, _, name = token.text.rpartition(".")
        if not self._takes("("):
            return CONSTANTS.get(token.text, name)
        named, listed, places = self._arguments(depth)
        while self._takes("("):  # as RandomChoice prints its p behind its transforms
            more, others, elsewhere = self._arguments(depth)
            named, listed, places = named | more, listed + others, places | elsewhere
        if name == "dict" and depth:
            return named
        return Call(name, token.place, named, listed, places, module)

    def _arguments(self, depth: int) -> tuple[dict[str, Any], list[Any], dict[str, Place]]:
        named: dict[str, Any] = {}
        listed: list[Any] = []
        places: dict[str, Place] = {}
        while not self._takes(")"):
            token = self.token
            following = self._tokens[self._at + 1 : self._at + 2]
            if token and token.kind == "name" and following and following[0].text == "=":
                self._at += 2
                places[token.text] = token.place
                named[token.text] = self.value(depth + 1)
            else:
                self._takes("*")
                listed.append(self.value(depth + 1))
            self._takes(",")
        return named, listed, places

    def _list(self, end: str, depth: int) -> Any:
        items, commas = [], 0
        while not self._takes(end):
            items.append(self.value(depth + 1))
            commas += self._takes(",")
        return items[0] if end == ")" and len(items) == 1 and not commas else items

    def _dict(self, depth: int, opened: _Token) -> Any:
        """Return a dict; one that is within nothing is a call of `dict`, with places."""
        found: dict[str, Any] = {}
        places: dict[str, Place] = {}
        while not self._takes("}"):
            place = self.token.place if self.token else self._end
            key = self.value(depth + 1)
            if not isinstance(key, str) or not self._takes(":"):
                self.refuse("expected a name and ':' in a dict")
            found[key], places[key] = self.value(depth + 1), place
            self._takes(",")
        return found if depth else Call("dict", opened.place, found, (), places)
