"""Bytes in, Picture out; Picture in, bytes out. Nothing here touches files.

`formats` says which names mean which container, `header` what a file says of itself, `decode` and
`encode` do the work, `messages` hears what codecs only say on stderr, `metadata` finds orientation
and colour profiles. Everything foreign that goes wrong leaves as SampleError.
"""

from augcli.image.codec.decode import Decoded, decode
from augcli.image.codec.encode import encode
from augcli.image.codec.formats import IMAGE_EXTENSIONS, Encoding, encoding_for
from augcli.image.codec.header import Header, read_header

__all__ = [
    "IMAGE_EXTENSIONS",
    "Decoded",
    "Encoding",
    "Header",
    "decode",
    "encode",
    "encoding_for",
    "read_header",
]
