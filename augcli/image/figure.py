"""A picture for a page: small, whatever its depth, and inside the page itself."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from augcli.errors import SampleError
from augcli.image import opencv as cv2
from augcli.image.codec import decode
from augcli.image.preview import thumbnail
from augcli.provenance import Record
from augcli.row_records import RowRecord

_QUALITY = 85


def figure(path: Path, _record: Record, _row: RowRecord | None) -> str:
    """Return an `<img>` element with the picture in it; a word where it cannot be shown."""
    try:
        image = thumbnail(decode(path.read_bytes(), cv2.MAX_DECODED_PIXELS).picture)
    except (SampleError, OSError):
        return "(cannot be shown)"
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY)
    text = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="" src="data:image/jpeg;base64,{text}">'
