"""How the labels of a dataset are kept, where nobody says it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import NamedTuple

from augcli.dataset.doubts import UNCLEAR_FORMAT, UNNAMED_LABELS, UNUSED_SPLITS
from augcli.dataset.splits import augmented
from augcli.disk.reading import read_whole
from augcli.errors import DoubtError, SampleError, SettingError
from augcli.image.codec import read_header
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import MaskFile, Scheme
from augcli.image.labelled.census import labels_at
from augcli.image.labelled.schemes import SCHEMES, scheme_named
from augcli.image.listing.areas import are_areas_of

_ASKED_LATER = ("dataset.targets.ignore",)
"""What is asked once the format is named, as unused splits are."""
_DOUBTS_LATER = (UNUSED_SPLITS.code, UNNAMED_LABELS.code, UNCLEAR_FORMAT.code)
_LOOKED_AT = 3


class Recognised(NamedTuple):
    """How labels are kept."""

    format: str | None = None
    trouble: str | None = None
    """Where and why that does not read them all the same."""


def recognised(settings: ImageDatasetSettings, root: Path) -> Recognised:
    """Return the format by which a dataset and the labels of its first pictures can be read.

    Where there is none it is the first one that does but for what is wrong at some place.
    """
    nearest = Recognised()
    for scheme in filter(None, map(scheme_named, SCHEMES)) if root.is_dir() else ():
        try:
            if _reads(scheme, settings, root):
                return Recognised(scheme.name)
        except DoubtError as error:
            if error.doubt.key in _ASKED_LATER or error.doubt.code in _DOUBTS_LATER:
                return Recognised(scheme.name)
        except (SampleError, SettingError) as error:
            has_place = isinstance(error, SampleError) or isinstance(error.__cause__, SampleError)
            if has_place and nearest.format is None:
                nearest = Recognised(scheme.name, str(error))
    return nearest


def _reads(scheme: Scheme, settings: ImageDatasetSettings, root: Path) -> bool:
    told = settings.model_copy(update={"format": scheme.name})
    dataset = scheme.scan(told, root)
    lost = {sample.split for sample, _ in dataset.rejected}
    if len(dataset.rejected) >= len(dataset):
        sample, reason = dataset.rejected[0]
        raise SampleError(f"{sample.id}: {reason}, and so {len(dataset.rejected)} pictures")
    if augmented(told.augment, lost) and not augmented(told.augment, dataset.splits):
        return False
    for row in islice(range(len(dataset)), _LOOKED_AT):
        data, _ = read_whole(str(root / dataset.ids[row]))
        header = read_header(data, settings.max_pixels)
        labels = labels_at(scheme, told, dataset, row)
        size = (header.width, header.height)
        labels.parse(size)
        pairs = [_bytes(mask) for mask in labels.masks if mask.pair]
        if any(are_areas_of(each, data) or _size(each, told) != size for each in pairs):
            return False
    return True


def _size(data: bytes, settings: ImageDatasetSettings) -> tuple[int, int]:
    header = read_header(data, settings.max_pixels)
    return header.width, header.height


def _bytes(mask: MaskFile) -> bytes:
    return bytes(mask.source.data)
