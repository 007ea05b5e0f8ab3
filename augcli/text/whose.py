"""Columns that tell of whom texts are: all of one person belong into one split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from augcli.dataset.columns import names_groups
from augcli.dataset.doubts import GROUPS_APART
from augcli.dataset.told import quoted
from augcli.errors import Doubt
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFile


def parted(settings: TextDatasetSettings, files: Iterable[TextFile]) -> Iterator[Doubt]:
    """Yield which columns tell of whom texts are, where splits are drawn by none of them."""
    if settings.shares is None or settings.shares.group is not None:
        return
    for name in (name for file in files for name in repeats_groups(file)):
        text = f"column {name!r} tells of whom texts are, and they are parted by lot"
        hint = f"keep them together by `split: {{test: 0.2, group: {quoted(name)}}}`"
        yield GROUPS_APART.doubt(text, hint, "dataset.split")


def repeats_groups(file: TextFile) -> list[str]:
    """Return the columns that are called as those that tell of whom texts are, and repeat."""
    cells = {str(name): some for name, some in file.first_cells().items()}
    named = ((name, some) for name, some in cells.items() if names_groups(name))
    return [name for name, some in named if 1 < len(set(some)) <= len(some) / 2]
