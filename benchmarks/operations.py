"""Each operation by itself: one picture of 512×512 bytes, one thread, beside the same of peers."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2

from benchmarks import environment
from benchmarks.measure import Spread, say
from benchmarks.results import OPERATIONS, Section, Target

TITLE = "Operations at 512×512"
_SIDE = 512
_OURS, _ALBUMENTATIONS, _AUGRS = _ALL = ("augment", "albumentations", "augrs")
_ALIKE = {
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    "OPENBLAS_NUM_THREADS": "1",
}
"""As our workers have it: freed memory is kept for what is allocated next, BLAS has one thread."""
_TEXT = """Milliseconds of CPU for one call, from what is drawn to the pixels: the mean of some
hundred calls, and the median of the rounds. What peers have is set to the same strength where their
parameters allow that; where what is drawn is another thing (rain, fog, shadows …) it is about as
much of it. All have one thread and an allocator that keeps memory, as our workers do. A number
above 1 is how many times ours a peer takes. Where pixels are only cut out, flipped or painted over,
most of what we take is bookkeeping (matrices, fused runs, places of labels; some 40 µs), and a peer
returns a view of its source for a crop. Blurs along lines and ovals have kernels between pixels,
crops that shrink to a half are averaged before, rain is drawn with smooth edges. {slower}"""

Times = dict[str, list[float]]
"""Operation → milliseconds, round by round."""


def table(rounds: int, *, quick: bool) -> Section:
    """Measure all operations, each library in a process of its own, in turn."""
    picture = _picture()
    found: dict[str, Times] = {library: {} for library in _ALL}
    for number in range(rounds):
        for library in _ALL:
            for name, cost in _measured(library, picture).items():
                found[library].setdefault(name, []).append(cost)
            say(f"  round {number + 1}: {library}")
    ratios = _ratios(found[_OURS], found[_ALBUMENTATIONS])
    slower = [name for name, times in ratios.items() if times.median < 1]
    told = f"Ahead of us: {', '.join(slower)}." if slower else ""
    return Section(
        TITLE, _TEXT.format(slower=told), [_HEAD, *_rows(found)], _targets(ratios), OPERATIONS
    )


_HEAD = ("operation", "ours, ms", "Albumentations, ms", "times ours", "augrs, ms", "times ours")


def _picture() -> Path:
    """Return a photo, cut to a square and made this large."""
    photo = environment.PROJECT / "sample_data" / "photos" / "test" / "dress" / "003.jpg"
    pixels = cv2.imread(str(photo))
    side, top = min(pixels.shape[:2]), (pixels.shape[0] - min(pixels.shape[:2])) // 2
    target = environment.SCRATCH / "operations.png"
    square = cv2.resize(pixels[top : top + side, :side], (_SIDE, _SIDE))
    cv2.imwrite(str(target), square)
    return target


def _measured(library: str, picture: Path) -> dict[str, float]:
    script = str(environment.HERE / "peers" / "operations.py")
    command = [environment.PYTHON, script, library, str(picture)]
    done = subprocess.run(
        command, env=os.environ | _ALIKE, check=True, capture_output=True, text=True
    )
    times: dict[str, float] = json.loads(done.stdout)
    return times


def _ratios(ours: Times, theirs: Times) -> dict[str, Spread]:
    """Return how many times ours each takes, round by round."""
    return {
        name: Spread(tuple(b / a for a, b in zip(ours[name], found, strict=True)))
        for name, found in theirs.items()
    }


def _rows(found: Mapping[str, Times]) -> Sequence[tuple[str, ...]]:
    columns = [_ratios(found[_OURS], found[library]) for library in (_ALBUMENTATIONS, _AUGRS)]
    return [
        (
            name,
            f"{statistics.median(ours):.3f}",
            *_cells(name, found[_ALBUMENTATIONS], columns[0]),
            *_cells(name, found[_AUGRS], columns[1]),
        )
        for name, ours in found[_OURS].items()
    ]


def _cells(name: str, times: Times, ratios: Mapping[str, Spread]) -> tuple[str, str]:
    if name not in times:
        return "", ""
    return f"{statistics.median(times[name]):.3f}", str(ratios[name])


def _targets(ratios: Mapping[str, Spread]) -> list[Target]:
    medians = {name: times.median for name, times in ratios.items()}
    slow = Counter(value < 1 for value in medians.values())[True]
    middle = statistics.median(medians.values())
    several = {name: medians[name] for name in _SLOW_OF_PEERS}
    least = min(several, key=lambda name: several[name])
    return [
        Target("each operation", "≥ 1 times ours", f"{slow} of {len(medians)} below", slow == 0),
        Target("their median", "≥ 1.5 times ours", f"{middle:.2f}", middle >= 1.5),
        Target(
            "what is slow in peers",
            "≥ 3 times ours",
            f"{several[least]:.2f} or more ({least})",
            several[least] >= 3,
        ),
    ]


_SLOW_OF_PEERS = ("fog", "superpixels", "glass_blur", "shot_noise", "elastic", "rain")
