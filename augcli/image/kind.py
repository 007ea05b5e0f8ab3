"""Pictures as a kind of dataset."""

from __future__ import annotations

import importlib
from pathlib import Path

from augcli.dataset import Dataset, DatasetSettings
from augcli.image.config import ImageDatasetSettings, ImageOutputSettings


class ImageKind:
    """Pictures: their settings, their reader and their worker."""

    dataset_settings = ImageDatasetSettings
    output_settings = ImageOutputSettings
    worker = "augcli.image.work:make_worker"

    def load_transforms(self) -> None:
        """Register the image transforms."""
        importlib.import_module("augcli.image.transforms")

    def scan(self, settings: DatasetSettings, root: Path) -> Dataset:
        """List the pictures at `root`."""
        from augcli.image.readers import scan

        assert isinstance(settings, ImageDatasetSettings)
        return scan(settings, root)


KIND = ImageKind()
