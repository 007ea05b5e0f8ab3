"""What is drawn for the copies of one picture, and the operations that it means."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from operator import attrgetter

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.image import ops
from augcli.image.job import ImageJob
from augcli.image.opencv import MAX_DECODED_PIXELS
from augcli.image.ops import Op
from augcli.image.picture import Facts
from augcli.image.transform import ImageTransform
from augcli.redraws import Distinct, tries
from augcli.transform import Control, Label, keyed, step_named, taken
from augcli.typed import Step


@dataclass(frozen=True)
class Drawn:
    """What was drawn for one copy: the record's steps, what they mean, and the facts after."""

    steps: list[Step]
    ops: list[Op]
    facts: Facts | None
    """None for an original that passes through unread."""
    text: str = "[]"
    """The steps as JSON."""
    attempt: int = 0
    repeats: int | None = None
    """The copy whose params these equal in spite of drawing again."""


def draw_copies(job: ImageJob, source: str, label: Label, facts: Facts) -> Iterator[Drawn]:
    """Yield what is drawn for copy 0, 1, 2 … of a source; SampleError where a step refuses it."""
    place, copies = Draws(job.seed).at(source), Distinct[Drawn](attrgetter("text"))
    steps = list(keyed(job.steps))
    for copy in count():
        streams = tries(place.at(copy), "attempt")
        drawn, attempt, _, repeats = copies.pick(
            _draw(steps, here, label, facts, job.dataset.max_pixels) for here in streams
        )
        yield replace(drawn, attempt=attempt, repeats=repeats) if attempt else drawn


def _draw(
    steps: Sequence[tuple[str, ImageTransform | Control]],
    draws: Draws,
    label: Label,
    facts: Facts,
    max_pixels: int,
) -> Drawn:
    records: list[Step] = []
    lowered: list[Op] = []
    for step, here in taken(steps, draws, label, draws):
        reason = step.refusal(facts)
        if reason:
            raise SampleError(reason)
        params = step.make_params(here, facts)
        records.append({"name": step.name, "params": params})
        new = step.lower(params, facts)
        facts = ops.facts_after(new, facts)
        _check_result(step.name, facts, max_pixels)
        lowered += new
    return Drawn(records, lowered, facts, json.dumps(records))


def lower(steps: Sequence[Step], facts: Facts) -> list[Op]:
    """Return the operations that recorded steps mean for a picture with these facts."""
    lowered: list[Op] = []
    for step in steps:
        new = step_named(ImageTransform, step["name"]).lower(step["params"], facts)
        facts = ops.facts_after(new, facts)
        _check_result(step["name"], facts, MAX_DECODED_PIXELS)
        lowered += new
    return lowered


def _check_result(name: str, facts: Facts, max_pixels: int) -> None:
    if facts.width * facts.height > max_pixels:
        raise SampleError(
            f"{name} makes {facts.width} × {facts.height} px of it, "
            f"more than dataset.max_pixels ({max_pixels})"
        )
