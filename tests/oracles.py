"""Tests that compare what steps make with a formula or a library, and are seen to be able to fail.

`@pytest.mark.oracle("rotate")` names the steps of such a test; without a name it is the test's own
parameter `name`. Each is called again with every one of its steps doing nothing, and must fail.
Balance methods are held to it as steps of tables are: one that does nothing has the rows counted
that it makes or leaves out, and does not choose them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest

Step = tuple[str, str]
"""Kind and name."""


def _first(first: Any, *_: object) -> Any:
    return first


def _nothing(*_: object) -> list[Any]:
    return []


def _never(*_: object) -> int:
    return -1


def _one_row(space: Any, label: str, wanted: int) -> tuple[list[Any], list[str]]:
    """Return the first row of a class again and again."""
    from augcli.tabular.drawn import Drawn

    base = space.rows[space.members(label)[:1]]
    return [Drawn("idle", label, base.repeat(wanted), np.arange(wanted))], []


def _first_rows(space: Any, label: str, count: int) -> Any:
    return space.members(label)[:count]


IDLE: dict[str, Callable[..., Any]] = {
    "lower": _nothing,
    "turn": _never,
    "apply": _first,
    "apply_all": _first,
    "draw": _one_row,
    "surplus": _first_rows,
    "unclean": _nothing,
}
"""Methods in which steps and balance methods do what they do → ones that do nothing."""


_PASSING = {"skip", "xfail", "importorskip"}
"""What a test calls that passes itself over."""


def steps_of(item: pytest.Item) -> list[Step]:
    """Return the steps that a test is an oracle of."""
    kind, params = item.path.parent.name, getattr(item, "callspec", None)
    marks = item.iter_markers("oracle")
    return [(kind, name) for mark in marks for name in mark.args or [params.params["name"]]]


def may_be_passed_over(item: pytest.Item) -> bool:
    """Return whether a test may be skipped, or expected to fail, by a mark or by itself."""
    names = item.obj.__code__.co_names if isinstance(item, pytest.Function) else ()
    marks = (item.get_closest_marker(name) for name in ("skip", "skipif", "xfail"))
    return any(marks) or not _PASSING.isdisjoint(names)


@contextmanager
def idle(step: Step) -> Iterator[None]:
    """Let a step do nothing."""
    from augcli.tabular.methods import METHODS
    from augcli.transform import REGISTRY

    kind, name = step
    cls: Any = METHODS[name] if kind == "tabular" and name in METHODS else REGISTRY[step]
    with pytest.MonkeyPatch.context() as patch:
        for method in (each for each in IDLE if hasattr(cls, each)):
            patch.setattr(cls, method, staticmethod(IDLE[method]))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Call an oracle again for each of its steps, which does nothing then; it must fail."""
    result = yield
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    for step in steps_of(pyfuncitem):
        if "tmp_path" in arguments:  # what the first call wrote is no output of the second
            arguments["tmp_path"] = Path(mkdtemp(dir=pyfuncitem.funcargs["tmp_path"]))
        with idle(step):
            try:
                pyfuncitem.obj(**arguments)
            except (Exception, pytest.fail.Exception):  # noqa: BLE001 – whatever it noticed
                continue
        pytest.fail(f"passes as well where {step[1]} does nothing, so it is no oracle of that")
    return result
