"""Texts, series and sounds: what one more new sample costs beside peers, with start-up taken out.

As the races of pictures do: each contender runs on few and on many sources in turn. Both sides have
one process, then two: side by side, two cost each other time. A peer is two scripts then, each on
half as many sources. The peers of texts run in an interpreter of their own, as `benchmarks/text.py`
says.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks import environment, series
from benchmarks.measure import Spread, run, say
from benchmarks.races import Line, line_of, target_of
from benchmarks.results import SERIES, TEXTS, Page, Section
from benchmarks.room import put_away

_FOLDER = environment.SCRATCH / "rows"
_OUT = _FOLDER / "out"
_OURS = "augment"
_PROCESSES = (1, 2)


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
looks a new word up once in each of its processes."""

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
    put_away(_FOLDER)
    _FOLDER.mkdir(parents=True)
    many = what.many // 4 if quick else what.many
    commands: dict[str, Callable[[int, int], list[str]]] = {
        _OURS: lambda count, processes: _ours(what, count, processes),
        what.peer: lambda count, processes: _peers(what, count, processes, interpreter),
    }
    found: dict[tuple[str, int], list[tuple[float, float]]] = {}
    run(_ours(what, what.few, 1))  # sources into memory, bytecode compiled
    for number in range(rounds):
        for processes, (name, command) in product(_PROCESSES, commands.items()):
            costs = [
                (_cpu(command(count, processes)), count * what.copies) for count in (what.few, many)
            ]
            slope = line_of(*costs)
            found.setdefault((name, processes), []).append(slope)
            told = f"{name}, {processes}: {1000 * slope[0]:.1f} µs a sample"
            say(f"  round {number + 1}: {told}")
    lines = {key: Line(*zip(*each, strict=True)) for key, each in found.items()}
    return _section(what, many, lines)


def _section(what: Race, many: int, lines: Mapping[tuple[str, int], Line]) -> Section:
    text = f"{what.few} and {many} sources, {what.copies} copies each."
    head = ("", "CPU for one more, µs", "start, s", "times ours")
    targets = [
        target_of(
            f"{what.peer}, {processes} {_word(processes)}",
            what.wanted,
            lines[what.peer, processes].times(lines[_OURS, processes]),
        )
        for processes in _PROCESSES
    ]
    return Section(what.title, text + what.note, [head, *_rows(lines)], targets, what.page)


def _word(processes: int) -> str:
    return "process" if processes == 1 else "processes"


def _rows(lines: Mapping[tuple[str, int], Line]) -> Iterator[tuple[str, ...]]:
    for (name, processes), line in lines.items():
        micros = Spread(tuple(1000 * slope for slope in line.slopes))
        times = line.times(lines[_OURS, processes])
        yield (
            f"{name}, {processes} {_word(processes)}",
            str(micros),
            str(Spread(line.starts)),
            str(times),
        )


def _cpu(command: Sequence[str]) -> float:
    put_away(_OUT)
    return run(command).cpu


def _ours(what: Race, count: int, processes: int) -> list[str]:
    recipe = {
        "version": 1,
        "seed": 1,
        "dataset": {"path": str(what.source(_FOLDER, count)), **what.settings},
        "output": {"path": str(_OUT)},
        "copies": what.copies,
        "steps": list(what.steps),
    }
    path = _FOLDER / f"{count}.json"
    path.write_text(json.dumps(recipe))
    return [environment.AUGMENT, "run", str(path), "-q", "-j", str(processes)]


def _peers(what: Race, count: int, processes: int, interpreter: str) -> list[str]:
    """Return what runs a peer's script once, or several times at once, each for its share."""
    source = what.source(_FOLDER, count // processes)
    script = str(environment.HERE / "peers" / what.script)
    targets = [_FOLDER / f"peer{number}{source.suffix}" for number in range(processes)]
    each = [[interpreter, script, str(source), str(to), str(what.copies)] for to in targets]
    if processes == 1:
        return each[0]
    waited = "".join(f"{shlex.join(words)} & p{n}=$!; " for n, words in enumerate(each))
    return ["sh", "-c", waited + " && ".join(f"wait $p{n}" for n in range(processes))]
