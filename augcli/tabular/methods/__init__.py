"""The balance methods, by name; each is one small class."""

from __future__ import annotations

from collections.abc import Mapping

from augcli.dataset import BalanceSettings
from augcli.tabular.methods.smote import Smote, SmoteN, SmoteNC

METHODS: Mapping[str, type[BalanceSettings]] = {
    str(cls.model_fields["method"].default): cls for cls in (Smote, SmoteNC, SmoteN)
}
"""The first is taken where none is named."""

__all__ = ["METHODS"]
