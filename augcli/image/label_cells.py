"""What the cells of a row tell of a picture's labels: one class, or several in any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from augcli.errors import SettingError
from augcli.image.config import ImageDatasetSettings
from augcli.rows.flags import not_flagged, says_yes
from augcli.settings.base import ColumnRef

KeyPath: TypeAlias = tuple[str | int, ...]


class LabelCells:
    """The columns of labels in a table: one of class names, or one for each class."""

    def __init__(
        self,
        settings: ImageDatasetSettings,
        columns: Sequence[str],
        place_of: Callable[[ColumnRef, KeyPath], int],
    ):
        self._separator = settings.separator
        self._by_class = isinstance(settings.label, tuple)
        named = settings.label if isinstance(settings.label, tuple) else (settings.label,)
        keys = ((*_KEY, at) if self._by_class else _KEY for at in range(len(named)))
        self.places = list(map(place_of, named, keys))
        self._names = [columns[place] for place in self.places]
        self._pairs = [*zip(self._names, self.places, strict=True)]
        odd = next(
            (name for name in self._names if self._separator and self._separator in name), None
        )
        if self._by_class and odd:
            text = f"{odd!r} has {self._separator!r} in it; say what else separates classes"
            raise SettingError(("dataset", "label_separator"), text)

    def told(self, cells: Sequence[str]) -> str | None:
        """Return the label of a row; of several, in their order; None where there is none."""
        if self._separator is None:
            return cells[self.places[0]] if cells[self.places[0]].strip() else None
        found = self._of_columns(cells) if self._by_class else self._in_cell(cells)
        return self._separator.join(sorted(set(filter(None, found)))) or None

    def trouble(self, cells: Sequence[str]) -> str | None:
        """Return why a row's labels cannot be read, None if they can."""
        if not self._by_class:
            return None
        return not_flagged((name, cells[at]) for name, at in self._pairs)

    def _of_columns(self, cells: Sequence[str]) -> list[str]:
        return [name for name, at in self._pairs if says_yes(cells[at])]

    def _in_cell(self, cells: Sequence[str]) -> list[str]:
        return [each.strip() for each in cells[self.places[0]].split(self._separator)]


_KEY = ("dataset", "label")
