"""The balance methods: each is one small class, whose module is imported when it is named."""

from augcli.tabular.methods.base import METHODS

__all__ = ["METHODS"]
