"""What a person reads at the terminal after a run or a plan."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from augcli.addresses import shown
from augcli.plural import few, several
from augcli.remarks import is_again
from augcli.reports.report import Summary
from augcli.system.terminal import columns_of, escaped, say, say_command, say_folded, warn
from augcli.task import Count

if TYPE_CHECKING:
    from augcli.commands.forecast import Forecast
    from augcli.requests.courses import Dealt

_SPLIT, _LABEL, _TAIL = 20, 40, 12
"""Letters of names in a table, and of the ends of long ones."""
_MOST_CLASSES, _ENDS = 40, 10
"""Classes of a split that a table has, and those of either end if there are more."""
_SHOWN_FAILURES = 5
_SHOWN_NOTES = 5
_SHOWN_LISTING = 10


def ended(told: Summary, *, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Print how a run ended, and say on stderr what failed."""
    if as_json:
        say(json.dumps(told.plain()))
    elif not quiet:
        summary(told, verbose=verbose)
    failures(told, verbose=verbose)


def summary(told: Summary, *, verbose: bool) -> None:
    """Print what a run made, and where to look further."""
    say(*_tables(told.counts, told.objects, "in run.json"))
    if not told.held_out:
        say("nothing is held out: all of it is train", "")
    made, where = several(told.made, "file"), _near(told.output)
    say(f"{made} made, {told.outputs} in {where}, in {told.seconds:.1f} s")
    if short := [f"{each.split}/{each.label} has {each.after}" for each in told.shortfalls]:
        warn(f"short of the target: {few(short)}")
    if told.repeats and not any(map(is_again, told.notes)):
        repeats = several(told.repeats, "output repeats", "outputs repeat")
        say(f"{repeats} another copy or a source: steps vary or change too little")
    _notes(told.notes, verbose=verbose)
    _listing(told.listing, verbose=verbose)
    command, output = _command(), _typed(told.output)
    say("", "look further:", f"  {command} verify {output}")
    if told.example:
        name, *row = told.example
        say_command(f"  {command} explain", " ".join([_typed(told.output / name), *row]))
    say(f"  {command} report {output} -o report.html")


def _notes(notes: Mapping[str, int], *, verbose: bool) -> None:
    """Print what is to be said of sources, the most frequent first; few of it unless asked."""
    ordered = sorted(notes.items(), key=lambda each: (-each[1], each[0]))
    shown = ordered if verbose else ordered[:_SHOWN_NOTES]
    for note, times in shown:
        say_folded(f"{times} x {note}" if times > 1 else note)
    if len(shown) < len(ordered):
        say(f"{several(len(ordered) - len(shown), 'more note')}; -v shows all")


def _listing(notes: Sequence[str], *, verbose: bool) -> None:
    """Say on stderr how the dataset was taken."""
    shown = notes if verbose else notes[:_SHOWN_LISTING]
    warn(*(f"note: {note}" for note in shown))
    if len(shown) < len(notes):
        warn(f"{several(len(notes) - len(shown), 'more note')} in run.json")


def failures(told: Summary, *, verbose: bool) -> None:
    """Say on stderr which inputs failed; only the first of them unless asked."""
    shown = told.failures if verbose else told.failures[:_SHOWN_FAILURES]
    for record in shown:
        warn(f"failed: {record['source']}: {record['reason']}")
    more = len(told.failures) - len(shown)
    if told.failures:
        rest = f" ({more} more)" if more > 0 else ""
        place = _near(told.output / "failures.jsonl")
        inputs = several(len(told.failures), "input")
        warn(f"{inputs} failed{rest}; all are in {place}")


def forecast(expected: Forecast) -> None:
    """Print what a run would do."""
    say(*_tables(expected.counts, expected.objects, "by --json"))
    say(*_dealt(expected.copies))
    say(
        f"to do: {expected.new} new and {several(expected.changed, 'changed source')}, "
        f"{expected.up_to_date} up to date, {several(expected.stale, 'stale output')} to remove"
    )
    if expected.new or expected.changed:
        say(f"about {_size(expected.bytes)} and {_duration(expected.seconds)} of work")
    if expected.shards:
        told = "" if expected.joined else "; some are to be written"
        say("shards: " + ", ".join(f"{n} of {s}" for s, n in expected.shards.items()) + told)
    say_folded(*expected.story)
    if expected.is_refused:
        say("a run is refused as it is: samples of an augmented split are in another one, too")
    warn(*expected.notes)


def _dealt(copies: Sequence[Dealt]) -> Iterable[str]:
    """Yield how many copies there are of each stage, and how many outputs they are."""
    totals: Counter[tuple[str | None, int]] = Counter()
    for each in copies:
        totals[each.stage, each.group] += each.copies
    for (stage, group), count in totals.items():
        name = f"stage {stage}: " if stage else ""
        outputs = f" in groups of {group}: {several(count * group, 'output')}" if group > 1 else ""
        yield f"{name}{several(count, 'copy', 'copies')}{outputs}"


def part(made: int, told: str, *, as_json: bool, quiet: bool) -> None:
    """Print how a part of a run ended."""
    if as_json:
        say(json.dumps({"part": told, "made": made}))
    elif not quiet:
        files = several(made, "file")
        say(f"{files} made by part {told}; once all parts are done, a run without merges them")


def next_of_recipe(target: Path | None, questions: Sequence[int]) -> None:
    """Say on stderr which questions a starter recipe leaves open, and what to type next."""
    name = _typed(target) if target else "recipe.yaml"
    for line in questions:
        warn(f"{name}:{line}: a question is open; what stands beside it is a guess")
    then = "once that is answered" if questions else "next"
    begin = f"wrote {name}; {then}:" if target else f"{then}, with this in {name} (or -o {name}):"
    command = _command()
    warn(
        *(begin, f"  {command} check {name}"),
        *(f"  {command} preview {name} -o preview.html", f"  {command} run {name}"),
    )


def _tables(counts: Sequence[Count], objects: Sequence[Count], rest: str) -> Iterator[str]:
    yield from (*count_table(counts, "class", rest), "")
    yield from (*count_table(objects, "objects", rest), "") if objects else ()


def count_table(counts: Sequence[Count], what: str, rest: str) -> list[str]:
    """Return a table of classes per split, before and after, line by line.

    Many are folded, and `rest` says where all are told.
    """
    splits: dict[str, list[Count]] = defaultdict(list)
    for count in counts:
        splits[count.split].append(count)
    rows = [("split", what, "before", "after")]
    rows += [row for each in splits.values() for row in _folded(each, rest)]
    rows.append(("total", "", *_sums(counts)))
    return list(_aligned(rows))


def _folded(counts: Sequence[Count], rest: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield the rows of a split: of many classes the largest and the smallest ones."""
    if len(counts) <= _MOST_CLASSES:
        yield from map(_row, counts)
        return
    ordered = sorted(counts, key=lambda each: -each.before)
    others = ordered[_ENDS:-_ENDS]
    told = f"… {len(others)} more {rest}"
    yield from map(_row, ordered[:_ENDS])
    yield _short(escaped(counts[0].split), _SPLIT), told, *_sums(others)
    yield from map(_row, ordered[-_ENDS:])


def _row(count: Count) -> tuple[str, str, str, str]:
    split, label = escaped(count.split or "-"), escaped(count.label or "-")
    return _short(split, _SPLIT), _short(label, _LABEL), str(count.before), str(count.after)


def _sums(counts: Sequence[Count]) -> tuple[str, str]:
    return str(sum(each.before for each in counts)), str(sum(each.after for each in counts))


def _short(name: str, most: int) -> str:
    """Return a name as a table has it, without the middle of a long one."""
    if columns_of(name) <= most:
        return name
    head, tail = name[:-_TAIL], name[-_TAIL:]
    while head and columns_of(head) + 1 + columns_of(tail) > most:
        head = head[:-1]
    return f"{head}…{tail}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterable[str]:
    widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    for split, label, before, after in rows:
        names = (_padded(*each) for each in zip((split, label), widths, strict=False))
        yield f"{'  '.join(names)}  {before:>{widths[2]}}  {after:>{widths[3]}}"


def _padded(name: str, width: int) -> str:
    return name + " " * (width - columns_of(name))


def _command() -> str:
    """Return what to type for `augment` here, which may not be on the search path."""
    program = Path(sys.argv[0])
    if program.name != "augment":
        return "python -m augcli"
    found, here = shutil.which("augment"), program.absolute()
    return "augment" if found and Path(found).resolve() == here.resolve() else _typed(here)


def _typed(path: Path) -> str:
    """Return a path as a shell takes it here."""
    return shlex.quote(_near(path))


def _near(path: Path) -> str:
    """Return a path as a person would name it here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else shown(path)


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
