"""Kill a run of each seed at a few changes of the disk, and see what the next run makes of it.

    python killed.py FOLDER SEED …

Prints how many runs died.
"""

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
sys.path.append(str(Path(__file__).parents[1] / "faults"))

from seeds import SEEDS
from stages import Seeded
from worse import SABOTAGE

from augcli.kind import load_kind

DEATHS = (4, 18)
"""Before which changes of the disk."""
CLOSELY = range(3, 30, 2)
"""The same where something is to be noticed."""


class Alone(Seeded):
    """A seed without another recipe."""

    recipes = ("a",)


def main() -> None:
    folder, *names = sys.argv[1:]
    for owner, name, worse in [SABOTAGE[each] for each in names if each in SABOTAGE]:
        setattr(owner, name, worse)
    seeds = [name for name in names if name in SEEDS]
    for module in {each for name in seeds for each in load_kind(SEEDS[name].kind).preload}:
        importlib.import_module(module)
    numbers = DEATHS if seeds == names else CLOSELY
    print(sum(deaths(Path(folder) / name, name, numbers) for name in seeds))


def deaths(folder: Path, name: str, numbers: Iterable[int]) -> int:
    """Return how many runs died; AssertionError if one that followed ended otherwise."""
    folder.mkdir()
    stage = Alone(folder, SEEDS[name])
    for number in numbers:
        if stage.die(stage.a, number):
            stage.end("a")
    return stage.deaths


if __name__ == "__main__":
    main()
