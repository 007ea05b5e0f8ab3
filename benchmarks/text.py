"""Texts: speed against what others use, file to file, and memory of growing files.

The opponents run in an interpreter of their own, named by AUGMENT_TEXT_PEERS, with NLTK, nlpaug and
TextAttack (which brings torch); NLTK_DATA has WordNet, stop words and the tagger, from NLTK's own
downloads or made by `peers/nltk_data.py`.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

from benchmarks import environment
from benchmarks.measure import Contender, Costs, Spread, interleaved, run, say
from benchmarks.results import TEXTS, Section, Target
from benchmarks.room import put_away

SPEED = "EDA × 9, file to file"
MEMORY = "Memory of growing files"

COPIES = 9
_FOLDER = environment.SCRATCH / "text"
_OUT = _FOLDER / "out"
_OURS, _OUR_SYNONYMS = "augment, EDA", "augment, synonyms"
_NLTK, _NLPAUG, _TEXTATTACK = "script over NLTK, EDA", "nlpaug, synonyms", "TextAttack, EDA"
_START = "TextAttack, one sentence"
_PROMISES = {_TEXTATTACK: _OURS, _NLPAUG: _OUR_SYNONYMS}
"""Peer → ours that does the same; 20 times the speed is promised."""
_ATTACKED = 200
_MIB = 2**20


def speed(rounds: int, *, quick: bool) -> Section | str:
    """Compare whole commands over the training sentences of SST-2."""
    source, peers = environment.data("text_sst2"), os.environ.get("AUGMENT_TEXT_PEERS")
    if source is None:
        return "no texts: set AUGMENT_BENCH_DATA to the folder that holds text_sst2"
    if not peers or not os.environ.get("NLTK_DATA"):
        return "no opponents: set AUGMENT_TEXT_PEERS and NLTK_DATA, see benchmarks/text.py"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    contenders = _contenders(source / "train.tsv", Path(peers))
    _clear()
    run(contenders[_OURS].command)  # the source into memory, bytecode compiled
    found = interleaved(contenders, min(rounds, 3), _clear)
    head = ("", "new texts", "CPU, s", "wall, s", "CPU a text, ms", "texts a second")
    rows = [_row(name, costs) for name, costs in found.items()]
    text = (
        f"The {contenders[_OURS].things // COPIES:,} training sentences of SST-2, {COPIES} copies "
        "each. Ours: two processes, with hashes, manifest, provenance of every text and durable "
        "writes. The others: one process, the texts alone. TextAttack "
        f"(`textattack augment --recipe eda`) got the first {_ATTACKED} sentences; its start, "
        "measured with one sentence, is not counted against it. nlpaug's tagger was NLTK's "
        "class with the weights of textblob-aptagger 0.2.0, from which NLTK took it over."
    )
    return Section(SPEED, text, [head, *rows], list(_targets(found)), TEXTS)


def _contenders(source: Path, peers: Path) -> dict[str, Contender]:
    made = COPIES * len(source.read_bytes().splitlines())
    target = str(_FOLDER / "peer.tsv")
    paths = [str(source), target, str(COPIES)]
    return {
        _OURS: Contender(_ours(source, "eda"), made),
        _OUR_SYNONYMS: Contender(_ours(source, "synonym_replace"), made),
        _NLTK: Contender([str(peers), _script("eda_nltk"), *paths], made),
        _NLPAUG: Contender([str(peers), _script("synonyms_nlpaug"), *paths], made),
        _TEXTATTACK: Contender(_attack(source, peers, _ATTACKED), COPIES * (_ATTACKED - 1)),
        _START: Contender(_attack(source, peers, 1), COPIES),
    }


def _ours(source: Path, step: str, copies: int = COPIES, jobs: int = 2) -> list[str]:
    recipe = {
        "version": 1,
        "seed": 1,
        "dataset": {"path": str(source), "kind": "text", "text": 0, "label": 1},
        "output": {"path": str(_OUT)},
        "copies": copies,
        "steps": [step],
    }
    path = _FOLDER / f"{step}-{source.stem}.yaml"
    path.write_text(json.dumps(recipe))
    return [environment.AUGMENT, "run", str(path), "-q", "-j", str(jobs)]


def _script(name: str) -> str:
    return str(environment.HERE / "peers" / f"{name}.py")


def _attack(source: Path, peers: Path, count: int) -> list[str]:
    path = _FOLDER / f"first{count}.csv"
    with path.open("w", newline="") as file, source.open() as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines][:count]
        csv.writer(file).writerows([("text", "label"), *rows])
    told = ["--input-csv", str(path), "--output-csv", str(_FOLDER / "peer.csv")]
    told += ["--input-column", "text", "--recipe", "eda", "--pct-words-to-swap", "0.1"]
    told += ["--transformations-per-example", str(COPIES), "--random-seed", "1", "--overwrite"]
    return [str(peers.with_name("textattack")), "augment", *told]


def _clear() -> None:
    put_away(_OUT)


def _row(name: str, costs: Costs) -> tuple[str, ...]:
    rate = costs.things / costs.wall.median
    each = f"{costs.each.median:.3f}"
    return name, f"{costs.things:,}", str(costs.cpu), str(costs.wall), each, f"{rate:,.0f}"


def _targets(found: dict[str, Costs]) -> list[Target]:
    start = found[_START]
    wall = Spread(_pairs(found[_NLTK].wall, found[_OURS].wall))
    targets = [_target("wall time of the script over NLTK", 3, wall)]
    for name, ours in _PROMISES.items():
        left = start if name == _TEXTATTACK else None
        for what in ("CPU", "wall"):
            theirs, own = _each(found[name], what, left), _each(found[ours], what)
            ratio = Spread(_pairs(theirs, own))
            targets.append(_target(f"{what} time a text of {name}", 20, ratio))
    return targets


def _each(costs: Costs, what: str, start: Costs | None = None) -> Spread:
    """Return the seconds that each thing took, without those of a start."""
    every = costs.cpu if what == "CPU" else costs.wall
    less = (start.cpu if what == "CPU" else start.wall).median if start else 0.0
    return Spread(tuple((value - less) / costs.things for value in every.values))


def _pairs(theirs: Spread, ours: Spread) -> tuple[float, ...]:
    return tuple(one / other for one, other in zip(theirs.values, ours.values, strict=True))


def _target(what: str, wanted: float, ratio: Spread) -> Target:
    return Target(what, f"≥ {wanted:g} times ours", str(ratio), ratio.median >= wanted)


def memory(rounds: int, *, quick: bool) -> Section | str:
    """Measure the largest size of a run in one process over files that grow."""
    source = environment.data("text_sst2")
    if source is None:
        return "no texts: set AUGMENT_BENCH_DATA to the folder that holds text_sst2"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    sizes = (10_000, 30_000) if quick else (100_000, 300_000, 1_000_000)
    peaks = {}
    rows: list[tuple[str, ...]] = [("rows", "file, MiB", "peak, MiB", "CPU, s")]
    for size in sizes:
        path = _numbered(source / "train.tsv", size)
        _clear()
        cost = run(_ours(path, "eda", copies=1, jobs=1), watch_memory=True)
        peaks[size] = cost.peak
        say(f"  {size} rows: {cost.peak / _MIB:.0f} MiB")
        file = path.stat().st_size / _MIB
        rows.append((f"{size:,}", f"{file:.0f}", f"{cost.peak / _MIB:.0f}", f"{cost.cpu:.0f}"))
        path.unlink()
    slope = (peaks[sizes[-1]] - peaks[sizes[0]]) / (sizes[-1] - sizes[0])
    target = Target("growth", "≤ 400 bytes a row", f"{slope:.0f} bytes", slope <= 400)
    text = (
        "One EDA copy of each row, one process; resident size, with the mapped pages of the file "
        "itself. Rows are those of SST-2 with their number at the end, so that all differ."
    )
    return Section(MEMORY, text, rows, [target], TEXTS)


def _numbered(source: Path, size: int) -> Path:
    lines = [line.rstrip("\n").split("\t") for line in source.open()]
    path = _FOLDER / f"rows{size}.tsv"
    with path.open("w") as file:
        for row in range(size):
            text, label = lines[row % len(lines)]
            file.write(f"{text} {row}\t{label}\n")
    return path
