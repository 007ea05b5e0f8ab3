"""What is told of every new sample in an output that holds many: the typed records of all kinds.

A `RowRecord` is a line of the provenance, a table beside the manifest. Its columns are those of
`ROW` for all kinds, then what a kind tells beside them.
"""

from __future__ import annotations

import json
from functools import cache

from msgspec import field
from msgspec.structs import asdict
from pydantic import TypeAdapter

from augcli.records.stories import told_again, told_marks, told_steps
from augcli.records.typed import Attempt, Checked, Id, Label, Repeats, Step, Text, Whole
from augcli.task import Plain, shown_label

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


class RowRecord(Checked, frozen=True, kw_only=True):
    """A line of the provenance: a sample in an output that holds many; an original has a base."""

    output: Text
    row: Whole
    """Its place among all rows of the output, counted from 0."""
    base: Id
    """The id (`file#row`) of the sample that it is made of."""
    partners: list[Text] | None = None
    """Ids of the other samples used; null for an original."""
    split: Text | None = None
    label: Label = None
    copy: Whole | None = None
    """Number of the copy of its base."""
    method: Text | None = None
    """`copies`, or the balance method that made it; null for an original."""
    steps: list[Step] | None = None
    """What a balance method drew, then the steps applied, in order; null for an original."""
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
        told = {"id": self.id, **asdict(self)}
        for name in ("own", *(mark for mark in MARKS if told[mark] is None)):
            del told[name]
        return told | self.own

    def story(self) -> list[str]:
        """Return it told in lines."""
        if self.method is None:
            return [self.id, f"  is {self.base} as it was"]
        whom = "" if self.label is None else f" for class {shown_label(self.label)}"
        return [
            self.id,
            f"  is new, made by {self.method}{whom}",
            f"  its base is {self.base}, of whose new rows it is number {self.copy}",
            *told_marks(self.stage, self.group, self.view),
            *told_again(self.attempt, self.repeats),
            *told_steps(self.steps or ()),
        ]

    @property
    def id(self) -> str:
        """Return the id of the row."""
        return f"{self.output}#{self.row}"

    @property
    def base_row(self) -> int:
        """Return the place of its base in the file that has it."""
        return int(self.base.rpartition("#")[2])


def row_of(told: Plain) -> RowRecord:
    """Return what a line of the provenance tells; ValueError where it is damaged."""
    own = {key: value for key, value in told.items() if key not in ROW}
    shares, marks = own.pop("weights", None), {name: own.pop(name, None) for name in MARKS}
    known = {key: told[key] for key in ROW} | {"steps": json.loads(told["steps"]), "own": own}
    known |= marks
    if shares:
        known["label"] = json.loads(shares)
    return _rows().validate_python(known)


@cache
def _rows() -> TypeAdapter[RowRecord]:
    return TypeAdapter(RowRecord)
