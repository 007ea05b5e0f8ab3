"""What a plan asks for, source by source: the tasks of workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from augcli import names
from augcli.plan import Plan
from augcli.task import Pools, Task


class Tasks:
    """What a plan asks for, source by source."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._extensions = plan.dataset.extensions
        self._called = ids = plan.places or plan.dataset.ids
        self._base = names.Bases(
            in_split_folder=plan.dataset.split_folders or bool(plan.places),
            twins=names.twins(ids),
            twin_folders=names.twin_folders(ids),
        )

    def pools(self, row: int) -> Pools:
        """Return whom a sample's steps may choose partners from; nobody where none is augmented."""
        return self._plan.partners.of(row) if self._plan.partners else {}

    def __getitem__(self, row: int) -> Task:
        return next(self.of([row]))

    def of(self, rows: Sequence[int]) -> Iterator[Task]:
        """Yield the tasks of some sources."""
        dataset = self._plan.dataset
        for row, base in zip(rows, self.bases(rows), strict=True):
            sample = dataset[row]
            yield Task(
                row,
                sample.id,
                sample.split,
                sample.label,
                base,
                dataset.inputs(row),
                self._plan.requests[row],
                dataset.checksums.get(sample.id),
                dataset.value(row),
                self.pools(row),
            )

    def bases(self, rows: Sequence[int]) -> Iterator[str]:
        """Yield the paths of the originals of some sources."""
        dataset, called = self._plan.dataset, map(self._called.__getitem__, rows)
        own = map(self._base, called, dataset.splits_of(rows))
        if not self._extensions:
            return own
        return (
            base + self._extensions.get(dataset.ids[row], "")
            for base, row in zip(own, rows, strict=True)
        )


def bases(plan: Plan) -> Iterator[str]:
    """Yield the path of each source's original below the output folder."""
    return Tasks(plan).bases(range(len(plan.dataset)))
