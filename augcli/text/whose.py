"""Columns that tell of whom texts are: all of one person belong into one split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from augcli.dataset.columns import names_groups
from augcli.dataset.groups import apart, in_both
from augcli.dataset.leaks import groups_heeded
from augcli.dataset.splits import augmented
from augcli.errors import Doubt
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.corpus import Corpus
from augcli.text.formats.base import TextFile
from augcli.text.formats.open import open_file
from augcli.text.parted import by_group


def crossing(
    settings: TextDatasetSettings, corpus: Corpus, sources: Sequence[Source]
) -> Iterator[Doubt]:
    """Yield which columns tell of whom texts are that are in an augmented and another split.

    `sources` are those of the files. Whoever says by `group` what stays together has seen to that.
    """
    if settings.kept_together is not None or len(corpus.splits.names) < 2:
        return
    used = (*settings.labels, settings.split_column)
    columns = dict.fromkeys(str(name) for file in corpus.files for name in file.columns)
    named = [name for name in columns if names_groups(name) and name not in used]
    told = {name: list(_cells(settings, name, corpus.files, sources)) for name in named}
    splits = [str(corpus.splits[row]) for row in range(len(corpus) if told else 0)]
    yield from apart(told, splits, augmented(settings.augment, splits))


def parted(settings: TextDatasetSettings, corpus: Corpus, sources: Sequence[Source]) -> list[str]:
    """Return what to tell of groups that are in an augmented and another split."""
    if settings.kept_together is None or len(corpus.splits.names) < 2:
        return []
    splits = [str(corpus.splits[row]) for row in range(len(corpus))]
    files = (by_group(source, settings) for source in sources)
    cells = (file.row(index).label for file in files if file for index in range(len(file)))
    return groups_heeded(settings, in_both(cells, splits, augmented(settings.augment, splits)))


def _cells(
    settings: TextDatasetSettings, column: str, files: Iterable[TextFile], sources: Iterable[Source]
) -> Iterator[str | None]:
    """Yield what a column says of each text; nothing where a file lacks it."""
    asked = settings.model_copy(update={"label": column, "split": None})
    for file, source in zip(files, sources, strict=True):
        has = column in map(str, file.columns)
        read = open_file(source, asked, {}) if has else None
        yield from (read.row(index).label if read else None for index in range(len(file)))
