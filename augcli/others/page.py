"""The page for users of other libraries: `python -m augcli.others.page > docs/from_others.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from augcli.others.calls import Step
from augcli.others.origin import LIBRARIES
from augcli.others.rules import Library, Rule
from augcli.others.source import written
from augcli.others.turning import Turner, shown, whole
from augcli.recipe.document import Place
from augcli.recipe.reader import available_kind

_HEAD = """\
# Coming from other libraries

What a parameter of Keras' ImageDataGenerator or a transform of torchvision (v2) or Albumentations
(2.0.8) is called in a recipe. Lengths are fractions of a side unless their name ends in `_px`,
values are fractions of full range, angles are degrees and positive ones counter-clockwise. A range
is `[low, high]`. Every step is applied always unless it has a `p`; those libraries often have 0.5.
All parameters are in the [reference](transforms.md).

`augment init DATASET --from FILE` turns a whole pipeline by this table. The file holds what
`albumentations.save` or `to_dict` gives (JSON or YAML), a `Compose` of torchvision or
Albumentations as Python prints or writes it, or the arguments of an ImageDataGenerator. A whole
file of Python will do, too: of its pipelines the one that does most is taken. Nothing of it is run;
what could not be turned is named, with its line. Names in one row are turned alike.

`border: reflect` repeats the outermost pixels, as `cv2.BORDER_REFLECT` and torchvision's
`padding_mode="symmetric"` do. `cv2.BORDER_REFLECT_101` (`border_mode=4`) and
`padding_mode="reflect"` do not repeat them; they become `reflect`, too, and are one pixel off
outside the picture.
"""
_WHAT = {"ImageDataGenerator": "parameter"}


def page() -> str:
    """Return the whole page."""
    available_kind("image")
    return "\n".join([_HEAD, *("\n".join(_section(library)) for library in LIBRARIES)])


def _section(library: Library) -> Iterator[str]:
    yield f"## {library.name}\n"
    yield f"| {_WHAT.get(library.name, 'transform')} | here | |"
    yield "| --- | --- | --- |"
    for rule in library.rules:
        names = [rule.example, *rule.names[1:]]
        cells = ", ".join(f"`{_short(name)}`" for name in names)
        yield f"| {cells} | {_here(library, rule)} | {rule.note} |"
    yield ""


def _short(example: str) -> str:
    return re.sub(r"\(\[.*", "", example)


def _here(library: Library, rule: Rule) -> str:
    """Return what the rule's own example becomes."""
    if rule.turn is None:
        return "none"
    steps = example_of(library, rule)
    return " then ".join(f"`{shown(step)}`" for step in steps) or "nothing of its own"


def example_of(library: Library, rule: Rule) -> list[Step]:
    """Return what the example of a rule becomes, applied always unless it says how likely."""
    assert rule.turn is not None
    turner = Turner(library, told_chance=False)
    text = f"dict({rule.example})" if library.of_arguments else f"[{rule.example}]"
    if "(" not in rule.example and not library.of_arguments:
        text = f"[{rule.example}()]"
    (value,) = written(text, "example", library.by_name.keys())
    call = whole(value, Place("example", 1, 1))
    if rule.shared:
        return list(rule.turn(turner.arguments(rule, call)))
    return turner.of_arguments(call) if library.of_arguments else turner.steps(call.inner)


if __name__ == "__main__":
    print(page(), end="")
