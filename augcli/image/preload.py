"""Imported once for all workers: what every picture needs, so that no worker waits for it."""

from augcli.image import augment
from augcli.image.kernels import opencv

__all__ = ["augment"]

opencv.load()
