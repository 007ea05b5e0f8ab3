"""Photos: the same recipe by us, by the opponents, and by the kernels alone."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from benchmarks import environment
from benchmarks.measure import Contender, Costs, interleaved, ratio, run
from benchmarks.results import Section, Target
from benchmarks.room import put_away

COPIES = 4
_FEWER = 4
"""Augmentor makes this many times fewer pictures: it takes long, and each costs the same."""
_NOTE = " Augmentor takes no splits: it made a quarter as many, of the validation photos alone."
_TARGET = environment.SCRATCH / "out"
_OURS, _OURS_ALONE = "augment -j 2", "augment -j 1"
_FLOOR, _FLOOR_ALONE = "floor, 2 processes", "floor, 1 process"


class Comparison(Struct, frozen=True):
    """One recipe, who else does it, and what was promised."""

    recipe: str
    title: str
    text: str
    peers: dict[str, str]
    """Name in the table → recipe of the Albumentations script, or `augmentor` and its recipe."""
    promises: dict[str, float]
    """Peer → at least so many times our CPU."""


HEAVY = Comparison(
    "heavy",
    "Photos, geometry-heavy recipe",
    "Flip, rotate, scale, shear, translate, perspective, random resized crop to 224, brightness, "
    "contrast, gamma, solarize, posterize. The hand-written pool uses the same steps one by one; "
    "in the row `affine merged` its author saw that four of them are one `A.Affine`. Augmentor "
    "(a thread for each CPU) does what it has of these: flip, rotate, zoom, shear, skew, crop, "
    "resize, brightness, contrast.",
    {
        "Albumentations pool, 2": "heavy",
        "Albumentations pool, 2, affine merged": "merged",
        "Augmentor": "augmentor heavy",
    },
    {"Albumentations pool, 2": 3.0, "Augmentor": 15.0},
)
LIGHT = Comparison(
    "light",
    "Photos, light recipe",
    "Flip, one affine map (rotate, scale, translate), hue and saturation; full size.",
    {"Albumentations pool, 2": "light"},
    {"Albumentations pool, 2": 1.3},
)
SIMPLE = Comparison(
    "simple",
    "Photos, against Augmentor",
    "Flip, rotate, zoom, brightness, contrast; full size. Augmentor decodes for each picture anew, "
    "resamples bicubically and writes JPEG at quality 75 (ours: bilinear, 95). Its "
    "floor is ours: decoding and writing at 95 alone, of which Augmentor's is at most ten times.",
    {"Augmentor": "augmentor simple"},
    {"Augmentor": 15.0},
)


def compare(what: Comparison, rounds: int, *, quick: bool) -> Section | str:
    """Return the section of a comparison, or why it could not be made."""
    photos = environment.data("clothing_small")
    if photos is None:
        return "no photos: set AUGMENT_BENCH_DATA to the folder that holds clothing_small"
    source = photos / "validation" if quick else photos
    count = sum(1 for _ in source.rglob("*.jpg")) * COPIES
    contenders = _contenders(what, source, count)
    _clear()
    run(contenders[_OURS].command)  # sources into memory, bytecode compiled
    found = interleaved(contenders, rounds, _clear)
    _clear()
    dataset = f"{count // COPIES} photos of clothing-dataset-small, {COPIES} copies each."
    head = ("", "pictures", "CPU, s", "wall, s", "CPU a picture, ms", "times ours")
    rows = [_row(name, costs, found[_OURS]) for name, costs in found.items()]
    text = f"{what.text} {dataset}{_NOTE if 'Augmentor' in what.peers else ''}"
    return Section(what.title, text, [head, *rows], _targets(what, found))


def _contenders(what: Comparison, source: Path, count: int) -> dict[str, Contender]:
    paths = [str(source), str(_TARGET)]
    recipe = str(environment.HERE / "recipes" / f"{what.recipe}.yaml")
    run_it = [environment.AUGMENT, "run", recipe, "-q", "-i", paths[0], "-o", paths[1]]
    if source.name == "validation":
        run_it += ["--set", "dataset.augment=[train]"]
    contenders = {
        _OURS: Contender([*run_it, "-j", "2"], count),
        _OURS_ALONE: Contender([*run_it, "-j", "1"], count),
    }
    for name, script in what.peers.items():
        contenders[name] = _peer(script, source, count)
    for name, jobs in ((_FLOOR_ALONE, "1"), (_FLOOR, "2")):
        command = [*_script("floor"), what.recipe, *paths, jobs, str(COPIES)]
        contenders[name] = Contender(command, count)
    return contenders


def _peer(script: str, source: Path, count: int) -> Contender:
    if not script.startswith("augmentor"):
        paths = [str(source), str(_TARGET)]
        return Contender([*_script("albumentations_pool"), script, *paths, "2", str(COPIES)], count)
    recipe, fewer = script.split()[1], count // _FEWER
    classes = source / "validation" if (source / "validation").is_dir() else source
    arguments = [recipe, str(classes), str(_TARGET), str(fewer)]
    return Contender([*_script("augmentor_sample"), *arguments], fewer)


def _script(name: str) -> list[str]:
    return [environment.PYTHON, str(environment.HERE / "peers" / f"{name}.py")]


def _clear() -> None:
    put_away(_TARGET)


def _row(name: str, costs: Costs, ours: Costs) -> tuple[str, ...]:
    each = f"{costs.each.median:.2f}"
    times = str(ratio(ours, costs))
    return name, f"{costs.things:,}", str(costs.cpu), str(costs.wall), each, times


def _targets(what: Comparison, found: dict[str, Costs]) -> list[Target]:
    ours = found[_OURS]
    targets = []
    for name, least in what.promises.items():
        times = ratio(ours, found[name])
        wanted = f"≥ {least:g} times our CPU"
        targets.append(Target(name, wanted, str(times), times.median >= least))
    for own, floor in ((_OURS, _FLOOR), (_OURS_ALONE, _FLOOR_ALONE)):
        over = ratio(found[floor], found[own])
        targets.append(Target(f"{own} / {floor}", "≤ 1.15", str(over), over.median <= 1.15))
    return targets
