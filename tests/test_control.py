"""Which steps apply, and that a step's draws hang on nothing but its own name."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from augcli.draws import Draws
from augcli.image.picture import Facts
from augcli.transform import REGISTRY, Transform, keyed, taken, walk

FACTS = Facts(64, 48, 3, "uint8", False)
ROOT = Draws(7).at("a.jpg", 0)


def make(name: str, **params: Any) -> Transform:
    cls = REGISTRY.get(("image", name)) or REGISTRY["any", name]
    return cls.model_validate(params)


def params_of(steps: list[Transform], root: Draws = ROOT, label: str | None = None) -> list[Any]:
    return [
        (step.name, step.make_params(draws, FACTS))
        for step, draws in taken(list(keyed(steps)), root, label, root)
    ]


def names_of(steps: list[Transform], root: Draws = ROOT, label: str | None = None) -> list[str]:
    return [name for name, _ in params_of(steps, root, label)]


def counted(steps: list[Transform], times: int = 3000) -> Counter[tuple[str, ...]]:
    return Counter(tuple(names_of(steps, Draws(i))) for i in range(times))


KINDS = [make("rotate"), make("brightness"), make("gamma"), make("hue"), make("translate")]


def test_p() -> None:
    shares = counted([make("invert", p=0.3), make("hue", p=0), make("gamma")])
    assert shares["invert", "gamma"] / 3000 == pytest.approx(0.3, abs=0.03)
    assert set(shares) == {("invert", "gamma"), ("gamma",)}


def test_only_and_except() -> None:
    steps = [
        make("rotate", only=["cat"]),
        make("hue", **{"except": ["cat", "dog"]}),
        make("gamma", only=["cat", "dog"], **{"except": ["dog"]}),
        make("sequence", only=["dog"], steps=[make("invert")]),
    ]
    assert names_of(steps, label="cat") == ["rotate", "gamma"]
    assert names_of(steps, label="dog") == ["invert"]
    assert names_of(steps, label="cow") == ["hue"]
    assert names_of(steps, label=None) == ["hue"]


def test_one_of() -> None:
    shares = counted([make("one_of", steps=KINDS[:3])])
    assert set(shares) == {("rotate",), ("brightness",), ("gamma",)}
    assert [share / 3000 for share in shares.values()] == pytest.approx([1 / 3] * 3, abs=0.04)


def test_some_of() -> None:
    shares = counted([make("some_of", steps=KINDS, n=2)])
    listed = [step.name for step in KINDS]
    assert len(shares) == 10
    assert all(listed.index(first) < listed.index(second) for first, second in shares)
    assert [share / 3000 for share in shares.values()] == pytest.approx([0.1] * 10, abs=0.03)
    assert set(counted([make("some_of", steps=KINDS[:2], n=5)], 50)) == {("rotate", "brightness")}


def test_random_order() -> None:
    shares = counted([make("random_order", steps=KINDS[:3])])
    assert len(shares) == 6
    assert [share / 3000 for share in shares.values()] == pytest.approx([1 / 6] * 6, abs=0.03)


def test_sequence_with_p() -> None:
    shares = counted([make("sequence", steps=KINDS[:2], p=0.5)])
    assert set(shares) == {(), ("rotate", "brightness")}
    assert shares[()] / 3000 == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("name", ["one_of", "some_of", "sequence", "random_order"])
def test_controls_need_steps(name: str) -> None:
    for wrong in ({}, {"steps": []}, {"steps": ["rotate"]}):
        with pytest.raises(ValidationError):
            make(name, **wrong)


def test_steps_inside_draw_independently() -> None:
    twice = make("sequence", steps=[make("rotate"), make("rotate")])
    (_, first), (_, second) = params_of([twice])
    assert first["degrees"] != second["degrees"]
    (_, inside), _, (_, outside) = params_of([twice, make("rotate")])
    assert inside == first
    assert outside["degrees"] not in (first["degrees"], second["degrees"])


def test_walk_and_keys() -> None:
    inner = [make("rotate"), make("rotate", id="mine"), make("rotate")]
    steps = [make("one_of", steps=inner), make("hue")]
    assert [step.name for step in walk(steps)] == ["one_of", "rotate", "rotate", "rotate", "hue"]
    assert [key for key, _ in keyed(inner)] == ["rotate#0", "mine", "rotate#1"]


names = st.sampled_from(["rotate", "brightness", "gamma", "hue", "translate", "jpeg"])


@settings(deadline=None)
@given(steps=st.lists(names, min_size=1, max_size=6), extra=names, at=st.integers(0, 6))
def test_inserting_another_step_changes_no_draw(steps: list[str], extra: str, at: int) -> None:
    """Steps of other names keep theirs; of the same name, those before it do."""
    before = params_of([make(name) for name in steps])
    longer = [*steps[:at], extra, *steps[at:]]
    after = params_of([make(name) for name in longer])
    del after[min(at, len(steps))]
    for index, (was, now) in enumerate(zip(before, after, strict=True)):
        assert was == now or (was[0] == extra and index >= at)


@settings(deadline=None)
@given(steps=st.lists(names, min_size=2, max_size=6, unique=True), data=st.data())
def test_removing_or_moving_a_step_changes_no_draw(steps: list[str], data: st.DataObject) -> None:
    before = dict(params_of([make(name) for name in steps]))
    order = data.draw(st.permutations(steps))
    assert dict(params_of([make(name) for name in order])) == before
    rest = dict(params_of([make(name) for name in steps[1:]]))
    assert rest == {name: before[name] for name in steps[1:]}


def test_editing_a_step_changes_no_other_draw() -> None:
    before = params_of([make("translate"), make("rotate")])
    edited = params_of([make("translate", x=[-0.5, 0.5], p=0.999), make("rotate")])
    assert edited[1] == before[1]
    assert edited[0][1]["y"] == before[0][1]["y"]
    assert edited[0][1]["x"] == pytest.approx(before[0][1]["x"] * 5)
    assert params_of([make("translate", p=0), make("rotate")]) == before[1:]


def test_editing_inside_a_control_changes_no_sibling() -> None:
    def inside(*steps: Transform) -> list[Any]:
        return params_of([make("sequence", steps=list(steps)), make("hue")])

    before = inside(make("rotate"), make("gamma"))
    after = inside(make("invert"), make("rotate", degrees=5), make("gamma"))
    assert after[2:] == before[1:]


def test_an_id_keeps_its_draws_wherever_it_is() -> None:
    named = make("rotate", id="lean")
    (_, alone) = params_of([named])[0]
    places = [
        [make("rotate"), named],
        [make("sequence", steps=[make("hue"), named])],
        [make("random_order", id="r", steps=[make("sequence", steps=[named])])],
        [make("scale", id="other"), named, make("rotate")],
    ]
    for steps in places:
        assert alone in [params for _, params in params_of(steps)]
    assert params_of([make("rotate")])[0][1] != alone
