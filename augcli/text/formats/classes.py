"""What tells the class of a text: one value, or a flag for each label that it may have."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from augcli.rows.flags import not_flagged, says_yes
from augcli.text.config import TextDatasetSettings


class Classes(Struct, frozen=True):
    """How classes are read of the values that a recipe names."""

    flags: Sequence[str]
    """The labels, where each has a value of its own."""
    separator: str
    spelled: Callable[[Any], str]
    """Writes a value that is no text."""

    @classmethod
    def of(cls, settings: TextDatasetSettings, spelled: Callable[[Any], str] = str) -> Classes:
        """Return what a recipe says of them."""
        flags = list(map(str, settings.labels)) if settings.is_flagged else []
        return cls(flags, settings.separator or ", ", spelled)

    def told(self, values: Sequence[Any]) -> str | None:
        """Return the class of a text, or its labels as one; None where it has none.

        ValueError for a flag that says neither yes nor no.
        """
        if self.flags:
            return self._flagged(values)
        value = values[0] if values else None
        if isinstance(value, list):
            return self.separator.join(map(str, value))
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        return value if isinstance(value, str) else self.spelled(value)

    def _flagged(self, values: Sequence[Any]) -> str | None:
        told = [*zip(self.flags, values, strict=True)]
        if trouble := not_flagged(told):
            raise ValueError(trouble)
        return self.separator.join(name for name, value in told if says_yes(value)) or None
