"""What is told of every new sample in an output that holds many: the typed records of all kinds.

A `RowRecord` is a line of the provenance, a table beside the manifest. Its columns are those of
`ROW` for all kinds, then what a kind tells beside them; each form tells its own story.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from augcli.records.stories import shown, told_again, told_marks, told_steps
from augcli.records.typed import EXACT, Attempt, Id, Repeats, Step, Text, Whole
from augcli.task import Plain

ROW = {
    "output": "String",
    "row": "Int64",
    "base": "String",
    "partners": "List(String)",
    "split": "String",
    "label": "String",
    "copy": "Int32",
    "method": "String",
    "steps": "String",
    "attempt": "Int32",
    "repeats": "Int32",
}
"""What all kinds tell of a row: columns of the provenance, in their order, with their types."""

MARKS = {"stage": "String", "group": "String", "view": "String"}
"""The same, where a recipe has stages, views or branches."""


@dataclass(frozen=True, kw_only=True)
class RowRecord:
    """A line of the provenance: a sample in an output that holds many; an original has a base."""

    __pydantic_config__ = EXACT

    output: Text
    row: Whole
    """Its place among all rows of the output, counted from 0."""
    base: Id
    """The id (`file#row`) of the sample that it is made of."""
    partners: list[Text] | None = None
    """Ids of the other samples used; null where columns of its kind tell them."""
    split: Text | None = None
    label: Text | None = None
    copy: Whole | None = None
    """Number of the copy of its base."""
    method: Text | None = None
    """What made it; null for an original."""
    steps: list[Step] | None = None
    """Those applied, in order, as JSON; null where columns of its kind tell them."""
    attempt: Attempt = None
    repeats: Repeats = None
    stage: Text | None = None
    """That of the copy, where a recipe tells of stages; each counts its copies by itself."""
    group: Text | None = None
    """What the rows of a group have in common; null where each is by itself."""
    view: Text | None = None
    """Which of its group it is: the name of a branch, or view0 and so on."""
    own: Plain = field(default_factory=dict)
    """What its kind tells beside this."""

    def plain(self) -> Plain:
        """Return all of it, its id first, what its kind tells last."""
        told = {"id": self.id, **vars(self)}
        for name in ("own", *(mark for mark in MARKS if told[mark] is None)):
            del told[name]
        return told | self.own

    def story(self) -> list[str]:
        """Return it told in lines."""
        if self.method is None:
            return [self.id, f"  is {self.base} as it was"]
        return [
            self.id,
            f"  is new, made by {self.method} for class {self.label}",
            f"  its base is {self.base}, of whose new rows it is number {self.copy}",
            *self.parents(),
            *told_marks(self.stage, self.group, self.view),
            *told_again(self.attempt, self.repeats),
            *told_steps(self.applied),
        ]

    def parents(self) -> Iterator[str]:
        """Yield what it has of others than its base."""
        return iter(())

    @property
    def applied(self) -> Sequence[Mapping[str, Any]]:
        """Return the steps that were applied, in order."""
        return self.steps or ()

    @property
    def id(self) -> str:
        """Return the id of the row."""
        return f"{self.output}#{self.row}"

    @property
    def base_row(self) -> int:
        """Return the place of its base in the file that has it."""
        return int(self.base.rpartition("#")[2])


@dataclass(frozen=True, kw_only=True)
class TableRow(RowRecord):
    """A row of a table; its steps have columns of their own, such as `jitter#0.sigma`."""

    neighbours: list[Text]
    """The row that it lies towards, or all that voted on its categories, that one first."""
    gap: float | None
    """How far it lies on the way there."""
    noise: list[float] | None
    """What was added to its numbers, in standard deviations."""

    def parents(self) -> Iterator[str]:
        """Yield what it has of its neighbours, and what chance added."""
        if self.gap is not None and self.gap >= 0:
            yield f"  its numbers lie {self.gap:.2%} of the way from there to {self.neighbours[0]}"
        elif self.gap is not None:
            away = f"away from {self.neighbours[0]} by {-self.gap:.2%} of the way between"
            yield f"  its numbers lie beyond, {away}"
        if len(self.neighbours) > 1:
            yield f"  its categories are those that most have of {', '.join(self.neighbours)}"
        if self.noise:
            yield f"  added to its numbers, in standard deviations: {shown(self.noise)}"

    @property
    def applied(self) -> Sequence[Mapping[str, Any]]:
        """Return the steps that it has columns for, in the order that it took them in."""
        steps: dict[str, Plain] = {}
        for key, value in self.own.items():
            name, dot, what = key.rpartition(".")
            if dot and value is not None:
                steps.setdefault(name, {})[what] = value
        in_order = sorted(steps.items(), key=lambda step: step[1].pop("turn", 0))
        return [{"name": name, "params": params} for name, params in in_order]


def row_of(told: Plain) -> RowRecord:
    """Return what a line of the provenance tells; ValueError where it is damaged."""
    form = TableRow if "neighbours" in told else RowRecord
    names = {each.name for each in fields(form)}
    known = {key: value for key, value in told.items() if key in names}
    known["steps"] = told["steps"] and json.loads(told["steps"])
    own = {key: value for key, value in told.items() if key not in names}
    return _rows(form).validate_python(known | {"own": own})


@cache
def _rows(form: type[RowRecord]) -> TypeAdapter[RowRecord]:
    return TypeAdapter(form)
