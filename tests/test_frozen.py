"""Our frozen dataclasses do what those of the standard library do."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, field
from functools import cached_property
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from augcli import frozen

BOTH = [dataclasses.dataclass, frozen.dataclass]
same = pytest.mark.parametrize("dataclass", BOTH, ids=["theirs", "ours"])


@frozen.dataclass(frozen=True)
class Point:
    x: int
    y: int = 2


@frozen.dataclass(frozen=True)
class Named(Point):
    name: str = field(default="", compare=False)
    seen: list[int] = field(default_factory=list, repr=False)

    @cached_property
    def total(self) -> int:
        return self.x + self.y


def family(dataclass: Any) -> tuple[Any, Any]:
    @dataclass(frozen=True)
    class Base:
        x: int
        y: int = 2
        whole: bool = field(default=True, init=False)
        log: list[int] = field(default_factory=list, init=False, compare=False)

    @dataclass(frozen=True, kw_only=True)
    class Child(Base):
        """Told."""

        z: dict[str, int] = field(default_factory=dict, repr=False)
        name: str = field(default="n", compare=False)

        def __post_init__(self) -> None:
            self.log.append(self.x)

    return Base, Child


@same
def test_what_objects_are_made_of(dataclass: Any) -> None:
    base, child = family(dataclass)
    assert str(inspect.signature(base.__init__)).startswith("(self, x")
    assert vars(base(1)) == {"x": 1, "y": 2, "log": []}
    assert base(1).whole
    made = child(1, 3, name="m")
    assert vars(made) == {"x": 1, "y": 3, "log": [1], "z": {}, "name": "m"}
    assert child(1).z is not child(1).z
    assert child.__match_args__ == ("x", "y")
    assert [each.name for each in dataclasses.fields(child)] == [
        *("x", "y", "whole", "log", "z", "name")
    ]
    for wrong in ((), (1, 2, 3), (1, 2, {}, "n")):
        with pytest.raises(TypeError, match="__init__"):
            child(*wrong)
    with pytest.raises(TypeError, match="unexpected keyword"):
        child(1, whole=False)


@same
def test_what_is_compared_and_shown(dataclass: Any) -> None:
    base, child = family(dataclass)
    assert base(1) == base(1) != base(2)
    assert child(1, name="a") == child(1, name="b")
    assert base(1) != child(1)
    assert hash(base(1)) == hash(base(1, 2))
    with pytest.raises(TypeError, match="unhashable"):
        hash(child(1))
    shown = "family.<locals>.Child(x=1, y=2, whole=True, log=[1], name='n')"
    assert repr(child(1)).endswith(shown)


@same
def test_what_compares_by_identity(dataclass: Any) -> None:
    made = dataclass(frozen=True, eq=False)(type("Own", (), {"__annotations__": {"x": int}}))
    one, other = made(1), made(1)
    assert one != other
    assert len({one, other}) == 2


@same
def test_what_a_class_says_itself_stays(dataclass: Any) -> None:
    @dataclass(frozen=True)
    class Own:
        x: int

        def __repr__(self) -> str:
            return "own"

    assert repr(Own(1)) == "own"


@same
def test_nothing_is_set_or_deleted(dataclass: Any) -> None:
    _, child = family(dataclass)
    made = child(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        made.x = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del made.x
    assert made.x == 1


def test_they_are_replaced_copied_and_pickled() -> None:
    made = Named(1, name="a", seen=[7])
    assert dataclasses.replace(made, y=5).y == 5
    assert dataclasses.asdict(made) == {"x": 1, "y": 2, "name": "a", "seen": [7]}
    for again in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert vars(again) == vars(made)
    assert (made.total, made.total) == (3, 3)


def test_they_are_checked_as_a_record_is() -> None:
    adapter = TypeAdapter(Named)
    assert adapter.validate_python({"x": 1, "name": "a"}) == Named(1)
    with pytest.raises(ValidationError):
        adapter.validate_python({"x": "no"})


def test_one_method_is_compiled_a_class(monkeypatch: pytest.MonkeyPatch) -> None:
    count = []
    monkeypatch.setattr(frozen, "exec", lambda *told: count.append(1) or exec(*told), raising=False)
    monkeypatch.setattr(dataclasses, "exec", lambda *_: pytest.fail("theirs"), raising=False)
    family(frozen.dataclass)
    assert len(count) == 2
