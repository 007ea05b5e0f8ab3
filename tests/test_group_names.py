"""Columns that tell of whom samples are, by their names."""

from __future__ import annotations

import pytest

from augcli.dataset.columns import names_groups


@pytest.mark.parametrize(
    "name", ["customerID", "client", "student", "mouse_id", "donor", "uid", "PID", "machine_id"]
)
def test_a_name_tells_of_whom_samples_are(name: str) -> None:
    assert names_groups(name)


@pytest.mark.parametrize("name", ["machine", "device", "store", "site", "fluid", "students_total"])
def test_a_name_that_may_be_a_category_does_not(name: str) -> None:
    assert not names_groups(name)
