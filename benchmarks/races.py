"""Pictures against those who are fast: what one more picture costs, with start-up taken out.

Each contender runs on few and on many sources in turn; the slope between the two is what one more
picture costs, and what is left of the smaller run is the start. Peers are pools by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from benchmarks import environment
from benchmarks.measure import Spread, run, say
from benchmarks.results import Section, Target
from benchmarks.room import put_away
from benchmarks.sources import SOURCES

COPIES = 4
_TARGET = environment.SCRATCH / "out"
_OURS = "augment"
ALBUMENTATIONS, ALBUMENTATIONSX, AUGRS = "albumentations", "albumentationsx", "augrs"
BY_POINTS = f"{ALBUMENTATIONS}-keypoints"


class Race(Struct, frozen=True):
    """A recipe on some data, on how many sources it is run, and what is wanted."""

    recipe: str
    data: str
    text: str
    few: int
    many: int
    wanted: Mapping[str, float]
    """Peer → at least so many times our CPU for one more picture."""
    changes: Sequence[str] = ()
    """What is set in the recipe beside."""
    script: str = "pool"
    """What runs the peers."""

    @property
    def title(self) -> str:
        """Return the title of its section."""
        return f"One more picture: {self.recipe}, {self.data}"


def _labelled() -> Iterator[tuple[str, Race]]:
    """Yield races of pictures with labels, which are to follow."""
    recipes = {"geometry": ("Much geometry, tones, crop to 224", 3), "everyday": (_LIGHT, 1.5)}
    for recipe, (text, least) in recipes.items():
        for name, (data, beside, changes) in _LABELS.items():
            wanted = {ALBUMENTATIONS: least} | ({BY_POINTS: 1} if name == "outlines" else {})
            told = (recipe, data, f"{text}; {beside}.", 8, 160, wanted, changes)
            yield name, Race(*told, script="labelled_pool")


_LIGHT = "Flip, affine, tones; hue 40 %, noise 20 %"
_LABELS = {
    "boxes": ("YOLO boxes", "`bbox_params`, a label file each", ["dataset.format=yolo"]),
    "outlines": (
        "COCO outlines",
        "outlines as masks with `bbox_params`, or as keypoints that are not cut; one JSON file",
        ["dataset.format=coco"],
    ),
    "masks": (
        "masks",
        "11 classes, written as PNG beside JPEG",
        ["dataset.format=masks", "dataset.targets.ignore=[11]"],
    ),
}
"""What is told of pictures → the data, how it is done by hand, and what our recipe is told."""
_LEAST = (
    "By themselves, on the machine told below: a quarter of a decoded file, one warp, one table, "
    "one PNG and its hash take 0.01 ms of it, and the system 0.036 ms for a file that is written, "
    "named and looked at (0.023 for one that is only written, as peers do); the rest is Python. So "
    "twice as fast as Albumentations would leave 0.05 ms for all that reads, draws, checks, packs "
    "and records. A script that draws by chunks and writes the same files, hashes and records, but "
    "checks nothing, was 1.6 times as fast on another machine."
)
"""What the least is that a tiny picture costs, measured on 2026-11-30."""
_ABOUT = {ALBUMENTATIONS: 1.0, ALBUMENTATIONSX: 1.0, AUGRS: 1.0}
RACES = {
    "geometry": Race(
        *("geometry", "photos", "Much geometry, tones, crop to 224.", 8, 160),
        _ABOUT | {ALBUMENTATIONS: 3.5, AUGRS: 5},
    ),
    "merged": Race(
        *("merged", "photos", "The same, its four affine maps merged by hand.", 8, 160),
        _ABOUT | {ALBUMENTATIONS: 2.2},
    ),
    "everyday": Race(
        *("everyday", "photos", "Flip, affine, tones; hue 40 %, noise 20 %.", 8, 160),
        _ABOUT | {ALBUMENTATIONS: 1.5, AUGRS: 1.1},
    ),
    "basic": Race(
        *("basic", "photos", "Flip, rotate, brightness.", 8, 160),
        _ABOUT | {ALBUMENTATIONS: 1.25, AUGRS: 1.2},
    ),
    "photometric": Race(
        *("photometric", "photos", "Brightness, contrast, gamma, hue, saturation.", 8, 160),
        _ABOUT | {ALBUMENTATIONS: 1.5, AUGRS: 1},
    ),
    "digits": Race(
        *("basic", "digits", f"Flip, rotate, brightness of 28×28 PNG files. {_LEAST}", 400, 4_000),
        _ABOUT | {ALBUMENTATIONS: 2, AUGRS: 0.6},
        ["output.image.format=png"],
    ),
    "camera": Race(
        *("camera", "camera photos", "Photos of 3 to 8 megapixels to 512×512, as above.", 4, 40),
        _ABOUT | {ALBUMENTATIONS: 2, AUGRS: 2},
    ),
    "elastic": Race(
        *("elastic", "photos", "Elastic map, noise, blur.", 8, 100),
        _ABOUT | {ALBUMENTATIONS: 4, AUGRS: 2},
    ),
    **{f"{each.recipe}-{name}": each for name, each in _labelled()},
}


class Line(Struct, frozen=True):
    """What was found of one contender, round by round."""

    slopes: tuple[float, ...]
    """Milliseconds of CPU for one more picture."""
    starts: tuple[float, ...]
    """Seconds of CPU that the first picture costs beyond that."""

    def times(self, ours: Line) -> Spread:
        """Return how many times ours one more picture costs."""
        return Spread(tuple(a / b for a, b in zip(self.slopes, ours.slopes, strict=True)))


def race(what: Race, rounds: int, *, quick: bool) -> Section | str:
    """Return the section of a race, or why it could not be run."""
    sources = SOURCES[what.data]
    if environment.data(sources.data) is None:
        return f"no {what.data}: set AUGMENT_BENCH_DATA to the folder that holds it"
    many = max(2 * what.few, what.many // 4) if quick else what.many
    sizes = [(sources.folder(what.data, count), count) for count in (what.few, many)]
    names = (_OURS, *what.wanted)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    _cpu(what, _OURS, sizes[0][0])  # sources into memory, bytecode compiled
    for number in range(rounds):
        for name in names:
            costs = [(_cpu(what, name, folder), count * COPIES) for folder, count in sizes]
            found[name].append(line_of(*costs))
            slope, start = found[name][-1]
            say(f"  round {number + 1}: {name}: {slope:.3f} ms a picture, start {start:.2f} s")
    put_away(_TARGET)
    lines = {name: Line(*zip(*each, strict=True)) for name, each in found.items()}
    return _section(what, many, lines)


def line_of(small: tuple[float, int], large: tuple[float, int]) -> tuple[float, float]:
    """Return slope in milliseconds and start in seconds, from CPU and how many were made."""
    slope = (large[0] - small[0]) / (large[1] - small[1])
    return slope * 1000, small[0] - slope * small[1]


def _cpu(what: Race, name: str, sources: Path) -> float:
    """Return the CPU of one contender on some sources, from nothing."""
    put_away(_TARGET)
    paths = [str(sources), str(_TARGET)]
    if name == _OURS:
        recipe = str(environment.HERE / "recipes" / f"{what.recipe}.yaml")
        sets = [word for each in what.changes for word in ("--set", each)]
        ours = [environment.AUGMENT, "run", recipe, "-q", "-j", "2", *sets]
        return run([*ours, "-i", paths[0], "-o", paths[1]]).cpu
    before = [f"PYTHONPATH={environment.X}"] if name == ALBUMENTATIONSX else []
    pool = [
        environment.PYTHON,
        str(environment.HERE / "peers" / f"{what.script}.py"),
        name,
        what.recipe,
    ]
    return run(["env", *before, *pool, *paths, "2", str(COPIES)]).cpu


def _section(what: Race, many: int, lines: Mapping[str, Line]) -> Section:
    head = ("", "CPU for one more picture, ms", "start, s", "times ours")
    ours = lines[_OURS]
    rows = [
        (name, str(Spread(line.slopes)), str(Spread(line.starts)), str(line.times(ours)))
        for name, line in lines.items()
    ]
    targets = [
        target_of(name, least, lines[name].times(ours)) for name, least in what.wanted.items()
    ]
    ahead = [name for name, line in lines.items() if line.times(ours).median < 1]
    text = f"{what.text} {what.few} and {many} sources, {COPIES} copies each, 2 processes."
    text += f" Ahead of us: {', '.join(ahead)}." if ahead else ""
    return Section(what.title, text, [head, *rows], targets)


def target_of(name: str, least: float, times: Spread) -> Target:
    """Return what is wanted of a peer's times ours."""
    return Target(name, f"≥ {least:g} times our CPU", str(times), times.median >= least)
