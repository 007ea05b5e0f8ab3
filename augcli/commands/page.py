"""`augment report`: one self-contained page about an output folder."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, field
from msgspec.structs import replace

from augcli.commands.html import rendered
from augcli.commands.judged import verdict
from augcli.commands.verify import opened
from augcli.disk.folder import Folder
from augcli.errors import StorageError
from augcli.figures.turns import one_of_each
from augcli.kind import Figure, load_kind
from augcli.records.provenance import Record
from augcli.records.row_records import RowRecord
from augcli.records.typed import Label, Step
from augcli.reports.run_json import read_run, recorded_dataset
from augcli.rows.originals import places_of
from augcli.rows.tables import Stories, plain_name
from augcli.store.manifest import read_failures, read_manifest
from augcli.store.output import OutputFolder
from augcli.task import Plain, class_of, shown_label

_BINS = 24
_SHOWN_SOURCES = 4
"""Of a class in a split."""
_NOT_TOLD = ("seed", "fill")
_MOST_SOURCES = 48
_SHOWN_COPIES = 5
_SHOWN_FAILURES = 100
_MOST_VALUES = 10_000
"""Of a parameter that are held for its histogram."""
_MOST_ROWS = 10_000
"""New rows that are looked at, where many are in a file."""


class Histogram(Struct):
    """How often a parameter had values in each of some equal bins; many values are sampled."""

    name: str
    low: float = math.inf
    high: float = -math.inf
    asked: Any = None
    """What the recipe asks for."""
    _held: list[float] = field(default_factory=list)
    _each: int = 1
    """Every how manyth value is held."""
    _count: int = 0

    def take(self, value: float) -> None:
        """Take in a value."""
        self.low, self.high = min(self.low, value), max(self.high, value)
        if self._count % self._each == 0:
            self._held.append(value)
        self._count += 1
        if len(self._held) == _MOST_VALUES:
            self._held, self._each = self._held[::2], 2 * self._each

    @property
    def ends(self) -> tuple[float, float]:
        """Return the ends of the axis: all that was asked for, and all that was drawn."""
        told = self.asked if isinstance(self.asked, list) else ()
        asked = [each for each in told if isinstance(each, int | float) and abs(each) < math.inf]
        return min([self.low, *asked[:1]]), max([self.high, *asked[1:2]])

    @property
    def bins(self) -> list[int]:
        """Return how many of the values that are held are in each bin."""
        start, end = self.ends
        scale = _BINS / ((end - start) or 1)
        places = Counter(min(int((each - start) * scale), _BINS - 1) for each in self._held)
        return [places[place] for place in range(_BINS)]


class Item(Struct, frozen=True):
    """What may be shown: an output, or a row of one that has many."""

    record: Record
    row: RowRecord | None = None

    @property
    def steps(self) -> Sequence[Step]:
        """Return the steps that were applied."""
        return (self.row.steps or ()) if self.row else self.record.steps

    @property
    def label(self) -> Label:
        """Return the class, or the shares of several."""
        return self.row.label if self.row else self.record.label

    @property
    def copy(self) -> int | None:
        """Return the number of the copy; None for an original."""
        return self.row.copy if self.row else self.record.copy

    @property
    def origin(self) -> tuple[str, str]:
        """Return what all that is made of one sample has in common."""
        return (self.record.output, self.row.base) if self.row else ("", self.record.source)


class Applied(Struct):
    """Which steps were applied, and with which values."""

    counts: Counter[str] = field(default_factory=Counter)
    _histograms: dict[str, Histogram] = field(default_factory=dict)

    def watched(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield what comes, and take in its steps."""
        for item in items:
            for step in item.steps:
                self._take(step)
            yield item

    def _take(self, step: Step) -> None:
        self.counts[step["name"]] += 1
        for key, value in step["params"].items():
            if isinstance(value, int | float) and key != "seed":
                name = f"{step['name']}.{key}"
                self._histograms.setdefault(name, Histogram(name)).take(value)

    def histograms(self, asked: Mapping[str, Any]) -> list[Histogram]:
        """Return the histograms of all parameters that took more than one value."""
        found = [each for _, each in sorted(self._histograms.items()) if each.low < each.high]
        return [replace(each, asked=asked.get(each.name)) for each in found]


class Shown(Struct, frozen=True):
    """One picture of the gallery."""

    name: str
    caption: str
    figure: str
    """HTML of the output itself."""
    steps: list[str]


class Group(Struct, frozen=True):
    """A source with its copies, and what they can be found by."""

    label: str
    split: str
    steps: list[str]
    shown: list[Shown]


def page(path: Path) -> str:
    """Return the page as HTML; raises StorageError where no finished run is."""
    output = opened(path)
    told = read_run(output)
    applied, stories = Applied(), Stories(output.files.path, _MOST_ROWS)
    items = applied.watched(_items(output, stories))
    gallery = _gallery(output, told["recipe"]["dataset"]["kind"], items)
    kind = load_kind(told["recipe"]["dataset"]["kind"])
    return rendered(
        "report.html",
        path=path.resolve().name,
        dataset=recorded_dataset(output, told).name,
        number=_number,
        run=told,
        verdict=verdict(told),
        settings=yaml.safe_dump(told["recipe"], sort_keys=False, allow_unicode=True),
        overviews=list(_overviews(output, kind.overview)),
        classes=_amounts(told["summary"]["counts"]),
        objects=_amounts(told["summary"].get("objects", [])),
        applied=applied.counts.most_common(),
        sampled=stories.said,
        histograms=applied.histograms(dict(_asked(told["recipe"].get("steps", ())))),
        gallery=gallery,
        filters=_filters(gallery),
        failures=_failures(output),
    ).decode()


def _overviews(output: OutputFolder, overview: Any) -> Iterator[tuple[str, str]]:
    """Yield a title and HTML of each class of an output that many new rows are in."""
    for record in read_manifest(output.manifest) if overview else ():
        if record.new_rows and output.files.stat(record.output):
            yield from overview(output.files.proven(record.output), record)


def _amounts(counts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what a table of numbers before and after shows."""
    shares = [_shares(each, counts) for each in counts]
    return {"counts": counts, "most": _most(counts), "shares": shares}


def _most(counts: Iterable[Mapping[str, Any]]) -> int:
    """Return how much the longest bar stands for, at least 1."""
    return max((count[key] for count in counts for key in ("before", "after")), default=0) or 1


def _shares(count: Mapping[str, Any], counts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the shares of a class in its split, before and after, in percent."""
    same = [each for each in counts if each["split"] == count["split"]]
    totals = {key: sum(each[key] for each in same) or 1 for key in ("before", "after")}
    return [f"{100 * count[key] / total:.1f}" for key, total in totals.items()]


def _asked(steps: Any) -> Iterator[tuple[str, Any]]:
    """Yield each parameter with the range that the recipe asks for."""
    told = (each for each in steps if isinstance(each, dict)) if isinstance(steps, list) else ()
    for name, fields in chain.from_iterable(step.items() for step in told):
        for key, value in fields.items() if isinstance(fields, dict) else ():
            yield f"{name}.{key}", value
            yield from _asked(value if key == "steps" else ())


def _filters(gallery: Sequence[Group]) -> dict[str, list[str]]:
    """Return what the gallery can be narrowed down to."""
    return {
        "class": sorted({each.label for each in gallery if each.label}),
        "split": sorted({each.split for each in gallery if each.split}),
        "step": sorted({step for each in gallery for step in each.steps}),
    }


def _gallery(output: OutputFolder, kind: str, items: Iterable[Item]) -> list[Group]:
    """Return some sources of each class and split with their outputs, classes in turn."""
    figure = load_kind(kind).figure
    kept: dict[Any, list[list[Item]]] = defaultdict(list)
    for _, group in groupby(items, key=lambda item: item.origin):
        some = list(islice(group, _SHOWN_COPIES))
        told = kept[some[0].record.split, class_of(some[-1].label), bool(some[-1].steps)]
        if len(told) < _SHOWN_SOURCES:
            told.append(some)
    ordered = sorted(kept.items(), key=lambda each: not each[0][2])
    chosen = islice(one_of_each([groups for _, groups in ordered]), _MOST_SOURCES)
    return [_group(output.files, some, figure) for some in chosen]


def _group(folder: Folder, some: Sequence[Item], figure: Figure | None) -> Group:
    return Group(
        label=class_of(some[-1].label) or "",
        split=some[0].record.split or "",
        steps=sorted({step["name"] for item in some for step in item.steps}),
        shown=[_shown(folder, item, figure) for item in some],
    )


def _items(output: OutputFolder, stories: Stories) -> Iterator[Item]:
    """Yield what may be shown: outputs, or the rows of those that have many."""
    with_rows = {}
    for record in read_manifest(output.manifest):
        if record.new_rows is None:
            yield Item(record)
        elif record.new_rows:
            with_rows[plain_name(record.output)] = record
    if with_rows:
        yield from _rows(output, stories, with_rows)


def _rows(output: OutputFolder, stories: Stories, records: Mapping[str, Record]) -> Iterator[Item]:
    """Yield each row that new ones are made of, and these after it."""
    for name, rows in groupby(stories, key=lambda row: row.output):
        if name not in records:
            text = f"provenance.parquet tells of {name}, and the manifest does not; run again"
            raise StorageError(text)
        own = records[name]
        places = places_of(output.files.path, own.output, own.new_rows.start if own.new_rows else 0)
        for base, group in groupby(rows, key=lambda row: row.base):
            first = next(group)
            if (place := places.get(first.base_row)) is not None:
                yield Item(own, RowRecord(output=name, row=place, base=base, label=first.label))
            yield from (Item(own, row) for row in (first, *group))


def _shown(folder: Folder, item: Item, figure: Figure | None) -> Shown:
    name, told = item.record.output, item.row.id if item.row else item.record.output
    caption = shown_label(item.label) or f"{item.record.split}" if item.copy is None else ""
    steps = [f"{step['name']} {_short(step['params'].items())}" for step in item.steps]
    if folder.stat(name) is None:
        return Shown(told, caption, "(missing)", steps)
    path = folder.proven(name)
    return Shown(told, caption, figure(path, item.record, item.row) if figure else "", steps)


def _short(params: Iterable[tuple[str, Any]]) -> str:
    numbers = ((key, value) for key, value in params if _is_number(value))
    return " ".join(f"{key}={_number(value)}" for key, value in numbers if key not in _NOT_TOLD)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: float) -> str:
    """Return a number in few letters, but whole ones in full."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3g}"


def _failures(output: OutputFolder) -> list[Plain]:
    if not output.has(output.failures):
        return []
    return list(islice(read_failures(output.failures), _SHOWN_FAILURES))
