"""Any value of a recipe is refused by schema and check, or by neither."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from test_recipe_schema import accepts, fields, parameters, values


def rises(value: Any) -> bool:
    """Return whether no pair of numbers is out of order, which a schema cannot say."""
    pair = isinstance(value, list) and len(value) == 2
    return not pair or not all(isinstance(v, int | float) for v in value) or value[0] <= value[1]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(fields), values.filter(rises))
def test_any_value_is_refused_by_both_or_by_neither(where, value):
    kind, name, field = where
    accepts(parameters(kind, name, field, value))
