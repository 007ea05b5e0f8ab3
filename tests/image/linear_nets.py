"""A network that is known without training: principal components of pictures' logits."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import numpy as np
from image_samples import TRANSFORMS

from augcli.image.config import ImageDatasetSettings
from augcli.image.learning.nets import Class, NetLearner, Nets, Shown
from augcli.networks import Dense, Network, packed
from augcli.steps.learned import Model, Seen
from augcli.task import Source

SETTINGS = ImageDatasetSettings(path=".")


def seen_of(classes: Mapping[str | None, list[bytes]]) -> list[Seen]:
    """Return files of pictures as learners see them."""
    learner = TRANSFORMS["vae"].learner()
    return [
        Seen(label, sha256(file).hexdigest(), learner.look([Source("x", "", file)], SETTINGS))
        for label, files in classes.items()
        for file in files
    ]


def linear_model(name: str, classes: Mapping[str | None, list[bytes]]) -> Model:
    """Return a model of which each picture's code decodes to the picture, exactly but for bytes."""
    seen = seen_of(classes)
    shown = Shown.of(seen)
    share = shown.pixels.astype(np.float64).clip(0.001, 0.999)
    logits = np.log(share / (1 - share))
    left, sizes, right = np.linalg.svd(logits - logits.mean(axis=0), full_matrices=False)
    codes = left * sizes
    told = Nets(
        bands=shown.bands,
        size=len(right),
        decoder=Network(layers=[Dense.of(np.vstack([right, logits.mean(axis=0)]))]),
        classes=[
            Class(
                label=label,
                sources=[each.sha256 for each in seen if each.label == label],
                codes=packed(codes[shown.classes == at]),
            )
            for at, label in enumerate(shown.labels)
        ],
        judge=shown.judge,
    )
    return Model.of(name, NetLearner.revision, "", told.model_dump())
