"""Which library a pipeline is written for: its imports, prefixes, arguments and names tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from augcli.errors import RecipeError, did_you_mean
from augcli.others.albumentations import ALBUMENTATIONS
from augcli.others.calls import Call
from augcli.others.keras import KERAS
from augcli.others.rules import Library
from augcli.others.torchvision import TORCHVISION

LIBRARIES = (KERAS, TORCHVISION, ALBUMENTATIONS)
GENERATOR = "ImageDataGenerator"
_OF_WHOLE = {"always_apply", "bbox_params", "is_check_shapes", "keypoint_params"}
"""Arguments that only Albumentations has for a whole pipeline."""
_IMPORT = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+(albumentations|torchvision)\b([^#\n(]*(?:\([^)]*)?)", re.M
)
_MODULES = {"albumentations": ALBUMENTATIONS, "torchvision": TORCHVISION}
_USUAL = {"A": ALBUMENTATIONS} | dict.fromkeys(("T", "v2", "transforms"), TORCHVISION)
"""Prefixes that are usual where no import is shown."""


def origin(call: Call, text: str, *, serialised: bool) -> Library:
    """Return the library of a pipeline; torchvision where nothing tells it from the others.

    Prefixes and arguments that only one has weigh most, then names, then the imports alone.
    """
    if call.name in (GENERATOR, "dict"):
        return KERAS
    calls = [*_walk(call)]
    if not any(each.name in library.by_name for each in calls for library in LIBRARIES):
        near = did_you_mean(call.name, (*ALBUMENTATIONS.by_name, *TORCHVISION.by_name, GENERATOR))
        raise RecipeError([call.place.problem(f"no library has {call.name!r}{near}")])
    imports = [(_MODULES[module], rest) for module, rest in _IMPORT.findall(text)]
    words = {word: library for library, rest in imports for word in re.findall(r"\w+", rest)}
    known = _USUAL | words | _MODULES
    told = [known.get(each.module.partition(".")[0] or each.name) for each in calls]
    told += [ALBUMENTATIONS for each in calls if _has_chance_of_its_own(each)]
    told += [ALBUMENTATIONS] * (serialised or bool(_OF_WHOLE & call.named.keys()))

    def rated(library: Library) -> tuple[int, int, bool]:
        names = sum(each.name in library.by_name for each in calls)
        return told.count(library), names, any(library is each for each, _ in imports)

    return max(LIBRARIES, key=rated)


def _walk(call: Call) -> Iterator[Call]:
    yield call
    for inner in call.inner:
        yield from _walk(inner)


def _has_chance_of_its_own(call: Call) -> bool:
    """Return whether a call tells a `p` that torchvision's of this name does not take."""
    theirs = TORCHVISION.by_name.get(call.name)
    takes = call.name in TORCHVISION.chances or (theirs is not None and "p" in theirs.order.split())
    return "p" in call.named and not takes
