"""Who judges recipes for pictures, and what is put before them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from augcli.errors import SampleError
from augcli.image import opencv as cv2
from augcli.image.codec import decode
from augcli.image.features import edges_and_colours, random_convolutions, small
from augcli.judges.judge import Court, Judge, Seen
from augcli.judges.ridge import fitted, held_out
from augcli.records.provenance import Record


def seen(folder: Path, record: Record) -> Iterator[Seen]:
    """Yield the picture of an output, small; nothing where it cannot be decoded."""
    try:
        data = (folder / record.output).read_bytes()
        value = small(decode(data, cv2.MAX_DECODED_PIXELS).picture)
    except SampleError:
        return
    yield Seen(record.source, record.copy, record.label, record.split, record.source_sha256, value)


def court() -> Court:
    """Return the judges of pictures: two kinds of features before the same learner."""
    return Court(
        judges=(
            Judge("edges and colours", edges_and_colours, fitted, held_out),
            Judge("random convolutions", random_convolutions, fitted, held_out),
        ),
        seen=seen,
        folds=10,
        repeats=10,
        sample="picture",
    )
