"""augcli: deterministic, incremental, explainable dataset augmentation."""

__version__ = "0.1.0"
