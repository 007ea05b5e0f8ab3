"""`augment report`: one self-contained page about an output folder."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from augcli.commands.verify import opened
from augcli.kind import load_kind
from augcli.manifest import read_manifest
from augcli.output import OutputFolder
from augcli.report import read_run
from augcli.rows import step_counts, step_stories
from augcli.task import Record

_BINS = 24
_SHOWN_SOURCES = 8
_SHOWN_COPIES = 5
_SHOWN_FAILURES = 100


@dataclass
class Histogram:
    """How often a parameter had values in each of some equal bins."""

    name: str
    low: float = math.inf
    high: float = -math.inf
    bins: list[int] = field(default_factory=lambda: [0] * _BINS)

    def widen(self, value: float) -> None:
        """Take a value into the range."""
        self.low, self.high = min(self.low, value), max(self.high, value)

    def count(self, value: float) -> None:
        """Count a value within the range."""
        share = (value - self.low) / ((self.high - self.low) or 1)
        self.bins[min(int(share * _BINS), _BINS - 1)] += 1


@dataclass(frozen=True)
class Shown:
    """One picture of the gallery."""

    caption: str
    figure: str
    """HTML of the output itself."""
    steps: list[str]


def page(path: Path) -> str:
    """Return the page as HTML; raises StorageError where no finished run is."""
    from jinja2 import Environment, PackageLoader

    output = opened(path)
    told = read_run(output)
    environment = Environment(
        loader=PackageLoader("augcli.commands"), autoescape=True, trim_blocks=True
    )
    return environment.get_template("page.html").render(
        path=path.resolve().name,
        number=_number,
        run=told,
        recipe=json.dumps(told["recipe"], indent=1),
        counts=told["summary"]["counts"],
        most=max((count["after"] for count in told["summary"]["counts"]), default=1),
        applied=_applied(output),
        histograms=_histograms(output),
        gallery=list(_gallery(output, told["recipe"]["dataset"]["kind"])),
        failures=_failures(output),
    )


def _applied(output: OutputFolder) -> list[tuple[str, int]]:
    """Return how many outputs each step was applied to, the most frequent first."""
    counts = Counter(step["name"] for step in _steps(output))
    counts.update(step_counts(output.path))
    return counts.most_common()


def _steps(output: OutputFolder) -> Iterator[Record]:
    """Yield every step that was applied, those to rows too."""
    for record in read_manifest(output.manifest):
        if "rows" not in record:
            yield from record["steps"]
        elif record["synthetic"]:
            for line in step_stories(output.path, record["output"]):
                yield from line["steps"]


def _histograms(output: OutputFolder) -> list[Histogram]:
    """Return the histograms of all parameters that took more than one value."""
    found: dict[str, Histogram] = {}
    for name, value in _values(output):
        found.setdefault(name, Histogram(name)).widen(value)
    for name, value in _values(output):
        found[name].count(value)
    return [each for _, each in sorted(found.items()) if each.low < each.high]


def _values(output: OutputFolder) -> Iterator[tuple[str, float]]:
    for step in _steps(output):
        for key, value in step["params"].items():
            if isinstance(value, int | float) and key != "seed":
                yield f"{step['name']}.{key}", value


def _gallery(output: OutputFolder, kind: str) -> Iterator[list[Shown]]:
    """Yield rows of a source's outputs, sources of different classes first."""
    figure = load_kind(kind).figure
    by_class: dict[Any, list[list[Record]]] = defaultdict(list)
    for _, group in groupby(_items(output), key=lambda item: (item["output"], item["source"])):
        items = list(islice(group, _SHOWN_COPIES))
        if items[-1]["steps"] and len(by_class[items[-1]["label"]]) < _SHOWN_SOURCES:
            by_class[items[-1]["label"]].append(items)
    for items in islice(_in_turn(list(by_class.values())), _SHOWN_SOURCES):
        yield [_shown(output.path, item, figure) for item in items]


def _items(output: OutputFolder) -> Iterator[Record]:
    """Yield what may be shown: outputs, or the rows of those that have many, with `row`."""
    for record in read_manifest(output.manifest):
        if "rows" not in record:
            yield record | {"output": "", "file": record["output"], "row": None}
        elif record.get("synthetic"):
            yield from _rows(output, record)


def _rows(output: OutputFolder, record: Record) -> Iterator[Record]:
    """Yield each row that new ones are made of, and these after it."""
    lines = step_stories(output.path, record["output"])
    for base, group in groupby(lines, key=lambda line: str(line["base"])):
        first = next(group)
        told = {"output": record["output"], "file": record["output"], "source": base}
        own = record | told | {"label": first["label"], "steps": []}
        if record["originals"]:
            yield own | {"row": int(base.rpartition("#")[2])}
        yield from (own | line for line in (first, *group))


def _in_turn(lists: Sequence[Sequence[list[Record]]]) -> Iterator[list[Record]]:
    for turn in range(max(map(len, lists), default=0)):
        yield from (each[turn] for each in lists if turn < len(each))


def _shown(root: Path, record: Record, figure: Any) -> Shown:
    caption = f"{record['label'] or record['split']}" if record["copy"] is None else ""
    steps = [f"{step['name']} {_short(step['params'].items())}" for step in record["steps"]]
    return Shown(caption, figure(root / record["file"], record, record["row"]), steps)


def _short(params: Iterable[tuple[str, Any]]) -> str:
    numbers = ((key, value) for key, value in params if isinstance(value, int | float))
    return " ".join(f"{key}={_number(value)}" for key, value in numbers if key != "seed")


def _number(value: float) -> str:
    """Return a number in few letters, but whole ones in full."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3g}"


def _failures(output: OutputFolder) -> list[Record]:
    if not output.failures.exists():
        return []
    return list(islice(read_manifest(output.failures), _SHOWN_FAILURES))
