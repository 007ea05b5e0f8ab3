"""Series: what a new one costs beside peers, files in, files out."""

from __future__ import annotations

import json
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from benchmarks import environment
from benchmarks.measure import Contender, Costs, interleaved, ratio, say
from benchmarks.measure import run as measured
from benchmarks.results import SERIES, Section
from benchmarks.room import put_away

COST = "Cost of a new series, file to file"
COPIES = 4
_FOLDER = environment.SCRATCH / "series"
_HEAD = ("", "", "CPU, s", "wall, s", "CPU a series, ms", "CPU to ours", "peak, MiB")
_TEXT = f"""{COPIES} new series for each: arrays with time warp, drift and noise; sounds of a
second with gain, pitch and noise. augment draws each new series by itself and records how, so that
it can be explained, replayed and done again alone; tsaug computes whole arrays from one stream of
random numbers and records nothing. The peak is that of a command's first process."""


class Case(Struct, frozen=True):
    """A dataset, what is done to it, and the script of a peer that does the same."""

    name: str
    source: Path
    series: int
    steps: Sequence[str]
    peer: str
    script: str


def cost(rounds: int, *, quick: bool) -> Section | str:
    """Compare whole commands, both sides in turn."""
    rows = [row for case in _cases(quick) for row in _compared(case, rounds)]
    return Section(COST, _TEXT, [_HEAD, *rows], page=SERIES)


def _cases(quick: bool) -> list[Case]:
    put_away(_FOLDER)
    _FOLDER.mkdir(parents=True)
    count, many = (2_000, 40) if quick else (20_000, 400)
    return [
        Case(
            f"{count:,} series of 150 points in an .npz",
            arrays(_FOLDER / "series.npz", count),
            count,
            ("time_warp", "drift", "jitter"),
            "tsaug 0.2.1",
            "tsaug_npz.py",
        ),
        Case(
            f"{many} WAV files",
            sounds(_FOLDER / "sounds", many),
            many,
            ("gain", "pitch_shift", "noise"),
            "audiomentations 0.43.1",
            "audiomentations_wavs.py",
        ),
    ]


def _compared(case: Case, rounds: int) -> list[tuple[str, ...]]:
    say(f"{case.name}:")
    output, peers = _FOLDER / "out", _FOLDER / f"peer{case.source.suffix}"
    recipe = case.source.with_suffix(".json")
    recipe.write_text(json.dumps(told(case.source, output, case.steps, 1)))
    commands = {
        "augment": [environment.AUGMENT, "run", str(recipe), "-q"],
        case.peer: [
            environment.PYTHON,
            str(environment.HERE / "peers" / case.script),
            *(str(case.source), str(peers), str(COPIES)),
        ],
    }
    made = case.series * COPIES
    contenders = {name: Contender(command, made) for name, command in commands.items()}
    found = interleaved(contenders, rounds, lambda: put_away(output))
    put_away(output)
    peaks = [measured(command, watch_memory=True).peak for command in commands.values()]
    each = zip(found.items(), peaks, strict=True)
    return [_row(case, name, costs, found["augment"], peak) for (name, costs), peak in each]


def _row(case: Case, name: str, costs: Costs, ours: Costs, peak: int) -> tuple[str, ...]:
    own = costs is ours
    times = (str(costs.cpu), str(costs.wall), str(costs.each), str(ratio(ours, costs)))
    return (
        case.name if own else "",
        name,
        *times[:3],
        "" if own else times[3],
        f"{peak / 2**20:.0f}",
    )


def told(source: Path, output: Path, steps: Sequence[Any], seed: int) -> dict[str, Any]:
    """Return a recipe."""
    return {
        "version": 1,
        "seed": seed,
        "dataset": {"path": str(source), "kind": "timeseries"},
        "output": {"path": str(output)},
        "copies": COPIES,
        "steps": list(steps),
    }


def arrays(path: Path, count: int) -> Path:
    """Write so many series of 150 points."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(count, 150)).cumsum(axis=1).astype(np.float32)
    np.savez(path, X=values, y=rng.integers(0, 3, count))
    return path


def sounds(folder: Path, count: int) -> Path:
    """Write so many sounds of a second."""
    rng = np.random.default_rng(0)
    times = np.arange(16_000) / 16_000
    for number in range(count):
        path = folder / f"{'ab'[number % 2]}/{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        values = 0.4 * np.sin(2 * np.pi * rng.uniform(100, 2000) * times)
        values += 0.01 * rng.normal(size=len(times))
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes((values * 32767).astype("<i2").tobytes())
    return folder
