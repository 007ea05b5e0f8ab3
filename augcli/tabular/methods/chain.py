"""Balance methods that follow each other: each goes on from what the one before leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Self

from pydantic import Field, SerializeAsAny, computed_field, model_validator

from augcli.tabular.methods.base import Method
from augcli.tabular.reading.table import Rows, Table


class Chain(Method):
    """The recipe's `balance:` as a list, such as over-sampling and then under-sampling."""

    chained: tuple[SerializeAsAny[Method], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Chain:
        *first, _ = self.chained
        if any(each.cleans for each in first):
            raise ValueError("what leaves rows out for what they are comes last")
        alone = [each for each in self.chained if each.amount or each.several]
        if len(self.chained) > 1 and alone:
            what = "numbers" if alone[0].amount else "several labels"
            raise ValueError(f"`{alone[0].name}` stands alone: it balances {what} and no classes")
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def revisions(self) -> list[int]:
        """Return the revision of each, as outputs hang on them."""
        return [each.revision for each in self.chained]

    @property
    def stages(self) -> Sequence[Method]:
        """Return the methods in their order."""
        return self.chained

    @property
    def name(self) -> str:
        """Return what a recipe calls them."""
        return " + ".join(each.name for each in self.chained)

    @property
    def named_classes(self) -> Collection[str]:
        """Return the classes that one of them names."""
        return [name for each in self.chained for name in each.named_classes]

    @property
    def needs_label(self) -> bool:
        """Return whether one of them takes classes."""
        return any(each.needs_label for each in self.chained)

    def knowing(self, table: Table, rows: Rows) -> Self:
        """Return the same of methods that know the rows."""
        known = tuple(each.knowing(table, rows) for each in self.chained)
        return self.model_copy(update={"chained": known})

    def targets(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return how many rows each class is to have after all of them."""
        found = dict(counts)
        for each in self.chained:
            found = each.goals(found)
        return found

    def goals(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return the same: each goes where it can."""
        return self.targets(counts)

    def plain(self) -> Any:
        """Return them as a recipe lists them."""
        return [each.plain() for each in self.chained]
