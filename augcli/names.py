"""Output names, from a source's id alone.

`0001.jpg` gives `0001.aug-000.jpg`; where the extension changes, the old one stays in:
`0001.png` gives `0001.png.aug-000.jpg`. Ids that could collide with such a name, or that some
file system would not take, get a short hash of the id, whatever their neighbours are. Only ids
that differ from another by case or Unicode form alone (`twins`) need to know their neighbours:
the folded one keeps its name, the others get the hash.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import PurePosixPath

_LONGEST = 255 - len(".aug-000000.jpeg")
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"|?*\\\x7f\ud800-\udfff]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LIKE_OURS = re.compile(
    r"(\.aug-\d{3,}|~[0-9a-f]{8}"
    r"|\.(jpe?g|jpe|jfif|png|webp|tiff?|bmp|dib|gif|ico|avif|jp2|mpo|tga|p[bgnp]m|pfm))$",
    re.IGNORECASE,
)
"""Stems that end in a copy number, in our hash, or in an extension that may have stayed in."""


def base_name(sample_id: str, split: str, *, in_split_folder: bool, twin: bool) -> str:
    """Return the path of a source's original below the output folder, POSIX form."""
    path = PurePosixPath(sample_id if in_split_folder else f"{split}/{sample_id}")
    parts = [_portable(part) for part in path.parts]
    last = PurePosixPath(parts[-1])
    if not twin and tuple(parts) == path.parts and not _LIKE_OURS.search(last.stem):
        return str(path)
    stem = last.stem.encode(errors="replace")[: _LONGEST - 30].decode(errors="ignore")
    return "/".join([*parts[:-1], f"{stem}~{short_hash(sample_id)}{last.suffix}"])


def encoded_name(base: str, extension: str, copy: int | None = None) -> str:
    """Return the name of copy number `copy`, or of the re-encoded original when it is None."""
    path = PurePosixPath(base)
    number = "" if copy is None else f".aug-{copy:03d}"
    kept = base if path.suffix != extension else base.removesuffix(extension)
    return f"{kept}{number}{extension}"


def short_hash(sample_id: str) -> str:
    """Return eight hex digits of an id."""
    return blake2b(sample_id.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def twins(ids: Iterable[str]) -> set[str]:
    """Return the ids that a file system blind to case or Unicode form would take for another."""
    odd = [sample_id for sample_id in ids if folded(sample_id) != sample_id]
    if not odd:
        return set()
    counts = Counter(map(folded, odd))
    plain = {sample_id for sample_id in ids if sample_id in counts}
    return {each for each in odd if counts[folded(each)] > 1 or folded(each) in plain}


def folded(sample_id: str) -> str:
    """Return the form in which twins are equal."""
    return unicodedata.normalize("NFC", sample_id).casefold()


def _portable(part: str) -> str:
    """Return a path component that every common file system takes."""
    part = _FORBIDDEN.sub("_", part)
    if _DEVICES.match(part):
        part = f"_{part}"
    if part != part.rstrip(". "):
        part = part.rstrip(". ") + "_"
    if len(part.encode()) > _LONGEST:
        suffix = PurePosixPath(part).suffix[:12]
        part = part.encode()[: _LONGEST - 40].decode(errors="ignore") + suffix
    return part
