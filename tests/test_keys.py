"""What keys are made of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from augcli.records.keys import told, told_hashes


@given(st.dictionaries(st.text(), st.text("0123456789abcdef", max_size=64), max_size=4))
def test_hashes_are_told_as_all_else_is(hashes: dict[str, str]) -> None:
    assert told_hashes(hashes) == told(hashes)
