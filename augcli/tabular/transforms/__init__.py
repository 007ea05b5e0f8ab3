"""The catalogue: every module here registers its transforms on import."""

from augcli.tabular.transforms import mixing, noise

__all__ = ["mixing", "noise"]
