"""The files of a dataset whose files may hold many samples: one, or those taken of a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from augcli.dataset import Dataset, RowDatasetSettings, Sample
from augcli.errors import Problem, SettingError, did_you_mean
from augcli.files import listed
from augcli.layout import kept


@dataclass(frozen=True)
class RowFiles:
    """What was found where a recipe's path leads."""

    root: Path
    names: list[str]
    rejected: Sequence[tuple[Sample, str]] = ()
    notes: Sequence[Problem] = ()

    def told(self, dataset: Dataset) -> Dataset:
        """Return a dataset of these files that tells of those that were left out, too."""
        dataset.rejected += self.rejected
        dataset.notes += self.notes
        return dataset


def row_files(
    settings: RowDatasetSettings, root: Path, is_taken: Callable[[str], bool], what: str
) -> RowFiles:
    """Return the file at `root`, or all in a folder that are taken; SettingError if none is there.

    `what` the files hold is told where something is in doubt.
    """
    if root.is_file():
        return RowFiles(root.parent, kept(settings, [root.name]))
    if not root.is_dir():
        beside = root.parent.iterdir() if root.parent.is_dir() else ()
        near = did_you_mean(root.name, (each.name for each in beside))
        raise SettingError(("dataset", "path"), f"there is no file or folder {root}{near}")
    listing = listed(settings, root)
    names = kept(settings, listing.take(is_taken, what))
    files, rejected = listing.apart(names, settings.augment[0])
    return RowFiles(root, files, rejected, listing.notes)
