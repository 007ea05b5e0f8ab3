"""The balance methods: every module here registers its own on import; each is one small class."""

from augcli.tabular.methods import (
    adasyn,
    borderline,
    cleaning,
    copula,
    geometric,
    kmeans,
    mlsmote,
    mwmote,
    networks,
    prototypes,
    random,
    safe_level,
    smogn,
    smote,
    svm,
)
from augcli.tabular.methods.base import METHODS, Methods

__all__ = [
    "METHODS",
    "Methods",
    "adasyn",
    "borderline",
    "cleaning",
    "copula",
    "geometric",
    "kmeans",
    "mlsmote",
    "mwmote",
    "networks",
    "prototypes",
    "random",
    "safe_level",
    "smogn",
    "smote",
    "svm",
]
