"""Pictures without labels that are no background, but belong to those that have some.

Masks, depth and infrared lie beside the pictures of a labelled dataset as often; as background they
would be moved by themselves, and drawn into other splits than what they are of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from augcli.dataset.doubts import UNNAMED_LABELS
from augcli.dataset.files import Bounds, by_folder
from augcli.dataset.splits import meaning
from augcli.image.listing.columns import stem
from augcli.image.listing.corresponding import drawn_over
from augcli.image.listing.masked import masks_among

_FEWEST = 2
"""Names that two folders share by no chance."""


def refuse_counterparts(bounds: Bounds, pictures: Sequence[str], bare: Sequence[str]) -> None:
    """Raise DoubtError where pictures, in ascending order, have none but belong to others."""
    if not bare:
        return
    folders = by_folder(pictures)
    found = masks_among(bounds, folders) or drawn_over(bounds, folders)
    found = found or next(_of_the_same_names(pictures, frozenset(bare)), None)
    if found:
        text = f"{found} and would be taken for background"
        hint = "leave these out by `exclude` under `dataset`, such as `exclude: [FOLDER/**]`; or "
        more = "say `annotations: ignore` if each is a picture of its own"
        raise UNNAMED_LABELS.doubt(text, f"{hint}{more}", "dataset.exclude").error


def _of_the_same_names(pictures: Iterable[str], bare: frozenset[str]) -> Iterator[str]:
    """Yield which folder has no labels and the very stems of one that has some."""
    folders = _by_folder(pictures)
    lacking = _by_folder(bare)
    for folder, stems in lacking.items():
        if len(stems) < _FEWEST or len(stems) != len(folders[folder]):
            continue
        for other in folders.keys() - lacking.keys():
            if folders[other] == stems and not _differ_in_splits(folder, other):
                yield f"{folder}/ has the names of the pictures in {other}/, but no labels,"


def _by_folder(pictures: Iterable[str]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for path in pictures:
        folder, _, name = path.rpartition("/")
        found[folder].add(stem(name))
    return found


def _differ_in_splits(one: str, other: str) -> bool:
    return any(map(meaning, {*one.split("/")} ^ {*other.split("/")}))
