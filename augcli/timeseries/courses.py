"""How the copies of each stage are made: by a recipe's steps, or by the balance's method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from augcli.errors import SettingError
from augcli.requests.courses import Stage, View
from augcli.timeseries.config import SmoteBalance
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.transform import SeriesTransform
from augcli.timeseries.transforms.mixing import Smote
from augcli.transform import Chooser, keyed, walk

Steps = Sequence[tuple[str, SeriesTransform | Chooser]]
"""Steps with their keys, as `transform.keyed` gives them."""


class Way(NamedTuple):
    """How some copies are made."""

    method: str
    views: Sequence[tuple[View[SeriesTransform], Steps]]
    """Views with their steps."""


class Course(NamedTuple):
    """A stage, how the copies that it asks for are made, and how those beyond them are."""

    stage: Stage[SeriesTransform]
    ways: tuple[Way, Way]
    is_plain: bool
    """Whether the records of a copy's steps tell all there is to know of it."""

    def way(self, copy: int) -> Way:
        """Return how a copy is made."""
        return self.ways[copy >= self.stage.copies]


def courses_of(job: SeriesJob) -> Iterator[Course]:
    """Yield the stages with the ways of their copies."""
    balance = job.balance
    for stage in job.courses:
        usual = beyond = Way("copies", [(view, view.entries) for view in stage.views])
        if isinstance(balance, SmoteBalance):
            beyond = Way("smote", [(View(()), list(keyed([Smote(k=balance.k)])))])
        yield Course(stage, (usual, beyond), usual is beyond and _is_plain(stage))


def _is_plain(stage: Stage[SeriesTransform]) -> bool:
    """Return whether copies are alone, of all classes, and of nothing but plain steps."""
    steps = [step for view in stage.views for step in walk(view.steps)]
    inner = [step for step in steps if isinstance(step, SeriesTransform)]
    is_for_all = not any(step.only or step.except_ for step in steps)
    return len(stage.views) == 1 and is_for_all and all(step.is_plain for step in inner)


def refuse_groups(job: SeriesJob) -> None:
    """Raise SettingError where a method makes single series and groups are asked for."""
    if job.group > 1 and isinstance(job.balance, SmoteBalance):
        text = "smote makes single series, and this recipe groups; leave `method` out"
        raise SettingError(("balance", "method"), text)
