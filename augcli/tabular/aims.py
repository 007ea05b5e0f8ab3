"""What a recipe asks of classes and no method does: known before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from augcli.plural import few, several
from augcli.rows.amounts import NUMBER, bare
from augcli.tabular.deciding.outline import Outline
from augcli.tabular.methods.base import Method

_MANY_CLASSES = 20


def foreseen(outlines: Sequence[Outline]) -> Iterator[str]:
    """Yield what a run will not reach, and that a label may be no class."""
    yield from amounts(outlines[0])
    for outline in outlines:
        is_idle = outline.goals == outline.present and not outline.is_cleaned
        found = [*unreached(outline), *(idle(outline) if is_idle else ())]
        yield from named(outline, found, among=outlines)


def amounts(outline: Outline) -> Iterator[str]:
    """Yield that a label looks like an amount that is taken for classes."""
    column, texts = outline.table.with_role("label"), outline.labels.texts
    if column is None or column.is_number or len(texts) <= _MANY_CLASSES:
        return
    if all(NUMBER.fullmatch(bare(each).replace(",", "")) for each in texts):
        yield (
            f"the label {column.name!r} has {len(texts)} different numbers, each taken for a "
            "class; for a number to predict say `method: smogn`, or "
            f"`columns: {{{column.name}: number}}`"
        )


def unreached(outline: Outline) -> Iterator[str]:
    """Yield the classes whose number of rows is told and lies where the method does not go."""
    balance, goals, aims = outline.job.balance, outline.goals, outline.aims
    far = [
        f"{name!r} has {several(goal, 'row')} instead of {aims[name]}"
        for name, goal in goals.items()
        if goal != aims[name]
    ]
    if far and balance and balance.tells_counts:
        yield f"{_limit(balance)}: {few(far)}"


def _limit(balance: Method) -> str:
    """Return what a method does not do."""
    return f"{balance.name} {'makes no rows' if balance.leaves_out else 'leaves no rows out'}"


def idle(outline: Outline) -> Iterator[str]:
    """Yield why a balance has nothing to do, where that is so."""
    if outline.job.balance is None or outline.job.copies:
        return
    if outline.goals != outline.aims:
        if not outline.job.balance.tells_counts:
            yield f"nothing is made or left out: {_limit(outline.job.balance)}"
        return
    count = len(outline.present)
    classes = f"{count} classes are" if count > 1 else "one class is"
    why = outline.job.balance.done or f"the {classes} at the target already"
    yield f"nothing is made or left out: {why}"


def named(outline: Outline, found: Iterable[str], among: Sequence[Outline]) -> Iterator[str]:
    """Yield remarks with the name of the split that they are about, if there is a choice."""
    prefix = f"{outline.name}: " if len(among) > 1 else ""
    yield from (f"{prefix}{each}" for each in found)
