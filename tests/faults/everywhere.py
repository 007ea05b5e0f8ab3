"""Kill runs before their Nth change of the disk, for every N, and see what further runs make of it.

    python everywhere.py FOLDER STAGE SCENARIO APART [SABOTAGE]

Everything is imported once and each run is a fork, so that hundreds of deaths take seconds. Prints
how many runs died; the exit code is 1 if any end differed from that of an undisturbed run.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers import manifest, tree
from seeds import SEEDS
from stages import STAGES, Seeded, Stage, forked
from worse import SABOTAGE

from augcli.kind import load_kind


def fresh(stage: Stage) -> Iterator[None]:
    """A first run dies."""
    number = 0
    while stage.die(stage.b, number := number + stage.stride):
        yield stage.end("b")


def changed(stage: Stage) -> Iterator[None]:
    """A run after changes dies."""
    number = 0
    forked(stage.a, stage.output)
    while stage.die(stage.b, number := number + 2 * stage.stride):
        yield stage.end("b")
        forked(stage.a, stage.output)


def twice(stage: Stage) -> Iterator[None]:
    """A run dies, and the next one too, somewhere in its recovery."""
    number = 0
    while stage.die(stage.b, number := number + 3 * stage.stride):
        stage.die(stage.b, 1 + number * 7 % 23)
        yield stage.end("b")


def to_and_fro(stage: Stage) -> Iterator[None]:
    """Runs of two recipes die in turn; the first one's is then finished."""
    number = 0
    while stage.die(stage.a, number := number + 4 * stage.stride):
        stage.die(stage.b, 25 + number * 5 % 90)
        stage.die(stage.a, 25 + number * 11 % 90)
        yield stage.end("a")


def cleaned(stage: Stage) -> Iterator[None]:
    """A run dies, and all is taken back, itself dying once."""
    number = 0
    while stage.die(stage.b, number := number + 4 * stage.stride):
        stage.die(stage.clean, 1 + number % 17)
        forked(stage.clean, stage.output)
        left = tree(stage.output) if stage.output.exists() else {}
        assert not left, f"after {number} clean left {left}"
        yield shutil.rmtree(stage.output, ignore_errors=True)


def replayed(stage: Stage) -> Iterator[None]:
    """A replay dies; the next one has all, and nothing under its name was ever half there."""
    number = 0
    forked(stage.b, stage.output)
    outputs = {name: digest for name, digest in tree(stage.output).items() if "." in name}
    while forked(stage.replay, stage.again, number := number + 2):
        stage.deaths += 1
        seen = {name: d for name, d in tree(stage.again).items() if not _is_hidden(name)}
        assert {each for each in seen.items() if each not in outputs.items()} <= _folders(seen)
        forked(stage.replay, stage.again)
        made = tree(stage.again)
        assert {each["output"] for each in manifest(stage.output)} <= made.keys()
        assert all(outputs[name] == made[name] for name in outputs.keys() & made.keys())
        yield shutil.rmtree(stage.again)


def _is_hidden(name: str) -> bool:
    return Path(name).name.startswith(".")


def _folders(seen: dict[str, str]) -> set[tuple[str, str]]:
    return {(name, digest) for name, digest in seen.items() if digest == "folder"}


SCENARIOS = {each.__name__: each for each in (fresh, changed, twice, to_and_fro, cleaned, replayed)}


def main() -> None:
    folder, name, scenario, apart, *sabotage = sys.argv[1:]
    kind = STAGES[name].kind if name in STAGES else SEEDS[name].kind
    for module in load_kind(kind).preload:
        importlib.import_module(module)
    stage = STAGES[name](Path(folder)) if name in STAGES else Seeded(Path(folder), SEEDS[name])
    stage.stride *= int(apart)
    for owner, name, worse in map(SABOTAGE.__getitem__, sabotage):
        assert hasattr(owner, name)
        setattr(owner, name, worse)
    for _ in SCENARIOS[scenario](stage):
        pass
    print(stage.deaths)


if __name__ == "__main__":
    main()
