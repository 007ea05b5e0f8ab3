"""A picture for a page: small, whatever its depth, and inside the page itself."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

from augcli.disk.inside import suffix_of
from augcli.errors import SampleError
from augcli.image.codec import decode, read_mask
from augcli.image.formats import IMAGE_EXTENSIONS
from augcli.image.kernels import opencv as cv2
from augcli.image.overlay import overlaid
from augcli.image.picture import Facts, PixelArray
from augcli.image.preview import thumbnail
from augcli.image.recorded import told_targets
from augcli.records.provenance import PictureRecord, Record
from augcli.records.row_records import RowRecord

_QUALITY = 85


def figure(path: Path, record: Record, _row: RowRecord | None) -> str:
    """Return an `<img>` element with the picture in it; a word where it cannot be shown."""
    try:
        picture = decode(path.read_bytes(), cv2.MAX_DECODED_PIXELS).picture
        image = thumbnail(picture)
        if isinstance(record, PictureRecord) and (record.targets or record.beside):
            facts = picture.facts
            masks = _masks(path, record, facts)
            image = overlaid(
                image, (facts.width, facts.height), told_targets(record.targets or ()), masks
            )
    except (SampleError, OSError):
        return "(cannot be shown)"
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY)
    text = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="" src="data:image/jpeg;base64,{text}">'


def _masks(path: Path, record: PictureRecord, facts: Facts) -> Iterator[PixelArray]:
    """Yield the numbers of the masks beside an output."""
    root = path.parents[record.output.count("/")]
    for name in record.beside or ():
        if suffix_of(name).lower() in IMAGE_EXTENSIONS:
            values, _ = read_mask((root / name).read_bytes(), facts, cv2.MAX_DECODED_PIXELS)
            yield values
