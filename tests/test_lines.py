"""Lines of records are what Python's own encoder writes, whoever writes them."""

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from augcli.records.lines import dump_line

_NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.booleans()
_PLAIN = st.recursive(
    _NUMBERS | st.none() | st.text() | st.text(st.characters(codec="ascii")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), _PLAIN))
@example({"small": [1e-5, -1e-4, 0.00012, 5e-324, -0.0], "large": [1e16, 1e15, 1.5e300, 2**70]})
@example({"é": "\x7f", "\0": "\u2028", "\ud800": "\udcff", '"\\/': "\b\f\n\r\t\x1f"})
@example({"NaN": "Infinity", "a": "1e5,"})
def test_a_line_is_as_python_writes_it(record):
    plain = json.dumps(record, separators=(",", ":"))
    assert dump_line(record) == plain + "\n"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_has_no_line(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump_line({"record": {"delta": [value]}})
