"""Texts, series and sounds: what one more new sample costs beside peers, with start-up taken out.

As the races of pictures do: each contender runs on few and on many sources in turn. The peers of
texts run in an interpreter of their own, as `benchmarks/text.py` says.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks import environment, series
from benchmarks.measure import Spread, run, say
from benchmarks.races import Line, line_of, target_of
from benchmarks.results import SERIES, TEXTS, Page, Section

_FOLDER = environment.SCRATCH / "rows"
_OUT = _FOLDER / "out"
_OURS = "augment"


class Race(Struct, frozen=True):
    """Steps on some data, two sizes, and whose script does the same."""

    title: str
    page: Page
    steps: Sequence[str]
    copies: int
    few: int
    many: int
    peer: str
    script: str
    wanted: float
    """How many times our CPU the peer is to take at least."""
    source: Callable[[Path, int], Path]
    """Writes so many sources below a folder."""
    settings: Mapping[str, Any]
    interpreter: Callable[[], str | None] = lambda: environment.PYTHON
    """Returns the peer's; None where there is none."""
    note: str = ""
    """What is to be known of the target."""


def _texts(folder: Path, count: int) -> Path:
    found = environment.data("text_sst2")
    assert found is not None
    path = folder / f"{count}.tsv"
    lines = (found / "train.tsv").read_text().splitlines()
    path.write_text("".join(f"{line}\n" for line in lines[:count]))
    return path


def _of_texts() -> str | None:
    there = environment.data("text_sst2") and os.environ.get("NLTK_DATA")
    return os.environ.get("AUGMENT_TEXT_PEERS") if there else None


_TAGGER = """ nlpaug's tagger is NLTK's class with the weights of textblob-aptagger 0.2.0, from
which NLTK took it over. Ours takes 1.45 tries for a text that is new, tells of each all params, and
looks a new word up once in each of its two processes."""

RACES = {
    "race-texts": Race(
        title="One more text: synonyms",
        page=TEXTS,
        steps=["synonym_replace"],
        copies=9,
        few=500,
        many=5_000,
        peer="nlpaug",
        script="synonyms_nlpaug.py",
        wanted=20,
        source=_texts,
        settings={"kind": "text", "text": 0, "label": 1},
        interpreter=_of_texts,
        note=_TAGGER,
    ),
    "race-series": Race(
        title="One more series of 150 points",
        page=SERIES,
        steps=["time_warp", "drift", "jitter"],
        copies=4,
        few=500,
        many=5_000,
        peer="tsaug",
        script="tsaug_npz.py",
        wanted=1.3,
        source=lambda folder, count: series.arrays(folder / f"{count}.npz", count),
        settings={"kind": "timeseries"},
    ),
    "race-sounds": Race(
        title="One more sound of a second",
        page=SERIES,
        steps=["gain", "pitch_shift", "noise"],
        copies=4,
        few=20,
        many=200,
        peer="audiomentations",
        script="audiomentations_wavs.py",
        wanted=1.1,
        source=lambda folder, count: series.sounds(folder / str(count), count),
        settings={"kind": "timeseries"},
    ),
}


def race(what: Race, rounds: int, *, quick: bool) -> Section | str:
    """Return the section of a race, or why it could not be run."""
    interpreter = what.interpreter()
    if interpreter is None:
        return "no data or no opponents: see benchmarks/text.py"
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir(parents=True)
    many = what.many // 4 if quick else what.many
    sizes = [(what.source(_FOLDER, count), count) for count in (what.few, many)]
    contenders = {_OURS: _ours, what.peer: _peer}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    run(_ours(what, sizes[0][0], interpreter))  # sources into memory, bytecode compiled
    for number in range(rounds):
        for name, command in contenders.items():
            costs = [
                (_cpu(command(what, source, interpreter)), count * what.copies)
                for source, count in sizes
            ]
            found[name].append(line_of(*costs))
            say(f"  round {number + 1}: {name}: {1000 * found[name][-1][0]:.1f} µs a sample")
    lines = {name: Line(*zip(*each, strict=True)) for name, each in found.items()}
    times = lines[what.peer].times(lines[_OURS])
    text = f"{what.few} and {many} sources, {what.copies} copies each; ours with 2 processes."
    head = ("", "CPU for one more, µs", "start, s", "times ours")
    target = target_of(what.peer, what.wanted, times)
    return Section(what.title, text + what.note, [head, *_rows(lines)], [target], what.page)


def _rows(lines: Mapping[str, Line]) -> Iterator[tuple[str, ...]]:
    for name, line in lines.items():
        micros = Spread(tuple(1000 * slope for slope in line.slopes))
        yield name, str(micros), str(Spread(line.starts)), str(line.times(lines[_OURS]))


def _cpu(command: Sequence[str]) -> float:
    shutil.rmtree(_OUT, ignore_errors=True)
    return run(command).cpu


def _ours(what: Race, source: Path, _interpreter: str) -> list[str]:
    recipe = {
        "version": 1,
        "seed": 1,
        "dataset": {"path": str(source), **what.settings},
        "output": {"path": str(_OUT)},
        "copies": what.copies,
        "steps": list(what.steps),
    }
    path = _FOLDER / f"{source.stem}.json"
    path.write_text(json.dumps(recipe))
    return [environment.AUGMENT, "run", str(path), "-q", "-j", "2"]


def _peer(what: Race, source: Path, interpreter: str) -> list[str]:
    script = str(environment.HERE / "peers" / what.script)
    target = _FOLDER / f"peer{source.suffix}"
    return [interpreter, script, str(source), str(target), str(what.copies)]
