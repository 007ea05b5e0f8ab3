"""Whether what a recipe asks for can be done with a table; each answer names the setting."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from augcli.balance.classes import check_steps, check_target
from augcli.errors import SettingError
from augcli.rows.flags import not_flagged
from augcli.tabular.deciding.outline import NO_CLASS
from augcli.tabular.job import TableJob
from augcli.tabular.methods.base import Method, stages_of
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Coded, Numbers, Table

MOST_CLASSES = 10_000
_FEW_ODD = 0.1
"""Share of cells that may be no flags among those of one of several labels."""


def labels_of(table: Table, balance: Method | None, ours: NDArray[np.bool_]) -> Coded:
    """Return the class of every row, one of all where there are none; SettingError if unfit.

    What counts as a rare amount is seen from `ours`, the rows of augmented splits, alone.
    """
    column = table.with_role("label")
    if column is None:
        _check_needless(table, balance)
        return Coded(np.zeros(len(table), np.int32), [NO_CLASS])
    if amount := next((each for each in stages_of(balance) if each.amount), None):
        return amount.labels(_amounts(table, column, ours), ours)
    if column.index in table.coded:
        return _classes(table.coded[column.index], column)
    if balance is not None:
        text = f"the label {column.name!r} is a number, which `smogn` balances; for classes say "
        raise SettingError(("balance",), f"{text}`columns: {{{column.name}: category}}`")
    missing = np.isnan(table.numbers[column.index])
    return Coded(np.where(missing, -1, 0).astype(np.int32), [NO_CLASS])


def _check_needless(table: Table, balance: Method | None) -> None:
    """Raise SettingError for a balance that needs a label; a count of rows needs none."""
    if balance is not None and balance.needs_label:
        text = "the dataset has no `label` that could be balanced"
        told = f"{balance.name} balances classes of one label; `mlsmote` does several"
        raise SettingError(("balance",), told if table.labels else text)


def _check_several(table: Table, balance: Method | None) -> None:
    """Raise SettingError for several labels where one is there, or what says yes and no of none."""
    if any(each.several for each in stages_of(balance)) and not table.labels:
        text = "`mlsmote` balances several labels, whose columns `label: [a, b]` names"
        raise SettingError(("dataset", "label"), text)
    for column in table.labels:
        coded = table.coded.get(column.index)
        if coded is None or not _says_yes_or_no(column, coded):
            text = f"column {column.name!r} is none of several labels: these are 1 or 0, "
            raise SettingError(("dataset", "label"), f"{text}true or false, yes or no, x or empty")


def _says_yes_or_no(column: Column, coded: Coded) -> bool:
    """Return whether cells say yes or no, all but a tenth of them."""
    odd = _odd_flags(column, coded)
    is_rare = np.isin(coded.codes, [*odd]).sum() <= _FEW_ODD * len(coded.codes)
    return bool(is_rare) and len(coded.texts) - len(odd) <= 1 + (coded.flag is not None)


def _odd_flags(column: Column, coded: Coded) -> dict[int, str]:
    """Return the codes of texts that say neither yes nor no beside those that do, and why."""
    if len(coded.texts) < (2 if coded.flag is None else 3):
        return {}
    told = (not_flagged([(column.name, text)]) for text in coded.texts)
    return {code: why for code, why in enumerate(told) if why}


def unlabelled(table: Table, ours: NDArray[np.bool_]) -> Iterator[tuple[int, str]]:
    """Yield those of our rows of which one of several labels says neither yes nor no, and why.

    A blank cell says no where no other text does.
    """
    for column in table.labels:
        coded = table.coded[column.index]
        odd = _odd_flags(column, coded)
        if len(coded.texts) - len(odd) > (coded.flag is not None):
            odd[-1] = f"column {column.name!r}: there is no label"
        for row in np.flatnonzero(ours & np.isin(coded.codes, [*odd])).tolist():
            yield row, odd[int(coded.codes[row])]


def _amounts(table: Table, column: Column, ours: NDArray[np.bool_]) -> Numbers:
    values = table.numbers[column.index]
    if np.isnan(values[ours]).all():
        text = f"`smogn` needs a label that is a number, and {column.name!r} has none"
        raise SettingError(("balance", "method"), f"{text}; `smote` balances classes")
    return values


def _classes(labels: Coded, column: Column) -> Coded:
    if len(labels.texts) > MOST_CLASSES:
        text = f"column {column.name!r} has {len(labels.texts):,} classes, more than "
        hint = f"if it is a number, say `columns: {{{column.name}: number}}`"
        raise SettingError(("dataset", "label"), f"{text}{MOST_CLASSES:,}; {hint}")
    return labels


def check_job(table: Table, labels: Coded, job: TableJob) -> None:
    """Raise SettingError for a class or method that does not go with the table."""
    classes = [text for text in labels.texts if text != NO_CLASS]
    check_steps(job.steps, classes)
    check_target(job.balance, classes)
    _check_several(table, job.balance)
    if any(each.compares for each in stages_of(job.balance)) and not table.features:
        text = "no column is left to compare rows by; `random_over` and `random_under` need none"
        raise SettingError(("balance",), text)
    for each in stages_of(job.balance):
        if reason := each.lacking():
            raise SettingError(("balance", "method"), f"{each.name} {reason}")
    if job.output.weights and job.balance:
        text = "`weights` make classes count alike instead of `balance`: leave one of them out"
        raise SettingError(("output", "weights"), text)
    _check_ids(table, job)


def _check_ids(table: Table, job: TableJob) -> None:
    odd = [each for each in table.named if each not in table.ids]
    told = [each for each in odd if each.role == "id" or len(odd) == len(table.named)]
    if told and job.output.ids == "new":
        text = "new ids are texts such as 'aug-12-0', or whole numbers of 64 bits"
        text += f", and column {told[0].name!r} holds {told[0].dtype}"
        raise SettingError(("output", "ids"), text)
