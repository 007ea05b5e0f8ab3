"""Soft labels: how much of each class is in a row that was mixed."""

from __future__ import annotations

import numpy as np

from augcli.errors import SettingError
from augcli.tabular.drawn import Drawn
from augcli.tabular.reading.table import Coded, Numbers, Rows, Table
from augcli.tabular.transform import in_order

MOST_CLASSES = 200


def classes_of(table: Table, key: str) -> Coded:
    """Return the label that a key of `output` asks classes of; SettingError where it has none."""
    label = table.with_role("label")
    if label is None:
        raise SettingError(("output", key), "the dataset has no `label`")
    if label.index not in table.coded:
        text = f"the label {label.name!r} is a number, which has no classes"
        raise SettingError(("output", key), text)
    coded = table.coded[label.index]
    if key == "soft_labels" and len(coded.texts) > MOST_CLASSES:
        text = f"{len(coded.texts)} classes would be as many columns; at most {MOST_CLASSES}"
        raise SettingError(("output", key), text)
    return coded


def hard_shares(labels: Coded, rows: Rows) -> Numbers:
    """Return 1 for the class of each row, 0 for others (len(rows) × classes); NaN without one."""
    codes = labels.codes[rows]
    shares: Numbers = (codes[:, None] == np.arange(len(labels.texts))).astype(np.float64)
    shares[codes < 0] = np.nan
    return shares


def soft_shares(labels: Coded, drawn: Drawn) -> Numbers:
    """Return the share of each class in new rows (len(drawn) × classes), of nine decimals."""
    shares = hard_shares(labels, drawn.base)
    for each in in_order(drawn.steps):
        if each.step.own_share and each.partner is not None:
            weight = np.where(each.taken, each.params[each.step.own_share], 1.0)[:, None]
            shares = weight * shares + (1 - weight) * hard_shares(labels, each.partner)
    return np.round(shares, 9)
