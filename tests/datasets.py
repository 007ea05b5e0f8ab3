"""Where the real datasets are that are not part of this repository."""

import os
from pathlib import Path

SHARED_DATA = Path(
    os.environ.get("AUGMENT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data")
)


def names_of_data() -> list[str]:
    """Return the files of the real datasets that lie in folders, or of those that stand in."""
    if not SHARED_DATA.is_dir():
        from stand_ins import stand_ins

        return sorted(stand_ins())
    files = (each for each in SHARED_DATA.glob("[a-z]*/**/*") if each.is_file())
    return sorted(each.relative_to(SHARED_DATA).as_posix() for each in files)


SAMPLES = Path(__file__).parents[1] / "sample_data"
PENGUINS = SAMPLES / "tables/penguins.csv"
"""A real table that is."""
_PARTS = {
    "bccd_voc": "cells",
    "clothing_small": "photos",
    "cones_yolo": "cones",
    "nasty_images": "nasty",
    "nuts_coco": "nuts",
}


def real(name: str) -> Path:
    """Return a real dataset: the whole of it, or that part which is in this repository."""
    whole = SHARED_DATA / name
    return whole if whole.is_dir() else SAMPLES / _PARTS[name]
