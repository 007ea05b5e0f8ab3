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
from augcli.text.formats.base import Row
from augcli.text.formats.classes import Classes
from augcli.text.formats.contents import cells_of, content_of
from augcli.text.formats.lines import LinesFile
from augcli.text.formats.places import at, path_of, put, within
from augcli.text.words import Span

_SAMPLED = 200


class JsonlFile(LinesFile):
    """A file of JSON objects, one a line."""

    def __init__(self, source: Source, settings: TextDatasetSettings):
        super().__init__(source, settings)
        self._some = [self._known(index) for index in range(min(len(self), _SAMPLED))]
        self._keys = list(dict.fromkeys(key for line in self._some for key in line))
        labels = [self._key("label", each) for each in settings.labels]
        split = self._key("split", settings.split_column)
        self._content = content_of(self.name, settings, self._some, self._key)
        self._split, *self._labels = (path_of(key or "", self._some) for key in (split, *labels))
        self._classes = Classes.of(settings, json.dumps)
        self._named = {path[0] for path in (*self._labels, self._split, *self._content.paths)}

    def _key(self, setting: str, ref: ColumnRef | None) -> str | None:
        """Return a key that the recipe names; SettingError where no line has it."""
        if isinstance(ref, int):
            told = "JSON objects have keys with names, not numbers"
            raise SettingError(("dataset", setting), told)
        if ref is None or not self._keys or self._has(ref):
            return ref
        raise SettingError(
            ("dataset", setting),
            f"none of the first {_SAMPLED} lines of {self.name} has a key {ref!r}"
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

    def row(self, index: int) -> Row:
        """Return a line's sample."""
        values = self._known(index)
        split = _shown(at(values, self._split))
        label = None
        try:
            label = self._classes.told([at(values, path) for path in self._labels])
            text, spans = self._content.read(values or self._values(index))
        except ValueError as error:
            return Row("", label, split, trouble=f"line {self.line(index)}: {error}")
        return Row(text, label, split, spans)

    @property
    def columns(self) -> Sequence[ColumnRef]:
        """Return the keys, that of the text first."""
        first = ".".join(map(str, self._content.paths[0]))
        found = dict.fromkeys(".".join(path) for line in self._some for path, _ in within(line))
        return [first, *(key for key in found if key != first)]

    def unnamed(self) -> dict[str, set[str]]:
        """Return key → values, where no setting names it and all values are splits."""
        free = [key for key in self._keys if key not in self._named]
        lines = map(self._known, range(len(self)))
        return columns_of_splits(free, ([_shown(line.get(key)) for key in free] for line in lines))

    def first_cells(self) -> Mapping[ColumnRef, Sequence[str]]:
        """Return the first values of the keys that may hold texts."""
        return cells_of(self._some)

    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return the line with another text and its spans moved."""
        changes = self._content.changes(self._known(index), text, spans)
        if changes is None:
            return None
        raw = self.raw(index)
        for path, value in changes:
            raw = put(raw, path, value)
        return raw


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)
