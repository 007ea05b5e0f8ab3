"""Bytes in, Picture out; Picture in, bytes out. Nothing here touches files.

source      which format bytes are of; opening them with one Pillow plugin
complete    whether they reach the end that they announce
header      what they say of the picture: `read_header`
decode      samples of each kind of file: `decode`, `decoded`
encode      what a container can hold: `refusal`, `encode`
losses      what a container loses unseen
masks       numbers, not shades: `read_mask`, `encode_mask`
png         samples or numbers, written: `png_of`
plain_png   what is in no way odd, read in less than half the time
jpeg, tiff, pnm    what no library does as we need it
metadata    orientation and colour profiles
guard       what codecs raise, warn about or only say on stderr becomes SampleError
"""

from augcli.image.codec.decode import Decoded, can_reduce, decode, decoded
from augcli.image.codec.encode import encode, encode_all, refusal
from augcli.image.codec.header import Header, read_header
from augcli.image.codec.losses import losses
from augcli.image.codec.masks import MaskForm, encode_mask, read_mask
from augcli.image.codec.png import png_of

__all__ = [
    "Decoded",
    "Header",
    "MaskForm",
    "can_reduce",
    "decode",
    "decoded",
    "encode",
    "encode_all",
    "encode_mask",
    "losses",
    "png_of",
    "read_header",
    "read_mask",
    "refusal",
]
