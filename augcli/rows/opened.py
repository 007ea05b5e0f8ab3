"""Files that hold many samples and are worked on together: some may be broken, the rest is done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from augcli.dataset.told import quoted
from augcli.errors import SampleError, SettingError
from augcli.plural import several
from augcli.settings.base import DatasetSettings
from augcli.task import Source

Opened = TypeVar("Opened")
D = TypeVar("D", bound=DatasetSettings)
_SHOWN = 5


def each_opened(
    sources: Iterable[Source],
    opened: Callable[[Source], Opened],
    ours: Collection[str] | None = None,
) -> tuple[dict[str, Opened], dict[str, str]]:
    """Return what each file is when it is open, and why the others cannot be used, by name.

    A setting that fits some of the files is right, and the others are at fault. Raises SettingError
    for one that fits none, or none of `ours`, by their names; UnreadError where a file that could
    be read is no longer what it was.
    """
    found: dict[str, Opened] = {}
    broken: dict[str, str] = {}
    unfit: list[SettingError] = []
    for source in sources:
        try:
            found[source.name] = opened(source)
        except (SampleError, SettingError) as error:
            if isinstance(error, SampleError) and error.again and source.stat:
                raise type(error)(f"{source.name}: {error}") from error
            broken[source.name] = str(error).removeprefix(f"{source.name}: ")
            unfit += [error] if isinstance(error, SettingError) else []
    if unfit and not (found if ours is None else found.keys() & ours):
        raise unfit[0]
    return found, broken


def held_out(opened: Callable[[D], Opened], settings: D) -> Opened:
    """Return a file of a split that is not augmented: it may lack the column of the class.

    Nothing is made of it, so that nobody misses that.
    """
    try:
        return opened(settings)
    except SettingError as error:
        if error.path != ("dataset", "label"):
            raise
    return opened(settings.model_copy(update={"label": None}))


def copied(splits: Mapping[str, str], sources: Iterable[Source], of_each: str) -> Iterator[str]:
    """Yield which files are copies of others of their splits, as browsers save them.

    `of_each` says what of them counts twice then; files without a split are none of samples.
    """
    first: dict[tuple[str, str], str] = {}
    again: list[tuple[str, str]] = []
    for source in (each for each in sources if each.name in splits):
        other = first.setdefault((splits[source.name], source.sha256), source.name)
        again += [(source.name, other)] if other != source.name else []
    for name, other in again[:_SHOWN]:
        text = f"{name} is the same as {other}, so each of their {of_each} counts twice"
        yield f"{text}; `exclude: [{quoted(name)}]` leaves it out"
    if (more := len(again) - _SHOWN) > 0:
        yield f"{several(more, 'more file is', 'more files are')} the same as others"


def none_left(broken: Mapping[str, str]) -> SampleError:
    """Return the error that says why no file can be used."""
    if len(broken) == 1:
        return SampleError(next(iter(broken.values())))
    told = [f"{name}: {reason}" for name, reason in islice(broken.items(), _SHOWN)]
    more = [f"and {len(broken) - _SHOWN} more"] if len(broken) > _SHOWN else []
    return SampleError("; ".join([*told, *more]))
