"""Who judges recipes for pictures, and what is put before them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from augcli.image.codec import decode
from augcli.image.features import as_it_is, edges_and_colours, random_convolutions, small
from augcli.image.kernels import opencv as cv2
from augcli.image.picture import PixelArray
from augcli.judges import network
from augcli.judges.judge import Court, Judge, Seen
from augcli.judges.ridge import fitted, held_out, numbers_fitted, numbers_held_out
from augcli.records.provenance import Record


def seen(folder: Path, record: Record) -> Iterator[Seen]:
    """Yield the picture of an output, which is decoded when it is looked at."""
    look = partial(_look, folder / record.output)
    group, mark = record.source_sha256, record.sha256
    yield Seen(record.source, record.copy, record.label, record.split, group, mark, look)


def _look(path: Path) -> PixelArray:
    """Return a picture, small; SampleError where it cannot be decoded."""
    return small(decode(path.read_bytes(), cv2.MAX_DECODED_PIXELS).picture)


def court() -> Court:
    """Return the judges of pictures: two kinds of features before the same learner."""
    views = {"edges and colours": edges_and_colours, "random convolutions": random_convolutions}
    return Court(
        judges=[Judge(name, see, fitted, held_out) for name, see in views.items()],
        seen=seen,
        folds=10,
        repeats=10,
        sample="picture",
        estimators=[
            Judge(name, see, numbers_fitted, numbers_held_out) for name, see in views.items()
        ],
        networks=[Judge("small network", as_it_is, network.fitted, libraries=["torch"])],
    )
