"""Where the real datasets are that are not part of this repository."""

import os
from pathlib import Path

SHARED_DATA = Path(
    os.environ.get("AUGMENT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data")
)

PENGUINS = Path(__file__).parents[1] / "sample_data/tables/penguins.csv"
"""A real table that is."""
