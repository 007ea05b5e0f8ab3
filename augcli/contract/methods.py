"""Promises of balance methods: rows of a small table are made, or left out, as a run asks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from pydantic import ValidationError

from augcli.contract.tabular import NO_SAY, OURS, table
from augcli.contract.trials import Breach, other_chance, seen
from augcli.tabular.drawn import Drawn, Streams
from augcli.tabular.methods.base import Method
from augcli.tabular.space import Space
from augcli.tabular.writing.synthesis import made

_RARE = 4
"""Each such row of those left is of the rare class."""
_WANTED = 25
_LEFT_OUT = 7


def method_breaches(cls: type[Method]) -> Iterator[Breach]:
    """Yield which promises a balance method breaks."""
    if not inspect.getdoc(cls) or inspect.getdoc(cls) == inspect.getdoc(cls.__mro__[1]):
        yield Breach("is documented", "it has no docstring of its own: say what rows it makes")
    for name, field in cls.model_fields.items():
        if name != "method" and not field.description:
            yield Breach("is documented", f"`{name}` has no description")
    try:
        method = cls.model_validate({"method": cls.model_fields["method"].default})
    except ValidationError as error:
        needed = error.errors()[0]["loc"][0]
        yield Breach("is documented", f"give `{needed}` a default: nobody can try it otherwise")
        return
    for name, answer in _ANSWERS.items():
        if getattr(cls, name) is not getattr(Method, name):
            yield from seen("keys alone determine the rows", partial(_alone_tell, method, answer))
    if cls.draw is not Method.draw:
        yield from seen("new rows are of their class", partial(_of_class, method))


def _alone_tell(method: Method, answer: Callable[[Method, Space], bytes]) -> Iterator[Breach]:
    """Yield how else than by keys rows are determined, and what has changed of the input."""
    space, untouched = _space(method), _packed(_space(method))
    with other_chance(1):
        first = answer(method, space)
    if _packed(space) != untouched:
        yield Breach("leaves its input as it is", "the table or the rows have changed")
        return
    with other_chance(2):
        second = answer(method, _space(method))
    if first != second:
        text = "the same keys gave other rows: draw from `space.streams` alone"
        yield Breach("keys alone determine the rows", text)
    elif answer(method, _space(method, held_out=1)) != first:
        text = "other rows of other splits gave other rows: of `space.table` see `space.rows` alone"
        yield Breach(NO_SAY, text)


def _of_class(method: Method) -> Iterator[str]:
    space = _space(method)
    drawn, _ = method.draw(space, "rare", _WANTED)
    members = space.rows[space.members("rare")]
    for each in drawn:
        each.check(space.rows)
        if each.label != "rare" or not np.isin(each.base, members).all():
            yield "bases of new rows are of other classes: take them of `space.members(label)`"


def _drawn(method: Method, space: Space) -> bytes:
    drawn, _ = method.draw(space, "rare", _WANTED)
    return b"".join(_told(space, each) for each in drawn)


def _told(space: Space, drawn: Drawn) -> bytes:
    """Return new rows, and what they are made of, as bytes that tell all of it."""
    parents = [drawn.base, drawn.copy, *drawn.parents.values()]
    rows = b"".join(np.ascontiguousarray(each).tobytes() for each in parents)
    return rows + made(space.table, drawn, clip=False).packed()


def _left_out(method: Method, space: Space) -> bytes:
    return method.surplus(space, "common", _LEFT_OUT).tobytes()


def _unclean(method: Method, space: Space) -> bytes:
    return method.unclean(space.everywhere, space.classes).tobytes()


_ANSWERS: Mapping[str, Callable[[Any, Space], bytes]] = {
    "draw": _drawn,
    "surplus": _left_out,
    "unclean": _unclean,
}
"""What a method may be asked → what it answers, as bytes."""


def _space(method: Method, held_out: int = 0) -> Space:
    """Return rows of two classes, a sixth of the table's held out, new for each question."""
    whole = table(held_out)
    classes = (np.arange(len(OURS)) % _RARE == 0).astype(np.int32)
    space = Space(whole, OURS.copy(), classes, ["common", "rare"], Streams(1, whole))
    space.search, space.scaled = method.search, method.is_scaled
    return space


def _packed(space: Space) -> bytes:
    numbers = [space.table.numbers[column.index].tobytes() for column in space.table.numeric]
    codes = [space.table.coded[column.index].codes.tobytes() for column in space.table.discrete]
    return b"".join([space.rows.tobytes(), space.classes.tobytes(), *numbers, *codes])
