"""Which steps of a recipe each new row gets, and what is drawn for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from augcli.draws import Draws, uniforms
from augcli.tabular.drawn import Drawn, Keys, named, picks
from augcli.tabular.space import Space
from augcli.tabular.table import Rows
from augcli.tabular.transform import RowTransform, StepDrawn
from augcli.transform import Control, Transform, chosen, keyed, walk


def with_steps(space: Space, drawn: Drawn, steps: Sequence[Transform]) -> Drawn:
    """Return new rows with what is drawn of each step; steps apply in the order of the recipe."""
    keys = space.streams.keys(drawn.base, drawn.copy)
    controlled = any(isinstance(step, Control) for step in steps)
    taken = _one_by_one(drawn, keys, steps) if controlled else _at_once(drawn, keys, steps)
    return replace(drawn, steps=tuple(_with_partner(space, drawn, each) for each in taken))


def _at_once(drawn: Drawn, keys: Keys, steps: Sequence[Transform]) -> Iterator[StepDrawn]:
    for name, step in keyed(steps):
        assert isinstance(step, RowTransform)
        seeds = named(keys, name)
        taken = np.full(len(drawn), step.concerns(drawn.label))
        if step.p < 1:
            taken &= uniforms(named(seeds, "p")) < step.p
        yield StepDrawn(name, step, taken, seeds)


def _one_by_one(drawn: Drawn, keys: Keys, steps: Sequence[Transform]) -> Iterator[StepDrawn]:
    """Ask the controls row by row."""
    leaves = [step for step in walk(steps) if isinstance(step, RowTransform)]
    places = {id(step): place for place, step in enumerate(leaves)}
    taken: NDArray[np.bool_] = np.zeros((len(leaves), len(drawn)), bool)
    seeds = np.zeros((len(leaves), len(drawn)), np.uint64)
    for row, key in enumerate(keys.tolist()):
        for step, draws in chosen(steps, Draws(key), drawn.label):
            taken[places[id(step)], row] = True
            seeds[places[id(step)], row] = draws.key
    for place, step in enumerate(leaves):
        yield StepDrawn(step.id or f"{step.name}#{place}", step, taken[place], seeds[place])


def _with_partner(space: Space, drawn: Drawn, step: StepDrawn) -> StepDrawn:
    if step.step.partners is None:
        return step
    among: Rows = space.rows
    if step.step.partners == "class" and drawn.label in space.names:
        among = space.rows[space.members(str(drawn.label))]
    return replace(step, partner=among[picks(step.seeds, "partner", len(among))])
