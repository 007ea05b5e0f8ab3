"""What all tests share: where the real datasets are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED_DATA = Path(
    os.environ.get("AUGMENT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data")
)
"""Real datasets that are not part of this repository; also used to list cases at collection."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no datasets at {SHARED_DATA}; set AUGMENT_TEST_DATA")
    return SHARED_DATA
