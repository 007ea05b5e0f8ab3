"""What a recipe asks of pictures."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from augcli.image.config import ImageDatasetSettings, ImageOutputSettings
from augcli.image.transform import ImageTransform
from augcli.settings.balance import ObjectBalance
from augcli.steps.learned import Model, models_of
from augcli.task import Job

ImageJob = Job[ImageTransform, ImageDatasetSettings, ImageOutputSettings, ObjectBalance]


def known_to(job: ImageJob) -> Callable[[str], Model] | None:
    """Return what gives the models of a job's steps by their hashes; None where it has none."""
    views = chain.from_iterable(stage.views for stage in job.courses)
    models = models_of([step for view in views for step in view.steps])
    return models.__getitem__ if models else None
