"""Pictures made again from records: nothing is drawn, and only sources and models are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from msgspec.structs import replace

from augcli.errors import SampleError
from augcli.image.drawing import lower
from augcli.image.formats import Encoding
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.opencv import MAX_DECODED_PIXELS
from augcli.image.listing.whole import Whole
from augcli.image.objects import remade
from augcli.image.operations import ops
from augcli.image.peers import Recorded, Shelf
from augcli.image.transform import ImageTransform
from augcli.kind import Kept
from augcli.records.provenance import PictureRecord
from augcli.requests.programs import Answers
from augcli.steps.learned import Model, kept_in
from augcli.steps.recorded import check_steps
from augcli.task import Source


def remake(
    records: Sequence[PictureRecord], sources: Sequence[Source], kept: Kept
) -> Iterator[list[bytes]]:
    """Yield the bytes of a source's outputs, from their manifest records and it alone.

    Of the output are only models and answers of programs, under the hashes that records have.
    """
    known = partial(kept_in, kept.root)
    return ([made] for made in _remade(records, sources, known, Answers(kept.root)))


def _remade(
    records: Sequence[PictureRecord],
    sources: Sequence[Source],
    models: Callable[[str], Model],
    answers: Answers,
) -> Iterator[bytes]:
    data = bytes(sources[0].data)
    whole, shelf = Whole(data, MAX_DECODED_PIXELS), Shelf()
    for record in records:
        if record.encoding is None:
            yield data
            yield from remade(record, sources)
        else:
            check_steps(ImageTransform, record.steps)
            with _of_manifest():
                peers = Recorded(record, sources, shelf) if record.partners else None
                facts = replace(whole.header.facts, peers=peers, known=models, answers=answers)
                part = record.reduced or 1
                lowered = lower(record.steps, facts)
                stages = ops.fuse(lowered)
                whole.check_part(part, stages)
                yield from whole.rendered(stages, Encoding.from_json(record.encoding), part)
                yield from remade(record, sources, facts, lowered)


@contextmanager
def _of_manifest() -> Iterator[None]:
    """Say what OpenCV refuses to do."""
    try:
        yield
    except cv2.error as error:
        raise SampleError(f"OpenCV refuses what the manifest tells: {error.err}") from error
