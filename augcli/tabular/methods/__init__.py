"""The balance methods, by name; each is one small class."""

from __future__ import annotations

from collections.abc import Mapping

from augcli.tabular.methods.adasyn import Adasyn
from augcli.tabular.methods.base import Method
from augcli.tabular.methods.borderline import BorderlineSmote
from augcli.tabular.methods.cleaning import Enn, NearMiss, SmoteEnn, SmoteTomek, Tomek
from augcli.tabular.methods.kmeans import KMeansSmote
from augcli.tabular.methods.random import RandomOver, RandomUnder, Rose
from augcli.tabular.methods.smogn import Smogn
from augcli.tabular.methods.smote import Smote, SmoteN, SmoteNC
from augcli.tabular.methods.svm import SvmSmote

_ALL = (
    Smote,
    SmoteNC,
    SmoteN,
    BorderlineSmote,
    SvmSmote,
    KMeansSmote,
    Adasyn,
    RandomOver,
    Rose,
    RandomUnder,
    NearMiss,
    Tomek,
    Enn,
    SmoteEnn,
    SmoteTomek,
    Smogn,
)

METHODS: Mapping[str, type[Method]] = {str(cls.model_fields["method"].default): cls for cls in _ALL}
"""The first is taken where none is named."""

__all__ = ["METHODS"]
