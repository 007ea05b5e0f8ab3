"""Drawn splits of texts that share files: each file becomes one for each split.

What follows sees files of one split each, called as the output has them: `train/sms.tsv`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from augcli.dataset.layout import file_splits
from augcli.dataset.shares import Own, drawn_splits
from augcli.dataset.splits import NO_SPLIT
from augcli.errors import SampleError, SettingError
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFile
from augcli.text.formats.open import open_file

_WORDS = re.compile(r"\w+")


class Piece(Struct, frozen=True):
    """The samples of a file that are in one split."""

    whole: Source
    split: str
    rows: Sequence[int]
    data: bytes

    @property
    def source(self) -> Source:
        """Return it as a file of its own."""
        return Source(f"{self.split}/{self.whole.name}", self.whole.sha256, self.data)


def pieces_of(
    files: Mapping[str, TextFile],
    sources: Iterable[Source],
    settings: TextDatasetSettings,
    seed: int,
) -> Iterator[Piece]:
    """Yield what of each file is in which of the splits that settings draw, if any."""
    shares = settings.shares
    if shares is None:
        return
    known = {source.name: source for source in sources}
    rows = [(name, index) for name, file in files.items() for index in range(len(file))]
    texts = [files[name].row(index) for name, index in rows]
    labels, told = [row.label for row in texts], [row.split for row in texts]
    own = Own([split or NO_SPLIT for split in told], settings.augment)
    units = list(_units(files, known, settings))
    splits = drawn_splits(shares, labels, units, seed, own)
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (name, index), split in zip(rows, splits, strict=True):
        found[name, split].append(index)
    for (name, split), inside in sorted(found.items()):
        yield Piece(known[name], split, inside, files[name].part(inside))


def _units(
    files: Mapping[str, TextFile],
    sources: Mapping[str, Source],
    settings: TextDatasetSettings,
) -> Iterator[str]:
    """Yield for each sample what names the unit that it stays together with."""
    alike = settings.leaks == "refuse" and settings.kept_together is None
    for name, file in files.items():
        named = by_group(sources[name], settings)
        for index in range(len(file)):
            group = roughly(file.row(index).text) if alike else named and named.row(index).label
            yield group or f"{name}#{index}"


def by_group(source: Source, settings: TextDatasetSettings) -> TextFile | None:
    """Return a file whose texts have as labels what they stay together by; None if none is told."""
    group = settings.kept_together
    if group is None:
        return None
    told = settings.model_copy(update={"label": group, "split": None})
    try:
        return open_file(source, told, {})
    except SettingError as error:
        raise SettingError(settings.group_key, str(error)) from None


def roughly(text: str) -> str:
    """Return a text without case, punctuation and blanks; itself where nothing else is in it."""
    return " ".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold())) or text


def piece_of(file: TextFile, name: str, rows: Sequence[int]) -> Source:
    """Return some samples of a file as a file of its own; SampleError where it has no such."""
    if max(rows, default=0) >= len(file):
        raise SampleError(f"{file.name} has {len(file)} texts, and none is number {max(rows)}")
    return Source(name, "", file.part(rows))


def splits_of(settings: TextDatasetSettings, names: Iterable[str]) -> dict[str, str]:
    """Return file → split: of pieces the folder that they lie in, else what names tell.

    Files that pieces are of are in none of these.
    """
    known = dict.fromkeys(names)
    if settings.shares is None:
        return file_splits(settings, list(known))
    parted = ((name, *name.partition("/")[::2]) for name in known)
    return {name: split if whole in known else NO_SPLIT for name, split, whole in parted}
