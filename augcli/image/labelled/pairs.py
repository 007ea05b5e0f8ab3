"""Pictures of which others show the same: depth, the clean one, what it was before or after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from augcli.dataset.doubts import UNCLEAR_PAIRS
from augcli.dataset.units import Dataset
from augcli.errors import SettingError, did_you_mean
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Labels, MaskFile, Pair, Scheme
from augcli.image.labelled.listing import Known, Pictures
from augcli.image.labelled.masks import MaskLabels
from augcli.image.listing.paired import Folders, Paired
from augcli.plural import few, several
from augcli.task import Plain, Source, Task
from augcli.transform import catalogue


class PairScheme(Scheme):
    """Pictures in several folders beside each other, alike in stem."""

    name: ClassVar[str] = "pairs"
    tells_objects: ClassVar[bool] = False

    def scan(self, settings: ImageDatasetSettings, root: Path) -> Dataset:
        """List the pictures of one folder with those of the same, in the splits of folders."""
        pictures = Pictures(settings, root)
        folders = Folders(pictures.names)
        chosen = settings.input or _found(folders.inputs(), root)
        paired = folders.of(chosen)
        _check(settings, paired, chosen, root)
        pictures.apart(lambda name: chosen not in name.split("/")[:-1])
        lone = several(len(paired.lone), "picture belongs", "pictures belong")
        text = f"{lone} to none in {chosen}/"
        pictures.note_some(paired.lone, text, "note", "no-picture")
        return pictures.dataset(pictures.splits({}), Known(paired.of, paired.troubles))

    def labels(
        self, settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
    ) -> Labels:
        """Return what belongs to a picture."""
        told = settings.targets
        rules = {each.name: _rule(settings, each.name) for each in sources[1:]}
        form = {"format": self.name, "ignore": told.ignore, "pairs": rules}
        return self.recorded(task.source, form, sources[1:])

    def recorded(self, picture: str, form: Plain, sources: Sequence[Source]) -> Labels:
        """Return what belongs to a picture as a record tells of it."""
        ignore = None if form["ignore"] is None else tuple(form["ignore"])
        rules = ((each, form["pairs"][each.name]) for each in sources)
        masks = [MaskFile(e, ignore, Pair(between, tuple(own))) for e, (between, own) in rules]
        return MaskLabels(picture, form, {}, masks)


def _found(inputs: Sequence[str], root: Path) -> str:
    if len(inputs) == 1:
        return inputs[0]
    text = f"which folder's pictures the others belong to is not clear at {root}"
    maybe = f" (it may be {few(inputs)})" if inputs else ""
    hint = "say `input: FOLDER` under `dataset`"
    raise UNCLEAR_PAIRS.doubt(f"{text}{maybe}", hint, "dataset.input", ("dataset", "path")).error


def _check(settings: ImageDatasetSettings, paired: Paired, chosen: str, root: Path) -> None:
    """Raise SettingError for folders without pairs, and for rules of none."""
    if not paired.of:
        reason = next((f": {name}: {why}" for name, why in paired.troubles.items()), "")
        text = f"no picture in a folder {chosen!r} has one of the same beside it at {root}{reason}"
        raise SettingError(("dataset", "input") if settings.input else ("dataset", "path"), text)
    told: Mapping[str, Iterable[str]] = settings.targets.tones
    for key, named in (("interpolation", settings.targets.interpolation), ("tones", told)):
        for folder in named:
            _refuse_unknown(("dataset", "targets", key), "folder", folder, paired.folders)
    steps = catalogue("image")
    for name in (name for names in told.values() for name in names):
        _refuse_unknown(("dataset", "targets", "tones"), "step", name, steps)


def _refuse_unknown(path: tuple[str, ...], what: str, name: str, known: Iterable[str]) -> None:
    names = sorted(known)
    if name not in names:
        hint = did_you_mean(name, names) or f"; there are {', '.join(names)}"
        raise SettingError(path, f"there is no {what} {name!r} for that{hint}")


def _rule(settings: ImageDatasetSettings, name: str) -> Sequence[object]:
    """Return what a recipe tells of a picture by one of its folders."""
    told, folders = settings.targets, name.split("/")[:-1]
    between = next((told.interpolation[f] for f in folders if f in told.interpolation), None)
    return [between, next((list(told.tones[f]) for f in folders if f in told.tones), [])]
