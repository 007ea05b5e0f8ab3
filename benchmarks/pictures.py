"""Photos: the same recipe by us, by the opponents, and by the kernels alone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks import environment
from benchmarks.measure import Costs, interleaved, ratio, run
from benchmarks.results import Section, Target

COPIES = 4
_TARGET = environment.SCRATCH / "out"
_OURS, _FLOOR, _FLOOR_2 = "augment -j 2", "floor, 1 process", "floor, 2 processes"


@dataclass(frozen=True)
class Comparison:
    """One recipe, who else does it, and what was promised."""

    recipe: str
    title: str
    text: str
    peers: dict[str, str]
    """Name in the table → recipe name of the Albumentations script; `augmentor` for Augmentor."""
    promises: dict[str, float]
    """Peer → at least so many times our CPU."""


HEAVY = Comparison(
    "heavy",
    "Photos, geometry-heavy recipe",
    "Flip, rotate, scale, shear, translate, perspective, random resized crop to 224, brightness, "
    "contrast, gamma, solarize, posterize. The hand-written pool uses the same steps one by one; "
    "in the row `affine merged` its author saw that four of them are one `A.Affine`.",
    {
        "Albumentations pool, 2": "heavy",
        "Albumentations pool, 2, affine merged": "merged",
    },
    {"Albumentations pool, 2": 3.0},
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
    "resamples bicubically and writes JPEG at quality 75 (ours: bilinear, 95); its floor is ours.",
    {"Augmentor": "augmentor"},
    {"Augmentor": 15.0},
)


def compare(what: Comparison, rounds: int, *, quick: bool) -> Section | str:
    """Return the section of a comparison, or why it could not be made."""
    photos = environment.data("clothing_small")
    if photos is None:
        return "no photos: set AUGMENT_BENCH_DATA to the folder that holds clothing_small"
    source = photos / "validation" if quick else photos
    count = sum(1 for _ in source.rglob("*.jpg")) * COPIES
    commands = _commands(what, source, count)
    run(commands[_OURS])  # sources into memory, bytecode compiled
    found = interleaved(commands, rounds, _clear)
    _clear()
    dataset = f"{count // COPIES} photos of clothing-dataset-small, {COPIES} copies each."
    head = ("", "CPU, s", "wall, s", "CPU a picture, ms", "CPU, times ours")
    rows = [_row(name, costs, found[_OURS], count) for name, costs in found.items()]
    text = f"{what.text} {dataset}"
    return Section(what.title, text, [head, *rows], _targets(what, found))


def _commands(what: Comparison, source: Path, count: int) -> dict[str, list[str]]:
    paths = [str(source), str(_TARGET)]
    recipe = str(environment.HERE / "recipes" / f"{what.recipe}.yaml")
    run_it = [environment.AUGMENT, "run", recipe, "-q", "-i", paths[0], "-o", paths[1]]
    if source.name == "validation":
        run_it += ["--set", "dataset.augment=[train]"]
    commands = {_OURS: [*run_it, "-j", "2"], "augment -j 1": [*run_it, "-j", "1"]}
    for name, script in what.peers.items():
        commands[name] = _peer(script, paths, count)
    for name, jobs in ((_FLOOR, "1"), (_FLOOR_2, "2")):
        commands[name] = [*_script("floor"), what.recipe, *paths, jobs, str(COPIES)]
    return commands


def _peer(script: str, paths: list[str], count: int) -> list[str]:
    if script == "augmentor":
        return [*_script("augmentor_sample"), *paths, str(count)]
    return [*_script("albumentations_pool"), script, *paths, "2", str(COPIES)]


def _script(name: str) -> list[str]:
    return [environment.PYTHON, str(environment.HERE / "peers" / f"{name}.py")]


def _clear() -> None:
    shutil.rmtree(_TARGET, ignore_errors=True)


def _row(name: str, costs: Costs, ours: Costs, count: int) -> tuple[str, ...]:
    each = f"{costs.cpu.median / count * 1000:.2f}"
    return name, str(costs.cpu), str(costs.wall), each, str(ratio(ours, costs))


def _targets(what: Comparison, found: dict[str, Costs]) -> list[Target]:
    ours = found[_OURS]
    targets = []
    for name, least in what.promises.items():
        times = ratio(ours, found[name])
        wanted = f"≥ {least:g} times our CPU"
        targets.append(Target(name, wanted, str(times), times.median >= least))
    over = ratio(found[_FLOOR], ours)
    return [*targets, Target("above the floor", "≤ 1.15", str(over), over.median <= 1.15)]
