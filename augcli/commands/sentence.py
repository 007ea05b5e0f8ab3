"""A verdict for people: what the difference is, how sure, and what could not have been seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap

from augcli.judges.verdict import FEWEST, NONE_CHOSEN, TOO_FEW, Extent, Verdict
from augcli.system.terminal import escaped

_SHOWN_CLASSES = 8
_UNCHANGED = "copies change no answer"
_WIDTH = 80


def lines(told: Verdict, against: str | None, steps: Mapping[str, Verdict]) -> Iterator[str]:
    """Yield what a person reads of a verdict; `against` is the recipe that it is compared with.

    `steps` are verdicts on the recipe beside itself without one of them.
    """
    extent = told.extent
    yield from wrap(sentence(told), _WIDTH)
    yield ""
    yield from wrap(
        f"{extent.told} and {extent.rows - extent.sources} copies, "
        f"beside {escaped(against) if against else 'no copies'}; {how(extent)}",
        _WIDTH,
    )
    for note in told.notes:
        yield from wrap(f"note: {escaped(note)}", _WIDTH)
    yield from _table(told)
    yield from _classes(told)
    yield from _steps(steps)
    yield ""
    yardstick = extent.yardstick
    yield f"{yardstick.tested.capitalize()} is tested; what else is shown is not. --json has more."


def how(extent: Extent) -> str:
    """Return how samples were held out."""
    if extent.dealt:
        return f"{extent.folds} folds x {extent.repeats}, each {extent.sample} with all its copies"
    part = f"one in {extent.folds} left out {extent.repeats} times"
    return f"{part}, the recipe run anew on the others"


def sentence(told: Verdict) -> str:
    """Return the verdict in one sentence, with its interval and what could have been seen."""
    extent, accuracy = told.extent, told.accuracy
    span = f"{100 * accuracy.low:+.1f} to {100 * accuracy.high:+.1f}"
    yardstick = extent.yardstick
    difference = f"{yardstick.told} {100 * accuracy.mean:+.1f} points ({span})"
    if told.reason == TOO_FEW:
        groups = " groups" if extent.units < extent.sources else ""
        return f"No evidence: {extent.told} are too few to tell; it takes {FEWEST}{groups}."
    if told.reason == NONE_CHOSEN:
        return f"No evidence: no trial was above chance in any fold of {extent.told}."
    if told.verdict == "no_evidence" and not accuracy.error:
        changed = any(each.accuracy.any() for each in told.opinions)
        what = "answers that copies change make up for each other" if changed else _UNCHANGED
        return f"No evidence: {what} on {extent.told}."
    if told.verdict == "no_evidence" and accuracy.low * accuracy.high > 0:
        chance = (
            f"{yardstick.tested} decides, by which it may be chance (p = {told.goodness.p:.2g})"
        )
        return f"No evidence: {difference}, but {chance}, {extent.told}."
    if told.verdict == "no_evidence":
        unseen = f"a difference below {100 * accuracy.visible:.1f} points would not be seen"
        return f"No evidence: {difference}; with {extent.told} {unseen}."
    way = "better" if told.verdict == "helps" else "worse"
    alone = " alone" if accuracy.low <= 0 <= accuracy.high else ""
    sure = f"(p = {told.goodness.p:.2g})"
    tested = f"{yardstick.tested}{alone} {way} by {abs(told.goodness.mean):.3f} {sure}"
    caution = " A network may gain more or less." if told.verdict == "helps" else ""
    answer = told.verdict.capitalize()
    return f"{answer}: {difference}, {tested}, {extent.told}.{caution}"


def _table(told: Verdict) -> Iterator[str]:
    """Yield the figures of each learner, before and after."""
    figures = told.extent.yardstick.figures
    rows = [("", *(each.name for each in told.opinions))]
    for figure in figures:
        pairs = ((each.without, each.with_copies) for each in told.opinions)
        shown = (f"{figure.shown(one)} → {figure.shown(other)}" for one, other in pairs)
        rows.append((figure.title, *shown))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield ""
    for row in rows:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _classes(told: Verdict) -> Iterator[str]:
    """Yield how many of each class were found, the classes that changed most first."""
    recalls = told.recalls()
    if not recalls:
        return
    ordered = sorted(recalls.items(), key=lambda each: -abs(each[1][1] - each[1][0]))
    yield ""
    yield "found of each class, in percent" + (
        "" if len(ordered) <= _SHOWN_CLASSES else f" ({_SHOWN_CLASSES} that changed most)"
    )
    width = max(len(name) for name, _ in ordered[:_SHOWN_CLASSES])
    for name, (before, after) in ordered[:_SHOWN_CLASSES]:
        yield f"  {name:{width}}  {100 * before:5.1f} → {100 * after:5.1f}"


def _steps(steps: Mapping[str, Verdict]) -> Iterator[str]:
    """Yield what each step adds to the others."""
    if not steps:
        return
    width = max(map(len, steps))
    yield ""
    yield "what each step adds, in points"
    for name, told in steps.items():
        each = told.accuracy
        span = f"{100 * each.low:+.1f} to {100 * each.high:+.1f}"
        answer = told.verdict.replace("_", " ")
        yield f"  {name:{width}}  {100 * each.mean:+5.1f} ({span})  {answer}"
