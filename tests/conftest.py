"""What all tests share."""

from pathlib import Path

import pytest
from datasets import SHARED_DATA


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no datasets at {SHARED_DATA}; set AUGMENT_TEST_DATA")
    return SHARED_DATA
