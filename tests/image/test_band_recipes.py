"""Recipes for pictures that are no photos: bands of a satellite, slices of a scanner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers import augment, manifest

from augcli.image.codec import decode

ROOT = Path(__file__).parent.parent.parent
MOST_PIXELS = 1 << 20


@pytest.mark.parametrize(
    ("name", "shape", "depth", "made"),
    [("satellite", (32, 32, 6), np.uint16, 36), ("scans", (48, 48, 1), np.float32, 24)],
)
def test_copies_are_measured_as_their_sources_are(
    tmp_path: Path, name: str, shape: tuple[int, ...], depth: type, made: int
) -> None:
    out = tmp_path / "out"
    told = augment("run", ROOT / "recipes" / f"{name}.yaml", "-q", "-o", out)
    assert told.returncode == 0, told.stderr
    copies = [each for each in manifest(out) if each["copy"] is not None]
    assert len(copies) == made
    for each in copies:
        source = ROOT / "sample_data" / "bands" / name / each["source"]
        before, after = (
            decode(path.read_bytes(), MOST_PIXELS).picture.pixels
            for path in (source, out / each["output"])
        )
        assert (after.shape, after.dtype) == (shape, depth)
        highest = [np.quantile(each, 0.9, axis=(0, 1)) for each in (before, after)]
        assert np.abs(highest[1] - highest[0]).max() < 0.25 * np.ptp(before)
        if depth == np.float32:
            assert after.min() < 0.85 * before.min() < -0.7
    assert augment("verify", out).returncode == 0
