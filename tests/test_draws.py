"""Draws: frozen numbers, their statistics, and the vectorised forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augcli.draws import Draws, ManyDraws
from augcli.draws import words as words_of
from augcli.ranges import Choice, Uniform

FROZEN = [
    (("a.jpg",), 7826771062651324408, 0.4242901094836622, 4, 911156072, [3, 0, 5, 4, 1, 2]),
    (
        ("train/brick/0001.jpg", 0, "rotate#0", "degrees"),
        509920494925670808,
        0.027642845419664774,
        0,
        59362558,
        [4, 1, 5, 0, 2, 3],
    ),
    (
        ("straße/日本/é.png", 3, "one_of#0", "jpeg#0", "quality"),
        11668800213753437328,
        0.6325669271025397,
        6,
        1358427132,
        [3, 4, 2, 0, 5, 1],
    ),
    (("\udcff.jpg",), 17160226981004950730, 0.9302577686574968, 9, 1997713346, [3, 2, 1, 4, 0, 5]),
    ((0,), 18326628216722335332, 0.993488506345225, 9, 2133500321, [4, 3, 2, 1, 5, 0]),
    (("0",), 18094320120790909411, 0.9808950592304839, 9, 2106456100, [3, 0, 4, 2, 5, 1]),
    ((-1,), 14768939741078100825, 0.800625827629219, 8, 1719330873, [0, 5, 3, 4, 2, 1]),
    ((2**40,), 17906152643850033456, 0.9706944798659632, 9, 2084550522, [1, 5, 2, 4, 0, 3]),
    (("",), 8735362031655151649, 0.47354492460839526, 4, 1016929982, [3, 2, 4, 5, 1, 0]),
]

words = st.one_of(st.text(max_size=20), st.integers(-(2**63), 2**63 - 1))


@pytest.mark.parametrize("frozen", FROZEN, ids=lambda row: ascii(row[0]))
def test_frozen(frozen: tuple) -> None:
    """These numbers are in manifests everywhere: they may never change."""
    draws = Draws(42).at(*frozen[0])
    seen = draws.key, draws.uniform(), draws.integer(0, 9), draws.seed(), draws.order(6)
    assert seen == frozen[1:]


@given(seed=st.integers(0, 2**64 - 1), path=st.lists(words, min_size=1, max_size=5))
def test_a_path_is_its_parts(seed: int, path: list) -> None:
    whole = Draws(seed).at(*path)
    parts = Draws(seed)
    for name in path:
        parts = parts.at(name)
    assert whole == parts
    assert 0 <= whole.key < 2**64
    assert 0 <= whole.uniform() < 1
    assert 0 <= whole.seed() < 2**31


ranges = st.tuples(st.integers(-(2**62), 2**62), st.integers(0, 2**62)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)
keys_of_many = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20)


@given(keys=keys_of_many, path=st.lists(words, max_size=4), ends=ranges)
def test_many_are_each_of_them(keys: list[int], path: list, ends: tuple[int, int]) -> None:
    own = [Draws(key).at(*path) for key in keys]
    many = ManyDraws.of(map(Draws, keys)).at(*path)
    assert many.keys.tolist() == [draws.key for draws in own]
    assert many.uniform().tolist() == [draws.uniform() for draws in own]
    assert many.uniform(-3, 4).tolist() == [draws.uniform(-3, 4) for draws in own]
    assert many.integer(*ends).tolist() == [draws.integer(*ends) for draws in own]
    assert many.integer(0, 9).tolist() == [draws.integer(0, 9) for draws in own]
    assert many.seed().tolist() == [draws.seed() for draws in own]
    assert many.order(7).tolist() == [draws.order(7) for draws in own]
    assert many[1:].keys.tolist() == [draws.key for draws in own[1:]]


@given(keys=keys_of_many, path=st.lists(words, max_size=4))
def test_one_of_many_is_itself(keys: list[int], path: list) -> None:
    many = ManyDraws.of(map(Draws, keys))
    for one, key in zip(many, keys, strict=True):
        here, there = one.at(*path), Draws(key).at(*path)
        assert (here.key, here.uniform(1, 3)) == (there.key, there.uniform(1, 3))
        assert (here.integer(-5, 9), here.seed()) == (there.integer(-5, 9), there.seed())
        assert here.order(6) == there.order(6)


@given(keys=keys_of_many, data=st.data())
def test_a_number_of_its_own_for_each(keys: list[int], data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=len(keys)))
    many = ManyDraws.of(map(Draws, keys))
    pairs = zip(keys, numbers, strict=False)
    expected = [Draws(key).at(number).key for key, number in pairs]
    assert many.at_each(numbers[: len(keys)]).keys.tolist() == expected
    table = many.across().folded(words_of(numbers))
    expected = [[Draws(key).at(number).uniform() for number in numbers] for key in keys]
    assert table.uniform().tolist() == expected


def test_uniform_is_uniform() -> None:
    values = np.array([Draws(1).at("x", i).uniform() for i in range(20_000)])
    assert values.mean() == pytest.approx(0.5, abs=0.01)
    assert np.histogram(values, 10, (0, 1))[0].min() > 1800
    assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) < 0.02


def test_siblings_are_unrelated() -> None:
    draws = [
        Draws(seed).at(f"{i}.jpg", copy) for seed in (0, 1) for i in range(30) for copy in (0, 1)
    ]
    values = np.array([[d.at(name).uniform() for name in ("p", "degrees", "x")] for d in draws])
    assert len({d.key for d in draws}) == 120
    assert np.abs(np.corrcoef(values.T) - np.eye(3)).max() < 0.3


@given(low=st.integers(-1000, 1000), count=st.integers(1, 50), key=st.integers(0, 2**64 - 1))
def test_integers_stay_inside(low: int, count: int, key: int) -> None:
    assert low <= Draws(key).integer(low, low + count - 1) < low + count


def test_integers_reach_both_ends() -> None:
    values = [Draws(5).at(i).integer(3, 6) for i in range(4000)]
    shares = [values.count(value) / 4000 for value in (3, 4, 5, 6)]
    assert shares == pytest.approx([0.25] * 4, abs=0.03)


@given(count=st.integers(0, 30), key=st.integers(0, 2**64 - 1))
def test_order_is_a_permutation_that_grows(count: int, key: int) -> None:
    order = Draws(key).order(count)
    assert sorted(order) == list(range(count))
    longer = Draws(key).order(count + 1)
    assert [index for index in longer if index < count] == order


def test_names_that_few_ask_for_are_drawn_as_ever() -> None:
    """Many places work a name out together only as long as they are asked for few of them."""
    alone = Draws(7).at("a.tsv#0")
    shared = ManyDraws.of([Draws(3), alone]).one(1)
    assert [shared.at(n, "x").key for n in range(99)] == [alone.at(n, "x").key for n in range(99)]
    names, spread = [*map(str, range(99))], Uniform(0, 1)
    assert [shared.value(n, spread) for n in names] == [alone.value(n, spread) for n in names]


def test_a_value_of_one_of_many_is_that_of_each_alone() -> None:
    """Many draw a name together for the first range that asks, and for no other."""
    alone = Draws(7)
    shared = ManyDraws.of([Draws(3), alone]).one(1)
    for spread in (Uniform(0, 1), Uniform(-3, 5), Uniform(2, 9, whole=True), Choice((1, 1 / 3))):
        assert repr(shared.value("x", spread)) == repr(alone.value("x", spread))
        assert repr(shared.value(str(spread), spread)) == repr(alone.value(str(spread), spread))
