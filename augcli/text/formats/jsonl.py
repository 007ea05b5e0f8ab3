"""JSON Lines: only the values of text and spans differ in a new line, the rest byte for byte."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from augcli.dataset.splits import columns_of_splits
from augcli.errors import SettingError, did_you_mean
from augcli.settings.base import ColumnRef
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.lines import LinesFile
from augcli.text.formats.objects import SAMPLED, ObjectFile, shown
from augcli.text.formats.places import at, path_of, put, within
from augcli.text.words import Span


class JsonlFile(ObjectFile, LinesFile):
    """A file of JSON objects, one a line."""

    def __init__(self, source: Source, settings: TextDatasetSettings):
        LinesFile.__init__(self, source, settings)
        self._some = [self._known(index) for index in range(min(len(self), SAMPLED))]
        self._keys = list(dict.fromkeys(key for line in self._some for key in line))
        ObjectFile.__init__(self, settings, self._some, self._key, json.dumps)

    def _key(self, setting: str, ref: ColumnRef | None) -> str | None:
        """Return a key that the recipe names; SettingError where no line has it."""
        if isinstance(ref, int):
            told = "JSON objects have keys with names, not numbers"
            raise SettingError(("dataset", setting), told)
        if ref is None or not self._keys or self._has(ref):
            return ref
        raise SettingError(
            ("dataset", setting),
            f"none of the first {SAMPLED} lines of {self.name} has a key {ref!r}"
            f"{did_you_mean(ref, self._keys)}; they have {', '.join(self._keys)}",
        )

    def _has(self, key: str) -> bool:
        path = path_of(key, self._some)
        return path[0] in self._keys and (
            len(path) == 1 or any(at(line, path) is not None for line in self._some)
        )

    def _values(self, index: int) -> dict[str, Any]:
        """Return the object in a line; ValueError where it is none."""
        try:
            values = json.loads(self.raw(index))
        except json.JSONDecodeError as error:
            raise ValueError(f"it is no JSON: {error.msg} (column {error.colno})") from None
        except RecursionError:
            raise ValueError("it has brackets in too many others") from None
        if not isinstance(values, dict):
            raise ValueError("it is no JSON object; each line must be one")
        return values

    def _known(self, index: int) -> Mapping[str, Any]:
        """Return the object in a line; an empty one where it is none."""
        try:
            return self._values(index)
        except ValueError:
            return {}

    def _place(self, index: int) -> str:
        return f"line {self.line(index)}"

    @property
    def columns(self) -> Sequence[ColumnRef]:
        """Return the keys, that of the text first."""
        return self._first_of(".".join(path) for line in self._some for path, _ in within(line))

    def unnamed(self) -> dict[str, set[str]]:
        """Return key → values, where no setting names it and all values are splits."""
        free = [key for key in self._keys if key not in self._named]
        lines = map(self._known, range(len(self)))
        return columns_of_splits(free, ([shown(line.get(key)) for key in free] for line in lines))

    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return the line with another text and its spans moved."""
        changes = self._content.changes(self._known(index), text, spans)
        if changes is None:
            return None
        raw = self.raw(index)
        for path, value in changes:
            raw = put(raw, path, value)
        return raw
