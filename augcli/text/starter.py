"""A starter recipe for texts: what was found, and careful steps to begin with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import fmean

from augcli.dataset.files import readable
from augcli.dataset.formats import format_at
from augcli.dataset.layout import folders_in_starter, told_in_starter
from augcli.dataset.splits import TRAIN
from augcli.errors import SampleError
from augcli.languages import ENGLISH, language_of
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFormat
from augcli.text.formats.open import open_file
from augcli.text.lexicon import Lexicon
from augcli.text.single import EXTENSION
from augcli.text.words import Document, Reading

_LOOKED_AT = 200
_SENTENCE = 4
"""Words that a cell has at least, on average, where a column is taken for texts."""

_COLUMNS = """\
  # text: NAME          # the column of the text; without it, the one with the longest cells
  # label: NAME         # the column of the class"""
_TOLD = {
    "auto": _COLUMNS,
    "lines": "  format: lines         # a text a line, a file for each class",
    "folders": "  format: folders       # a text a file, a folder for each class",
}

_EDA = "  - eda: {alpha: 0.1}"
_WITHOUT_WORDS = """\
  - random_swap: {alpha: 0.1}       # synonyms would be English
  - random_delete: {alpha: 0.1}"""


def starter(path: Path) -> str | None:
    """Return a commented recipe for the texts at `path`; None where there are none."""
    files = readable(path)
    known = [each for each in files if format_at(TextFormat, each.name)]
    form, looked_at = _format_of(path, known or files)
    texts = list(_texts(looked_at, form))
    if not _are_sentences(texts):
        return None
    splits = _splits(path, known or files, form)
    steps = _EDA if language_of(texts) in (None, ENGLISH) else _WITHOUT_WORDS
    return f"""\
version: 1
seed: 1                 # another seed gives other texts
dataset:
  path: {json.dumps(str(path))}    # if relative, to this file; found {len(known or files)} files
  kind: text
{splits}{_TOLD[form]}
output:
  path: {json.dumps(f"build/{path.stem}")}
copies: 1               # new texts per text
steps:                  # see `augment transforms` and `augment preview`
{steps}
"""


def _splits(path: Path, files: Sequence[Path], form: str) -> str:
    told = folders_in_starter if form == "folders" else told_in_starter
    root = path if path.is_dir() else path.parent
    names = [each.relative_to(root).as_posix() for each in files]
    return "".join(f"{line}\n" for line in told(names))


def _format_of(path: Path, files: Sequence[Path]) -> tuple[str, Sequence[Path]]:
    """Return the format that files seem to have, and those that tell whether it is texts."""
    in_folders = [each.parent not in (path, path.parent) for each in files]
    if files and all(in_folders) and all(each.suffix.lower() == EXTENSION for each in files):
        return "folders", files[:_LOOKED_AT]
    largest = sorted(files, key=lambda each: each.stat().st_size)[-1:]
    known = all(format_at(TextFormat, each.name) for each in largest)
    return "auto" if known else "lines", largest


def _texts(files: Sequence[Path], form: str) -> Iterator[str]:
    """Yield the first texts of some files."""
    told = "lines" if form == "folders" else form
    settings = TextDatasetSettings(path="", format=told)
    for path in files:
        source = Source(path.name, "", path.read_bytes())
        with suppress(SampleError):
            file = open_file(source, settings, {path.name: TRAIN})
            yield from (file.row(index).text for index in range(min(len(file), _LOOKED_AT)))


def _are_sentences(texts: Sequence[str]) -> bool:
    """Return whether most texts differ, and have a few words on average."""
    if not texts or any("\0" in text for text in texts):
        return False
    reading, various = Reading(Lexicon(())), len(set(texts)) > len(texts) / 2
    return various and fmean(len(Document(text, reading).words) for text in texts) >= _SENTENCE
