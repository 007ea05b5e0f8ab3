"""Imported once for all workers: what every picture needs, so that no worker waits for it."""

from augcli.image import augment, opencv, transforms

__all__ = ["augment", "transforms"]

opencv.load()
