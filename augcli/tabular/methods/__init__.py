"""The balance methods: every module here registers its own on import; each is one small class."""

from augcli.tabular.methods import (
    adasyn,
    borderline,
    cleaning,
    copula,
    kmeans,
    random,
    smogn,
    smote,
    svm,
)
from augcli.tabular.methods.base import METHODS

__all__ = [
    "METHODS",
    "adasyn",
    "borderline",
    "cleaning",
    "copula",
    "kmeans",
    "random",
    "smogn",
    "smote",
    "svm",
]
