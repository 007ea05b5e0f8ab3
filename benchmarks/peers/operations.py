"""Single operations on one picture of 512×512 bytes, by all libraries; what each takes is printed.

What is drawn belongs to an operation, as peers draw within their call. One thread.

    python operations.py PICTURE [NAME …]
"""

from __future__ import annotations

import importlib
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import cv2
from msgspec import Struct
from msgspec.structs import replace
from pairs import PAIRS

_LEAST_CALLS, _MOST_CALLS = 16, 100
_LONGEST, _SLOW = 0.03, 0.1
"""Seconds that a batch takes; those of a call that is its own batch."""
_BATCHES, _GIVEN_UP = 9, 4.0
"""How many there are, unless all of them take so many seconds."""
Call = Callable[[int], object]
"""Does an operation once, with what is drawn for this number."""


class Library(Struct, frozen=True):
    """A library, ready to be called."""

    calls: dict[str, Call]
    """Operation → what does it once."""
    takes_ipp: bool
    """Whether it is measured with Intel's library on, as OpenCV has it."""


class Partner(Struct, frozen=True):
    """The picture that others take something of, decoded."""

    whole: Any

    @property
    def facts(self) -> Any:
        """Return its facts."""
        return self.whole.facts

    def part_for(self, _stages: object) -> int:
        """Return that it is taken whole."""
        return 1

    def picture(self, _stages: object, _part: int) -> Any:
        """Return it."""
        return self.whole


class Partners(dict[str, Partner]):
    """All that there are."""

    def pick(self, _draws: object, count: int, _pool: str) -> list[str]:
        """Return the only one so many times."""
        return [*self] * count


def _other(pixels: Any) -> Any:
    """Return another picture: what there is upside down, its channels exchanged."""
    return pixels[::-1, :, [1, 2, 0]].copy()


def _peer(name: str, pixels: Any) -> Library:
    made, found, other = importlib.import_module(name), dict[str, Call](), _other(pixels)
    for operation, pair in PAIRS.items():
        if step := getattr(pair, name):
            call = made.Compose([getattr(made, step.name)(**step.options, p=1)])
            told = {"image": pixels, **step.told(other)}
            found[operation] = partial(_of_peer, call, told)
    return Library(found, takes_ipp=True)


def _of_peer(call: Any, told: dict[str, Any], number: int) -> object:
    """Do it; the first of a batch begins the draws anew, so that batches do the same."""
    if number == 0 and hasattr(call, "set_random_seed"):
        call.set_random_seed(1)
    return call(**told)


def _ours(pixels: Any) -> Library:
    """Return our own, from what is drawn to the pixels."""
    from augcli.draws import Draws
    from augcli.image.kernels import opencv
    from augcli.image.operations import ops
    from augcli.image.picture import Picture
    from augcli.recipe.reader import available_kind
    from augcli.transform import catalogue

    opencv.load()
    available_kind("image")
    known, picture, root = catalogue("image"), Picture(pixels), Draws(1)
    partners = Partners(other=Partner(Picture(_other(pixels))))
    facts = replace(picture.facts, peers=partners)

    def once(step: Any, number: int) -> object:
        params = step.make_params(root.at(number), facts)
        return ops.apply(step.lower(params, facts), picture)

    steps = {
        name: known[name.partition(",")[0]].model_validate(pair.ours)
        for name, pair in PAIRS.items()
    }
    return Library({name: partial(once, step) for name, step in steps.items()}, takes_ipp=False)


def least(calls: Sequence[tuple[Call, bool]]) -> list[float]:
    """Return for each call the milliseconds of CPU of its fastest batch, by the call.

    Each is a call, and whether Intel's library is on. Batches take turns, and each has the draws of
    the one before: what else a machine does makes some slower, and none faster.
    """
    count = min(_count(call) for call, _ in calls)
    rounds: list[list[float]] = []
    while len(rounds) < _BATCHES and sum(map(sum, rounds)) * count < _GIVEN_UP:
        rounds.append([_batch(call, count, takes_ipp=ipp) for call, ipp in calls])
    return [min(times) * 1000 for times in zip(*rounds, strict=True)]


def _count(call: Call) -> int:
    """Return how many calls a batch has."""
    once = min(_batch(call, 1), _batch(call, 1))
    return max(_LEAST_CALLS if once < _SLOW else 1, min(_MOST_CALLS, round(_LONGEST / once)))


def _batch(call: Call, count: int, *, takes_ipp: bool = False) -> float:
    """Return the mean seconds of some calls."""
    cv2.ipp.setUseIPP(takes_ipp)
    before = time.process_time()
    for number in range(count):
        call(number)
    return (time.process_time() - before) / count


def main(path: str, *names: str) -> None:
    cv2.setNumThreads(1)
    random.seed(1)
    pixels = cv2.imread(path, cv2.IMREAD_COLOR)
    colours = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    peers = {name: _peer(name, colours) for name in ("albumentations", "augrs")}
    libraries = {"augment": _ours(pixels)} | peers
    found: dict[str, dict[str, float]] = {name: {} for name in libraries}
    for operation in names or PAIRS:
        able = {k: each for k, each in libraries.items() if operation in each.calls}
        costs = least([(each.calls[operation], each.takes_ipp) for each in able.values()])
        for name, cost in zip(able, costs, strict=True):
            found[name][operation] = cost
        print(operation, *(f"{cost:.3f}" for cost in costs), file=sys.stderr, flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
