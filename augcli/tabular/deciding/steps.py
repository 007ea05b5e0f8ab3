"""Which steps of a recipe each new row gets, in what order, and what is drawn for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec.structs import replace

from augcli.records.typed import Step
from augcli.steps.ways import Turn, Way
from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import Keys, picks
from augcli.tabular.reading.table import Rows
from augcli.tabular.space import Space
from augcli.tabular.transform import Lots, RowTransform, StepDrawn
from augcli.transform import Chooser, keyed


def with_steps(space: Space, drawn: Drawn, steps: Sequence[RowTransform | Chooser]) -> Drawn:
    """Return new rows with what is drawn of each step."""
    keys = space.streams.keys(drawn.base, drawn.copy)
    turns_of_steps = Way.of(keys).through(list(keyed(steps)))
    taken = [_drawn(space, drawn.label, turn) for turn in turns_of_steps]
    order = np.argsort(np.stack([each.turn for each in taken]), axis=0)
    turns = np.argsort(order, axis=0).astype(np.uint16)
    placed = (replace(each, turn=turn) for each, turn in zip(taken, turns, strict=True))
    return replace(drawn, steps=tuple(placed))


def _drawn(space: Space, label: str | None, turn: Turn[Keys, RowTransform]) -> StepDrawn:
    """Return what is drawn of a step on rows."""
    step, keys = turn.step, turn.draws
    lots = Lots(np.arange(len(keys)), lambda rows: step.make_params(keys[rows], space.table))
    partner = _partner(space, label, step, keys)
    return StepDrawn(turn.path, step, turn.taken & turn.concerns(label), turn.when, lots, partner)


def _partner(space: Space, label: str | None, step: RowTransform, keys: Keys) -> Rows | None:
    if step.partners is None:
        return None
    among: Rows = space.rows
    if step.partners == "class" and label in space.names:
        among = space.rows[space.members(str(label))]
    return among[picks(keys, "partner", len(among))]


def steps_of(drawn: Iterable[Drawn]) -> list[Step]:
    """Return the steps that new rows may have; what was drawn is in the provenance."""
    every = {each.name: each.step for one in drawn for each in one.steps}
    return [_told(key, step) for key, step in every.items()]


def _told(key: str, step: RowTransform) -> Step:
    """Return what records tell of a step: its name, then the key of its columns."""
    told: Step = step.told(step.model_dump(mode="json", by_alias=True))
    return {"name": told["name"], "key": key, **told}
