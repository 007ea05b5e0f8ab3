"""Can the verdict be trusted? Seeded runs on nothing, on what helps and on what destroys labels."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.engines.local import make_engine
from augcli.image.court import court
from augcli.judges.gather import Material
from augcli.judges.judge import Numbers, Rows
from augcli.judges.measures import Turn, Values, differences
from augcli.judges.panel import ClassPanel
from augcli.judges.verdict import Extent, Opinion, Verdict, verdict
from augcli.recipe import load_recipe
from augcli.run import run
from augcli.store.manifest import read_manifest
from augcli.store.output import OutputFolder
from benchmarks import environment
from benchmarks.learned_effect import digits, geometry
from benchmarks.measure import say
from benchmarks.results import EFFECTS, Section, Target

TITLE = "How often the verdict is false, and how often it sees"
DRAWN, COPIES = 60, 3
"""Digits of each class that all runs draw from, and copies of each."""
FOLDS, REPEATS = 10, 10
NULLS, RUNS = 100, 40
MOST_FALSE = 5
MILD = geometry(10, 0.1, 5, 0.05, 0)
MIRROR: list[Any] = [{"horizontal_flip": {"p": 1}}]
_TEXT = f"""Every run draws other digits of MNIST, and asks `augment
evaluate`'s own judges for {FOLDS} folds × {REPEATS}; copies ({COPIES} of each) are those of one
run of the recipe. In the first four rows there is nothing to be seen, so that any verdict is
false. In the row of mirrors the classes are digits and mirrored digits, and copies are mirrored.
The last row holds out rows instead of sources: copies of a tested digit are then learned from."""

Views = Sequence[NDArray[np.float32]]
"""What each judge sees of digits and their copies: digits × (1 + copies) × features."""


class Pool(NamedTuple):
    """Digits with what judges see of them and of their copies by some recipes."""

    labels: NDArray[np.intp]
    mild: Views
    again: Views
    """Copies by the same recipe with another seed."""
    mirrored: Views


def effect(rounds: int, *, quick: bool) -> Section | str:
    """Return the section; `rounds` has no say, as each seed is a round."""
    data = environment.data("mnist_t10k")
    if data is None:
        return "no digits: set AUGMENT_BENCH_DATA to the folder that holds mnist_t10k"
    nulls, runs = (10, 5) if quick else (NULLS, RUNS)
    pool = _pool(data)
    rows, targets = [("what", "digits", "runs", "helps", "hurts", "points, mean")], []
    for what, size, ask, wanted in CASES:
        times = nulls if wanted == "none" else runs
        found = [ask(pool, size, Draws(seed)) for seed in range(times)]
        helps, hurts = (sum(each.verdict == each_of for each in found) for each_of in WAYS)
        points = 100 * np.mean([each.accuracy.mean for each in found])
        rows.append((what, str(size), str(times), str(helps), str(hurts), f"{points:+.1f}"))
        targets += _targets(f"{what}, {size}", wanted, times, helps, hurts)
        say(f"  {' | '.join(rows[-1])}")
    rows.append(("folds by row instead of by source", "200", "1", "", "", _leak(pool)))
    return Section(TITLE, _TEXT, rows, targets, EFFECTS)


WAYS = ("helps", "hurts")


def _targets(what: str, wanted: str, times: int, helps: int, hurts: int) -> Iterator[Target]:
    if wanted == "none":
        most = max(1, MOST_FALSE * times // 100)
        yield Target(what, f"at most {most} verdicts", str(helps + hurts), helps + hurts <= most)
    elif wanted in WAYS:
        seen, least = (helps, 0.8 * times) if wanted == "helps" else (hurts, times)
        yield Target(what, f"{wanted} in {least:.0f} of {times}", str(seen), seen >= least)


def _drawn(pool: Pool, size: int, at: Draws) -> tuple[NDArray[np.intp], Numbers]:
    """Return which digits a run draws, the same number of each class, and their classes."""
    generator = np.random.Generator(np.random.PCG64(at.at("drawn").seed()))
    each = size // 10
    chosen = [generator.permutation(np.flatnonzero(pool.labels == c))[:each] for c in range(10)]
    places = np.concatenate(chosen)
    return places, pool.labels[places].astype(np.int64)


def _rows(views: NDArray[np.float32], labels: Numbers) -> Rows:
    """Return digits and their copies as rows, the digits first."""
    count, each = views.shape[:2]
    flat = views.transpose(1, 0, 2).reshape(count * each, -1)
    sources = np.tile(np.arange(count), each)
    return Rows(flat, sources, labels, np.eye(labels.max() + 1)[labels[sources]])


def _told(before: Sequence[Rows], after: Sequence[Rows], at: Draws) -> Verdict:
    labels = after[0].labels
    panel = ClassPanel(court().judges, [str(each) for each in range(labels.max() + 1)])
    names = [str(each) for each in range(len(labels))]
    parts = panel.partitions(after[0], names, FOLDS, REPEATS, at.at("folds"))
    opinions = []
    for judge, *arms in zip(panel.judges, before, after, strict=True):
        one, other = (panel.in_folds(judge, each, parts) for each in arms)
        right, good = (differences(one, other, each) for each in (_right, _goodness))
        opinions.append(Opinion(judge.name, {"accuracy": _accuracy(one)}, {}, right, good))
    size = len(after[0].sources)
    return verdict(opinions, Extent("digit", len(labels), size, FOLDS, REPEATS, panel.classes))


def _with_and_without(
    views: Views, places: NDArray[np.intp], labels: Numbers, at: Draws
) -> Verdict:
    rows = [_rows(each[places], labels) for each in views]
    return _told([each.without_copies() for each in rows], rows, at)


def random_labels(pool: Pool, size: int, at: Draws) -> Verdict:
    """Return the verdict on mild geometry where labels say nothing."""
    places, labels = _drawn(pool, size, at)
    generator = np.random.Generator(np.random.PCG64(at.at("labels").seed()))
    return _with_and_without(pool.mild, places, generator.permutation(labels), at)


def balanced(pool: Pool, size: int, at: Draws) -> Verdict:
    """Return the verdict on copies of a rare class alone, one in five, where labels say nothing."""
    places, _ = _drawn(pool, size, at)
    generator = np.random.Generator(np.random.PCG64(at.at("labels").seed()))
    labels = generator.permutation((np.arange(size) % 5 == 0).astype(np.int64))
    rows = [_rows(each[places], labels) for each in pool.mild]
    rare = [labels[each.sources] == 1 for each in rows]
    after = [
        _with(each, kept | (np.arange(len(kept)) < size))
        for each, kept in zip(rows, rare, strict=True)
    ]
    return _told([each.without_copies() for each in rows], after, at)


def _with(rows: Rows, kept: NDArray[np.bool_]) -> Rows:
    return Rows(rows.views[kept], rows.sources[kept], rows.labels, rows.targets[kept])


def duplicates(pool: Pool, size: int, at: Draws) -> Verdict:
    """Return the verdict on copies that are the digits themselves."""
    places, labels = _drawn(pool, size, at)
    same = [np.repeat(each[:, :1], 1 + COPIES, axis=1) for each in pool.mild]
    return _with_and_without(same, places, labels, at)


def itself(pool: Pool, size: int, at: Draws) -> Verdict:
    """Return the verdict on a recipe beside itself with another seed."""
    places, labels = _drawn(pool, size, at)
    one, other = ([_rows(e[places], labels) for e in v] for v in (pool.mild, pool.again))
    return _told(one, other, at)


def mild(pool: Pool, size: int, at: Draws) -> Verdict:
    """Return the verdict on mild geometry."""
    places, labels = _drawn(pool, size, at)
    return _with_and_without(pool.mild, places, labels, at)


def mirrors(pool: Pool, size: int, at: Draws) -> Verdict:
    """Return the verdict on mirrored copies where mirrored digits are the other class."""
    places, _ = _drawn(pool, size, at)
    labels = np.arange(size) % 2
    turned = [
        np.where(labels[:, None, None] == 1, e[places][:, ::-1], e[places]) for e in pool.mirrored
    ]
    rows = [_rows(each, labels) for each in turned]
    return _told([each.without_copies() for each in rows], rows, at)


Ask = Callable[[Pool, int, Draws], Verdict]
CASES: tuple[tuple[str, int, Ask, str], ...] = (
    ("random labels", 100, random_labels, "none"),
    ("random labels, one in five rare and balanced", 200, balanced, "none"),
    ("plain duplicates", 100, duplicates, "none"),
    ("a recipe beside itself, other seed", 100, itself, "none"),
    ("mild geometry", 100, mild, "some"),
    ("mild geometry", 200, mild, "helps"),
    ("mirrors that destroy labels", 100, mirrors, "hurts"),
)


def _leak(pool: Pool) -> str:
    """Return accuracies on random labels, by source and by row."""
    places, labels = _drawn(pool, 200, Draws(0))
    labels = np.random.default_rng(0).permutation(labels)
    rows = [_rows(each[places], labels) for each in pool.mild]
    alone = [
        Rows(each.views, np.arange(len(each.sources)), labels[each.sources], each.targets)
        for each in rows
    ]
    told = [_told(each, each, Draws(0)).opinions for each in (rows, alone)]
    found = [100 * np.mean([each.without["accuracy"] for each in some]) for some in told]
    return f"accuracy {found[0]:.1f} → {found[1]:.1f}"


def _right(turn: Turn) -> Values:
    return turn.right


def _goodness(turn: Turn) -> Values:
    return turn.goodness


def _accuracy(arm: Sequence[Turn]) -> float:
    return float(np.mean([turn.right.mean() for turn in arm]))


def _pool(data: Path) -> Pool:
    """Return digits with what judges see of them and their copies."""
    found = digits(data, DRAWN, 0)
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        for number, (pixels, label) in enumerate(zip(found.train, found.labels, strict=True)):
            (root / f"in/{label}").mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(root / f"in/{label}/{number:04d}.png"), pixels)
        mild, again, turned = (
            _seen(root, *each) for each in ((MILD, COPIES, 0), (MILD, COPIES, 1), (MIRROR, 1, 0))
        )
    return Pool(found.labels, mild, again, turned)


def _seen(root: Path, steps: list[Any], copies: int, seed: int) -> Views:
    """Return what judges see of digits in their order, each with its copies."""
    recipe = {
        "version": 1,
        "seed": seed,
        "dataset": {"path": "in"},
        "output": {"path": f"out{seed}{copies}"},
        "copies": copies,
        "steps": steps,
    }
    told = load_recipe(json.dumps(recipe), "benchmark", root)
    run(told, make_engine(1, 600), lambda _done, _total: None)
    output = OutputFolder(told.output_folder)
    seen = Material(court(), ("train",), output.path)
    for record in read_manifest(output.manifest):
        seen.take(seen.court.seen(output.path, record))
    names = sorted(seen.originals, key=lambda name: name.rpartition("/")[2])
    samples = seen.samples(names)
    return [np.stack(list(_stacks(seen, samples, at, len(names)))) for at in range(2)]


def _stacks(seen: Material, samples: Any, judge: int, count: int) -> Iterator[NDArray[np.float32]]:
    views = np.asarray([*seen.seen(judge, samples)], np.float32)
    own: dict[str, list[int]] = {}
    for row, each in enumerate(samples):
        own.setdefault(each.source, []).append(row)
    for each in samples[:count]:
        yield views[own[each.source]]
