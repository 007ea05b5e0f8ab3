"""What a person should know of the classes of a dataset whose samples are rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from augcli.task import Count

_DOUBTFUL = frozenset(
    ("n/a", "#n/a", "na", "#na", "nan", "null", "none", "nil", "-", "--", "?", ".")
)
_FEW, _MANY = 2, 50
"""So many copies of so few samples teach a model these samples by heart."""


def doubts(counts: Iterable[Count]) -> Iterator[str]:
    """Yield classes that may be none, and those of which all is made of next to nothing."""
    found = list(counts)
    for label in dict.fromkeys(each.label for each in found):
        if label is not None and label.strip().casefold() in _DOUBTFUL:
            yield (
                f"class {label!r} may mean that there is no label; if so, add it to "
                "`dataset.missing`"
            )
    for each in found:
        if each.label is not None and 0 < each.before <= _FEW and each.after >= _MANY * each.before:
            samples = "its one sample" if each.before == 1 else f"its {each.before} samples"
            yield (
                f"class {each.label!r} of {each.split!r} gets {each.after - each.before} new ones "
                f"of {samples}, and a model learns little but these"
            )
