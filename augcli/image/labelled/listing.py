"""What listings of labelled pictures have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from augcli.dataset.files import Bounds, listed
from augcli.dataset.layout import kept, layout_of
from augcli.dataset.lists import refuse_lists
from augcli.dataset.splits import TRAIN
from augcli.dataset.units import Dataset, Sample
from augcli.errors import Doubt, Problem, SettingError
from augcli.image.annotations.base import Note
from augcli.image.config import ImageDatasetSettings
from augcli.image.listing.counterparts import refuse_counterparts
from augcli.image.listing.taken import remarks, taken
from augcli.plural import few, several


class Known(Struct, frozen=True):
    """What labels tell of pictures, by these."""

    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The files that belong to each."""
    troubles: Mapping[str, str] = field(default_factory=dict)
    """Why some cannot be used."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What a file that tells of many tells of each."""
    objects: Sequence[str] = ()
    """The classes of objects, where they are named."""
    absent: Sequence[tuple[Sample, str]] = ()
    """Pictures that are told of and not there, each with what to say of it."""


class Pictures:
    """The pictures below a folder, and the other files there."""

    def __init__(self, settings: ImageDatasetSettings, root: Path):
        self.root = root if root.is_dir() else root.parent
        self._path = root
        self._settings = settings
        self._listing = replace(listed(settings, self.root), bounds=Bounds.of(settings, root))
        self._found = taken(self._listing)
        wanted = set(kept(settings, self._listing.names))
        self._found.pictures = [name for name in self._found.pictures if name in wanted]
        self.others = frozenset(wanted.intersection(self._found.others))
        self.lacking: dict[str, str] = {}
        """Split of which nothing is there → why, as far as it is told."""
        self.shared: dict[str, str] = {}
        """Picture → another split that it is as much of."""
        self._lists: set[str] = set()
        self._notes: list[Problem] = []

    @property
    def names(self) -> Sequence[str]:
        """Return the pictures, ascending."""
        return self._found.pictures

    def apart(self, is_mask: Callable[[str], bool]) -> list[str]:
        """Return the pictures that are masks of others, which are pictures no longer."""
        masks = [name for name in self.names if is_mask(name)]
        self._found.pictures = [name for name in self.names if not is_mask(name)]
        return masks

    def keep(self, told: Collection[str]) -> None:
        """Leave out the pictures that nothing is told of."""
        left_out = [name for name in self.names if name not in told]
        text = f"left out {several(len(left_out), 'picture')} that no annotations tell of"
        self.note_some(left_out, text, "note", "not-told")
        self._found.pictures = [name for name in self.names if name in told]

    def use(self, files: Iterable[str]) -> None:
        """Take files that tell of many pictures: they are not told as left out."""
        self._lists.update(files)

    def note(self, text: str, severity: str, code: str) -> None:
        """Add something to tell of the listing."""
        self._notes.append(Problem(str(self.root), 0, 0, text, severity, code))

    def note_doubt(self, doubt: Doubt) -> None:
        """Add what may be meant otherwise."""
        self._notes.append(doubt.problem(str(self.root)))

    def note_some(self, names: Sequence[str], text: str, severity: str, code: str) -> None:
        """Add what is to be told of some files, if there are any."""
        if names:
            self.note(f"{text}: {few(sorted(names))}", severity, code)

    def note_lone(self, names: Iterable[str], one: str) -> None:
        """Tell of labels that have no picture; they are not told as left out, too."""
        lone = sorted(names)
        self.use(lone)
        told = several(len(lone), f"{one} has", f"{one}s have")
        self.note_some(lone, f"{told} no picture", "note", "no-picture")

    def note_bare(self, places: Mapping[str, str], what: str) -> dict[str, str]:
        """Tell of pictures whose labels are not in their places, which are background.

        Return why some are not, though there is no file in the place.
        """
        bare = {name: place for name, place in places.items() if place not in self.others}
        lone = {each.casefold(): each for each in self.others.difference(places.values())}
        why = {n: self._instead(place, lone.get(place.casefold())) for n, place in bare.items()}
        rest = [name for name, reason in why.items() if not reason]
        if self._settings.annotations == "refuse":
            refuse_counterparts(self._listing.bounds, self.names, rest)
        text = f"{several(len(rest), 'picture')} without {what}"
        self.note_some(rest, text, "note", "background")
        return {name: reason for name, reason in why.items() if reason}

    def _instead(self, place: str, near: str | None) -> str | None:
        """Return what is there instead of a file of labels, None where nothing is."""
        if near:
            return f"its labels would be in {place}, and {near} is there: call it so"
        is_folder = (self.root / place).is_dir()
        return f"{place} is a folder, where a file of labels is expected" if is_folder else None

    def note_odd(self, notes: Iterable[Note]) -> None:
        """Add what is odd in files that describe the dataset."""
        self._notes += (note.problem for note in notes)

    def splits(self, told: Mapping[str, str]) -> Mapping[str, str] | None:
        """Return picture → split: as is told, else as folders say.

        None where nothing says it.
        """
        if told:
            left_out = [name for name in self.names if name not in told]
            self.note_some(
                left_out,
                f"left out {several(len(left_out), 'picture')} of no split",
                "note",
                "no-split",
            )
            return told
        layout = layout_of(self._settings, self.names)
        if not layout.held_out:
            return None
        return {name: layout.place(name).split for name in self.names}

    def dataset(self, splits: Mapping[str, str] | None, known: Known) -> Dataset:
        """Return the pictures that have a split, each with its files or a reason against it.

        Raises SettingError where there are none.
        """
        files = known.files
        used = self._lists.union(*files.values())
        if splits is None:
            refuse_lists(self._settings, self._listing, self.names, used)
        self._found.others = sorted(self.others - used)
        notes = [*remarks(self._listing, self._found, used), *self._notes]
        dataset = Dataset(self.root, held_out=splits is not None, split_folders=True, notes=notes)
        dataset.extensions = self._found.extensions
        dataset.lists = sorted(self._lists)
        dataset.objects = known.objects
        dataset.lacking, dataset.shared = self.lacking, self.shared
        for name in self.names if splits is None else filter(splits.__contains__, self.names):
            sample = Sample(name, splits[name] if splits else TRAIN, None)
            reason = known.troubles.get(name) or self._why_not([name, *files.get(name, ())])
            if reason:
                dataset.rejected.append((sample, reason))
            else:
                dataset.add_with(sample, files.get(name, ()), known.values.get(name))
        dataset.rejected += known.absent
        _refuse_none(dataset, self._path)
        return dataset

    def _why_not(self, names: Sequence[str]) -> str | None:
        """Return why one of some files may not be read; None if all may."""
        reasons = ((name, self._listing.bounds.why_not(name)) for name in names)
        return next((f"{name}: {reason}" for name, reason in reasons if reason), None)


def sharing(places: Mapping[str, str]) -> dict[str, str]:
    """Return picture → what is wrong, for those whose labels would be in one and the same file."""
    owners: dict[str, list[str]] = defaultdict(list)
    for picture, place in places.items():
        owners[place].append(picture)
    return {
        picture: f"{' and '.join(pictures)} would have the same labels, {place}: rename all but one"
        for place, pictures in owners.items()
        for picture in (pictures if len(pictures) > 1 else ())
    }


def _refuse_none(dataset: Dataset, root: Path) -> None:
    """Raise SettingError for a dataset without pictures."""
    if not dataset.ids:
        reason = next((f"; {sample.id}: {why}" for sample, why in dataset.rejected), "")
        text = f"there are no pictures that can be used at {root}{reason}"
        raise SettingError(("dataset", "path"), text)
