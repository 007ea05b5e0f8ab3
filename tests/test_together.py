"""Streams that share their work are the streams that they were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from augcli.draws import Draws, together

names = st.lists(st.one_of(st.text(max_size=5), st.integers(0, 2**40)), max_size=4)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5), st.lists(names, max_size=5))
def test_equal_their_own(keys: list[int], paths: list[list[str | int]]) -> None:
    own = [Draws(key) for key in keys]
    for path in paths:
        for one, other in zip(together(own), own, strict=True):
            here, there = one.at(*path), other.at(*path)
            assert here.key == there.key
            assert here.uniform(1, 3) == there.uniform(1, 3)
            assert here.integer(-5, 9) == there.integer(-5, 9)
            assert here.seed() == there.seed()
            assert here.order(6) == there.order(6)
