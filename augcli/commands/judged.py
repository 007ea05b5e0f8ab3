"""What a report says first: whether an output is what a person wanted, and what to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from augcli.remarks import is_again

_MOST_GROWTH = 10


class Judged(Struct, frozen=True):
    """One line of the verdict."""

    good: bool
    text: str


def verdict(run: Mapping[str, Any]) -> Sequence[Judged]:
    """Return the lines of the verdict on a run, what is wrong first."""
    return sorted(_lines(run["summary"], run["recipe"]), key=lambda each: each.good)


def _lines(summary: Mapping[str, Any], recipe: Mapping[str, Any]) -> Iterator[Judged]:
    failures, repeats = summary["failures"], summary.get("repeats", 0)
    held_out = summary.get("held_out", True)
    yield Judged(not failures, _several(failures, "input") + " failed")
    told = list(filter(is_again, summary.get("notes", ())))
    if not told:
        yield Judged(not repeats, _several(repeats, "output") + _REPEAT[repeats == 1])
    yield from (Judged(False, note) for note in told)
    yield Judged(held_out, "splits are told apart" if held_out else _NONE)
    dataset = recipe["dataset"]
    if dataset.get("leaks") == "allow":
        yield Judged(False, _WAIVED)
    elif not isinstance(dataset.get("split"), dict):
        yield Judged(True, "no sample of an augmented split is in another one")
    for each in summary.get("shortfalls", ()):
        text = f"{each['split']}/{each['label']} is short of its target: {each['after']}"
        yield Judged(False, text)
    yield from _growth(summary["counts"])


_REPEAT = (" repeat another copy", " repeats another copy")
_NONE = "nothing is held out: all of it is train"
_WAIVED = "leaks are allowed (`leaks: allow`): samples of train may be in other splits, too"


def _growth(counts: Sequence[Mapping[str, Any]]) -> Iterator[Judged]:
    grown = [each for each in counts if 0 < _MOST_GROWTH * each["before"] < each["after"]]
    if grown:
        worst = max(grown, key=lambda each: each["after"] / each["before"])
        times = worst["after"] / worst["before"]
        yield Judged(False, f"{worst['label'] or worst['split']} grew {times:.0f} times")


def _several(count: int, what: str) -> str:
    return f"{count or 'no'} {what}" if count == 1 else f"{count or 'no'} {what}s"
