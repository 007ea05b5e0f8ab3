"""A label is a name or shares, and whoever reads it takes both."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from helpers import augment, manifest, run


def sounds(folder: Path) -> Path:
    """Write two short sounds of each of two classes."""
    for number, name in enumerate(["low/a", "low/b", "high/a", "high/b"]):
        path = folder / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        tone = np.sin(np.arange(400) * (0.1 + 0.07 * number))
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes((tone * 9000).astype("<i2").tobytes())
    return folder


def test_report_and_explain_of_samples_of_two_classes(tmp_path: Path) -> None:
    steps = [{"mixup": {"partner": "any", "weight": 0.7}}]
    run(sounds(tmp_path / "in"), tmp_path / "out", dataset={"kind": "timeseries"}, steps=steps)
    mixed = [each for each in manifest(tmp_path / "out") if isinstance(each["label"], dict)]
    assert mixed
    page = tmp_path / "page.html"
    done = augment("report", tmp_path / "out", "-o", page)
    assert (done.returncode, done.stderr) == (0, f"wrote {page}\n")
    assert page.read_text().count("mixup") > 1
    told = augment("explain", tmp_path / "out" / mixed[0]["output"])
    base, other = mixed[0]["label"]
    assert f"class {base} 0.3, {other} 0.7" in told.stdout
    assert augment("verify", tmp_path / "out").returncode == 0
