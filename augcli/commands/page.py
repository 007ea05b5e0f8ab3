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
from augcli.dataset import load_kind
from augcli.manifest import read_manifest
from augcli.publish import OutputFolder

Record = dict[str, Any]

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
    told = json.loads(output.run.read_text())
    environment = Environment(
        loader=PackageLoader("augcli.commands"), autoescape=True, trim_blocks=True
    )
    return environment.get_template("page.html").render(
        path=path.resolve().name,
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
    records = read_manifest(output.manifest)
    return Counter(step["name"] for record in records for step in record["steps"]).most_common()


def _histograms(output: OutputFolder) -> list[Histogram]:
    """Return the histograms of all parameters that took more than one value."""
    found: dict[str, Histogram] = {}
    for name, value in _values(output):
        found.setdefault(name, Histogram(name)).widen(value)
    for name, value in _values(output):
        found[name].count(value)
    return [each for _, each in sorted(found.items()) if each.low < each.high]


def _values(output: OutputFolder) -> Iterator[tuple[str, float]]:
    for record in read_manifest(output.manifest):
        for step in record["steps"]:
            for key, value in step["params"].items():
                if isinstance(value, int | float) and key != "seed":
                    yield f"{step['name']}.{key}", value


def _gallery(output: OutputFolder, kind: str) -> Iterator[list[Shown]]:
    """Yield rows of a source's outputs, sources of different classes first."""
    figure = load_kind(kind).figure
    by_class: dict[Any, list[list[Record]]] = defaultdict(list)
    records = read_manifest(output.manifest)
    for _, group in groupby(records, key=lambda record: str(record["source"])):
        outputs = list(islice(group, _SHOWN_COPIES))
        if outputs[-1]["steps"] and len(by_class[outputs[0]["label"]]) < _SHOWN_SOURCES:
            by_class[outputs[0]["label"]].append(outputs)
    for outputs in islice(_in_turn(list(by_class.values())), _SHOWN_SOURCES):
        yield [_shown(output.path, record, figure) for record in outputs]


def _in_turn(lists: Sequence[Sequence[list[Record]]]) -> Iterator[list[Record]]:
    for turn in range(max(map(len, lists), default=0)):
        yield from (each[turn] for each in lists if turn < len(each))


def _shown(root: Path, record: Record, figure: Any) -> Shown:
    caption = f"{record['label'] or record['split']}" if record["copy"] is None else ""
    steps = [f"{step['name']} {_short(step['params'].items())}" for step in record["steps"]]
    return Shown(caption, figure(root / record["output"]), steps)


def _short(params: Iterable[tuple[str, Any]]) -> str:
    numbers = ((key, value) for key, value in params if isinstance(value, int | float))
    return " ".join(f"{key}={value:.3g}" for key, value in numbers if key != "seed")


def _failures(output: OutputFolder) -> list[Record]:
    if not output.failures.exists():
        return []
    return list(islice(read_manifest(output.failures), _SHOWN_FAILURES))
