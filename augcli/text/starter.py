"""A starter recipe for texts: what was found, and careful steps to begin with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from statistics import fmean

from augcli.errors import SampleError
from augcli.files import readable
from augcli.formats import format_at
from augcli.layout import folders_in_starter, told_in_starter
from augcli.splits import TRAIN
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


def starter(path: Path) -> str | None:
    """Return a commented recipe for the texts at `path`; None where there are none."""
    files = readable(path)
    known = [each for each in files if format_at(TextFormat, each.name)]
    form = _format_of(path, known or files)
    if form is None:
        return None
    splits = _splits(path, known or files, form)
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
  - eda: {{alpha: 0.1}}
"""


def _splits(path: Path, files: Sequence[Path], form: str) -> str:
    told = folders_in_starter if form == "folders" else told_in_starter
    root = path if path.is_dir() else path.parent
    names = [each.relative_to(root).as_posix() for each in files]
    return "".join(f"{line}\n" for line in told(names))


def _format_of(path: Path, files: Sequence[Path]) -> str | None:
    """Return the format of files that hold sentences; None where they hold none."""
    if not files:
        return None
    if all(
        each.suffix.lower() == EXTENSION and each.parent not in (path, path.parent)
        for each in files
    ):
        return "folders" if _have_sentences(files[:_LOOKED_AT], "lines") else None
    largest = max(files, key=lambda each: each.stat().st_size)
    form = "auto" if format_at(TextFormat, largest.name) else "lines"
    return form if _have_sentences([largest], form) else None


def _have_sentences(files: Sequence[Path], form: str) -> bool:
    """Return whether most texts in some files differ, and have a few words on average."""
    settings, reading = TextDatasetSettings(path="", format=form), Reading(Lexicon(()))
    texts: list[str] = []
    for path in files:
        source = Source(path.name, "", path.read_bytes())
        with suppress(SampleError):
            file = open_file(source, settings, {path.name: TRAIN})
            texts += [file.row(index).text for index in range(min(len(file), _LOOKED_AT))]
    if not texts or any("\0" in text for text in texts):
        return False
    various = len(set(texts)) > len(texts) / 2
    return various and fmean(len(Document(text, reading).words) for text in texts) >= _SENTENCE
