"""Each operation by itself: one picture of 512×512 bytes, one thread, beside the same of peers."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2

from benchmarks import environment
from benchmarks.measure import say
from benchmarks.results import OPERATIONS, Section, Target

TITLE = "Operations at 512×512"
_SIDE = 512
_MOST_ROUNDS = 2
_OURS, _ALBUMENTATIONS, _AUGRS = _ALL = ("augment", "albumentations", "augrs")
_ALIKE = {
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    "OPENBLAS_NUM_THREADS": "1",
}
"""As our workers have it: freed memory is kept for what is allocated next, BLAS has one thread."""
_TEXT = """Milliseconds of CPU for one call, from what is drawn to the pixels. Batches of calls take
turns, library by library, each with the draws of the one before; told is the mean of the fastest,
as what else a machine does makes some slower and none faster. What peers have is set to the same
strength, size, direction and border where their parameters allow that; where what is drawn is
another thing (fog, shadows …) it is about as much of it. What takes something of another picture is
given one of this size, decoded. Parts of a random resized crop are at most
half of the picture, as we average those that are larger before they are sampled. All have one
thread and an allocator that keeps memory, as our workers do. Beside a number below 1, how many
times ours a peer takes, stands why."""

_ALIKE_KERNELS = "about the same work of OpenCV on both sides"
_WHY = {
    "gamma": "about the same table on both sides",
    "crop_and_pad": "two frames, each with a matrix of its own and its bookkeeping",
    "random_resized_crop": "bookkeeping, some 15 µs: each part has a matrix of its own",
    "normalize": "two passes: bands are weighed as floats; the peer's goes over the bytes once",
    "morphology": "a square of nine pixels; the peer's of this size is a cross of five",
    "channel_dropout": "a table for each channel, so that it fuses with its neighbours",
    "xy_masking": "places are hashed from a recorded seed",
    "grid_shuffle": "places are hashed from a recorded seed",
}
"""Why an operation takes us longer, where that is more than a like kernel."""

Times = dict[str, float]
"""Operation → milliseconds."""


def table(rounds: int, *, quick: bool) -> Section:
    """Measure all operations, the libraries in turn; the fastest of some rounds counts."""
    picture, names = _picture(), ("rotate", "brightness", "rain") if quick else ()
    found: dict[str, Times] = {library: {} for library in _ALL}
    for number in range(1 if quick else min(rounds, _MOST_ROUNDS)):
        for library, times in _measured(picture, names).items():
            known = found[library]
            known |= {name: min(cost, known.get(name, cost)) for name, cost in times.items()}
        say(f"  round {number + 1}")
    ratios = _ratios(found[_OURS], found[_ALBUMENTATIONS])
    return Section(TITLE, _TEXT, [_HEAD, *_rows(found)], _targets(ratios), OPERATIONS)


_HEAD = (
    *("operation", "ours, ms", "Albumentations, ms", "times ours"),
    *("augrs, ms", "times ours", "why less"),
)


def _picture() -> Path:
    """Return a photo, cut to a square and made this large."""
    photo = environment.PROJECT / "sample_data" / "photos" / "test" / "dress" / "003.jpg"
    pixels = cv2.imread(str(photo))
    side, top = min(pixels.shape[:2]), (pixels.shape[0] - min(pixels.shape[:2])) // 2
    target = environment.SCRATCH / "operations.png"
    square = cv2.resize(pixels[top : top + side, :side], (_SIDE, _SIDE))
    cv2.imwrite(str(target), square)
    return target


def _measured(picture: Path, names: Sequence[str]) -> dict[str, Times]:
    script = str(environment.HERE / "peers" / "operations.py")
    done = subprocess.run(
        [environment.PYTHON, script, str(picture), *names],
        env=os.environ | _ALIKE,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    times: dict[str, Times] = json.loads(done.stdout)
    return times


def _ratios(ours: Times, theirs: Times) -> Times:
    """Return how many times ours each takes."""
    return {name: cost / ours[name] for name, cost in theirs.items()}


def _rows(found: Mapping[str, Times]) -> Iterator[tuple[str, ...]]:
    columns = [found[library] for library in (_ALBUMENTATIONS, _AUGRS)]
    for name, ours in found[_OURS].items():
        cells = (cell for times in columns for cell in _cells(times.get(name), ours))
        theirs = min(times.get(name, ours) for times in columns)
        why = _WHY.get(name, _ALIKE_KERNELS) if theirs < ours else ""
        yield (name, f"{ours:.3f}", *cells, why)


def _cells(theirs: float | None, ours: float) -> tuple[str, str]:
    return ("", "") if theirs is None else (f"{theirs:.3f}", f"{theirs / ours:.2f}")


def _targets(ratios: Times) -> list[Target]:
    slow = Counter(value < 1 for value in ratios.values())[True]
    middle = statistics.median(ratios.values())
    several = {name: ratios[name] for name in _SLOW_OF_PEERS if name in ratios}
    least = min(several, key=lambda name: several[name])
    return [
        Target("each operation", "≥ 1 times ours", f"{slow} of {len(ratios)} below", slow == 0),
        Target("their median", "≥ 1.5 times ours", f"{middle:.2f}", middle >= 1.5),
        Target(
            "what is slow in peers",
            "≥ 3 times ours",
            f"{several[least]:.2f} or more ({least})",
            several[least] >= 3,
        ),
    ]


_SLOW_OF_PEERS = ("fog", "superpixels", "glass_blur", "shot_noise", "elastic", "rain")
