"""Files of objects, or of rows like them: keys say what of each is its text, class and split."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from augcli.dataset.splits import called
from augcli.settings.base import ColumnRef
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import Row, TextFile
from augcli.text.formats.classes import Classes
from augcli.text.formats.contents import Resolve, Values, cells_of, content_of
from augcli.text.formats.places import at, path_of

SAMPLED = 200
"""Objects that show which keys there are."""


class ObjectFile(TextFile):
    """A file of objects."""

    def __init__(
        self,
        settings: TextDatasetSettings,
        some: Sequence[Values],
        resolve: Resolve,
        spelled: Callable[[Any], str] = str,
    ):
        """Take in the first objects; `spelled` writes a class that is no text."""
        self._some = some
        labels = [resolve("label", each) for each in settings.labels]
        split = resolve("split", settings.split_column)
        self._content = content_of(self.name, settings, some, resolve)
        self._split, *self._labels = (path_of(key or "", some) for key in (split, *labels))
        self._called = partial(called, augment=settings.augment, column=str(self._split[-1]))
        self._classes = Classes.of(settings, spelled)
        self._named = {path[0] for path in (*self._labels, self._split, *self._content.paths)}

    @abstractmethod
    def _values(self, index: int) -> Values:
        """Return an object; ValueError where there is none."""

    @abstractmethod
    def _place(self, index: int) -> str:
        """Return how to find an object in the file."""

    def row(self, index: int) -> Row:
        """Return a sample."""
        label = split = None
        try:
            values = self._values(index)
            split = self._called(shown(at(values, self._split)))
            label = self._classes.told([at(values, path) for path in self._labels])
            text, spans = self._content.read(values)
        except ValueError as error:
            return Row("", label, split, trouble=f"{self._place(index)}: {error}")
        return Row(text, label, split, spans)

    def _first_of(self, names: Iterable[str]) -> Sequence[ColumnRef]:
        """Return names, that of the text first."""
        return list(dict.fromkeys([".".join(map(str, self._content.paths[0])), *names]))

    def first_cells(self) -> Mapping[ColumnRef, Sequence[str]]:
        """Return the first values of the keys that may hold texts."""
        return cells_of(self._some)


def shown(value: Any) -> str | None:
    """Return a value as text."""
    return None if value is None else str(value)
