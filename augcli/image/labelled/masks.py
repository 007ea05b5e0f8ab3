"""Pictures with masks: files of numbers over them, in a folder beside or under like names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from augcli.dataset.globs import any_of
from augcli.dataset.units import Dataset
from augcli.errors import SettingError
from augcli.image.annotations.base import Parsed, Size
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Beside, Labels, MaskFile, Scheme
from augcli.image.labelled.listing import Known, Pictures
from augcli.image.listing.masked import means_labels, stems_of_pictures
from augcli.image.targets import Targets
from augcli.task import Plain, Source, Task


class MaskLabels(Labels, Struct, frozen=True):
    """The masks of a picture, which tell of no objects."""

    picture: str
    form: Plain
    mates: Mapping[str, Sequence[int]]
    masks: Sequence[MaskFile]

    @property
    def place(self) -> str:
        """Return the first mask's name."""
        return self.masks[0].source.name if self.masks else self.picture

    @property
    def sources(self) -> Sequence[Source]:
        """Return the masks."""
        return [mask.source for mask in self.masks]

    def parse(self, size: Size) -> Parsed:
        """Return that nothing is told of objects."""
        return Parsed(())

    def of_copy(self, output: str, targets: Targets, size: Size) -> Iterator[Beside]:
        """Yield nothing beside masks."""
        return iter(())


class MaskScheme(Scheme):
    """Masks that are paired with pictures by folders and stems."""

    name: ClassVar[str] = "masks"
    tells_objects: ClassVar[bool] = False

    def scan(self, settings: ImageDatasetSettings, root: Path) -> Dataset:
        """List pictures with their masks, in the splits that folders say."""
        pictures = Pictures(settings, root)
        masks = pictures.apart(partial(_is_mask, settings))
        paired, lone = _Pairs(pictures.names).of(masks)
        if not paired:
            hint = "`masks: [GLOB]` under `dataset` says which files are masks"
            raise SettingError(("dataset", "path"), f"no masks are found at {root}; {hint}")
        pictures.note_lone(lone, "mask")
        troubles = {name: "it has no mask" for name in pictures.names if name not in paired}
        dataset = pictures.dataset(pictures.splits({}), Known(paired, troubles))
        dataset.nameless = _NAMELESS
        return dataset

    def labels(
        self, settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
    ) -> Labels:
        """Return the masks of a picture."""
        form = {"format": self.name, "ignore": settings.targets.ignore}
        return self.recorded(task.source, form, sources[1:])

    def recorded(self, picture: str, form: Plain, sources: Sequence[Source]) -> Labels:
        """Return the masks of a picture as a record tells of them."""
        ignore = None if form["ignore"] is None else tuple(form["ignore"])
        return MaskLabels(picture, form, {}, [MaskFile(each, ignore) for each in sources])


_NAMELESS = "none by name: a mask has numbers, so name those, as 8, or 128-64-0 of colours"


def _is_mask(settings: ImageDatasetSettings, name: str) -> bool:
    """Return whether a file is a mask, as the recipe says, or else its folders or its name."""
    if settings.masks:
        return bool(any_of(settings.masks).fullmatch(name))
    folder, _, last = name.rpartition("/")
    return any(map(means_labels, folder.split("/"))) or any(stems_of_pictures(last, apart=False))


class _Pairs:
    """Pictures by their folders and stems."""

    def __init__(self, pictures: Sequence[str]):
        self._places: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._beside: dict[str, set[str]] = defaultdict(set)
        for name in pictures:
            folder, _, last = name.rpartition("/")
            self._places[folder, last.rpartition(".")[0] or last].append(name)
        for folder in {folder for folder, _ in self._places}:
            parts = folder.split("/")
            for at, part in enumerate(parts):
                self._beside["/".join(parts[:at])].add(part)

    def of(self, masks: Iterable[str]) -> tuple[dict[str, list[str]], list[str]]:
        """Return picture → its masks, and the masks that are of no picture, or of several."""
        paired: dict[str, list[str]] = defaultdict(list)
        lone = []
        for mask in masks:
            found = next(filter(None, map(self._places.get, self._tries(mask))), [])
            if len(found) == 1:
                paired[found[0]].append(mask)
            else:
                lone.append(mask)
        return paired, lone

    def _tries(self, mask: str) -> Iterator[tuple[str, str]]:
        """Yield folder and stem of what may be the picture of a mask."""
        folder, _, last = mask.rpartition("/")
        yield from ((folder, stem) for stem in stems_of_pictures(last, apart=False))
        parts = folder.split("/")
        for at, part in enumerate(parts):
            before, after = parts[:at], parts[at + 1 :]
            others = sorted(self._beside["/".join(before)] - {part})
            folders = ["/".join([*before, other, *after]) for other in others]
            for each in [*folders, "/".join([*before, *after])]:
                yield from ((each, stem) for stem in stems_of_pictures(last, apart=True))
