"""A starter recipe for texts: what was found, and careful steps to begin with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from augcli.dataset.columns import names_groups
from augcli.dataset.files import readable
from augcli.dataset.formats import format_at
from augcli.dataset.layout import folders_in_starter, told_in_starter
from augcli.dataset.scanned import class_folders
from augcli.dataset.splits import TRAIN, are_splits, meaning, meant
from augcli.draft import Asked, Draft, quoted
from augcli.errors import DoubtError, SampleError, SettingError
from augcli.plural import several
from augcli.rows.delimited import is_table
from augcli.rows.encodings import open_text
from augcli.settings.base import ColumnRef, DatasetSettings
from augcli.task import Plain, Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFile, TextFormat
from augcli.text.formats.conll import is_conll
from augcli.text.formats.lines import LinesFile, say_classes
from augcli.text.formats.open import open_file
from augcli.text.language.languages import ENGLISH, in_latin, language_of, may_be_of
from augcli.text.language.lexicon import bundled
from augcli.text.paired import among, words_of
from augcli.text.single import EXTENSION

_LOOKED_AT = 200
_HEAD = 1 << 16
_CLASSES = ("label", "class", "category", "sentiment", "target", "intent", "topic", "emotion")
_LABELLED_AT = 2000
_MOST_CLASSES = 60
_EACH = 3
"""Rows of a class, on average, at least."""
_SHOWN = 5
_FEWEST = 20
"""Texts that splits can be drawn of."""

_TOLD = {
    "auto": [],
    "conll": ["format: conll         # a word a line, with its tags"],
    "lines": ["format: lines         # a text a line, of the class before it or of its file"],
    "folders": ["format: folders       # a text a file, a folder for each class"],
}
_GUESSED = {
    "spans": "spans: {}    # places in the text, which are moved along",
    "tags": "tags: {}    # a tag for each word; words with other tags than O and 0 stay",
    "roles": "# roles: {}    # whose turns are edited: a guess",
}
_TELLS_SPLITS = re.compile("split:|# by the names")
_DRAWN = "split: {test: 0.2}    # texts that are set aside, the same ones each time"
_STEPS = "steps:                  # see `augment transforms` and `augment preview`"
_EDA = ("  - eda: {alpha: 0.1}",)
_WITHOUT_WORDS = (
    "  - random_swap: {alpha: 0.1}       # synonyms would be English",
    "  - random_delete: {alpha: 0.1}",
)


def starter(asked: Asked) -> Draft | None:
    """Return what a recipe says of the texts at a path; None where there are none."""
    path, files = asked.path, readable(asked.path)
    known = _known(path, files)
    form, looked_at = _format_of(path, known)
    if form == "lines" and not asked.insists and any(map(_may_be_table, looked_at)):
        return None
    try:
        told = _readable(looked_at, {"format": "lines" if form == "folders" else form})
        opened = list(_opened(looked_at, told))
    except SettingError:  # a run that is tried will tell it
        return _draft(known, _TOLD[form], _WITHOUT_WORDS)
    texts = [file.row(at).text for file in opened for at in range(min(len(file), _LOOKED_AT))]
    is_told = asked.insists or not told.keys().isdisjoint(("tags", "roles"))
    if not is_told and not words_of(texts):
        return None
    lacking = [*_lacking(known, opened[0], told)] if form == "auto" and opened else []
    known = [each for each in known if each not in lacking]
    splits = _splits(path, known, form)
    columns = [line for file in opened[:1] for line in _columns(asked, looked_at[0], file, told)]
    if all(meaning(each.stem) is not None for each in known) or len(known) == 1:
        columns += [line for file in opened[:1] for line in _first(file)]
    english = in_latin(texts) and _are_english(texts)
    if splits is not None and not any(map(_TELLS_SPLITS.match, (*splits, *columns))):
        few = len(texts) < _FEWEST
        drawn = next(_apart(asked, looked_at[0], opened[0], told), _DRAWN)
        columns.append(f"# {_DRAWN}: {len(texts)} are too few" if few else drawn)
    names = quoted([each.relative_to(path).as_posix() for each in lacking])
    others = [f"exclude: {names}    # without the column of the text"] if lacking else []
    lines = (*(splits or ()), *_TOLD[form], *others, *columns)
    return _draft(known, lines, _EDA if english else _WITHOUT_WORDS)


def _known(path: Path, files: Sequence[Path]) -> Sequence[Path]:
    """Return the files of a format; all, where there is none, or others alone are in splits.

    Lists of classes may lie beside folders of what ends in nothing that is known.
    """
    known = [each for each in files if format_at(TextFormat, each.name)]
    parted = {each for each in files if meaning(each.parent.name) is not None}
    aside = path.is_dir() and bool(parted) and parted.isdisjoint(known)
    return files if aside else known or files


def _draft(files: Sequence[Path], told: Sequence[str], steps: Sequence[str]) -> Draft:
    count = several(len(files), "file")
    rest = ("copies: 1               # new texts per text", _STEPS, *steps)
    return Draft("text", "texts", count, told, rest)


def _splits(path: Path, files: Sequence[Path], form: str) -> list[str] | None:
    """Return what is to be said of splits; None where that is in doubt."""
    told = folders_in_starter if form == "folders" else told_in_starter
    root = path if path.is_dir() else path.parent
    with suppress(DoubtError):
        return told([each.relative_to(root).as_posix() for each in files])
    return None


def _columns(asked: Asked, path: Path, file: TextFile, told: Plain) -> Iterator[str]:
    """Yield the lines on columns of a table: that of the text, and what may be class and split."""
    if not file.columns:
        return
    alike = among(file.first_cells())
    text, *others = file.columns
    if len(alike) > 1:
        names = ", ".join(map(quoted, alike))
        yield f"# text: [{names}]    # each is edited by itself; or one of them"
    else:
        yield f"text: {quoted(text)}    # where most letters are"
    yield from (line.format(quoted(told[key])) for key, line in _GUESSED.items() if told.get(key))
    bound = tuple(f"{told[key]}." for key in ("spans", "tags") if told.get(key))
    others = [each for each in others if not f"{each}.".startswith(bound)]
    counts = {each: _counts(path, told, each) for each in others if asked.label is None}
    splits = [
        each
        for each, found in counts.items()
        if are_splits([meant(str(each), cell) for cell in found])
    ]
    for each in splits[:1]:
        yield f"split: {quoted(each)}    # it says {' and '.join(counts[each])}"
    if asked.column is not None:
        yield f"label: {quoted(asked.column)}"
    elif flags := _flags(counts):
        names = ", ".join(map(quoted, flags))
        yield f"label: [{names}]    # 0 or 1 each; a text may have several"
    elif labels := [
        each
        for each, found in counts.items()
        if each not in splits and not names_groups(str(each)) and _are_classes(found)
    ]:
        label = min(labels, key=lambda each: str(each).strip().lower() not in _CLASSES)
        found = counts[label].most_common(_SHOWN)
        more = " …" if len(counts[label]) > _SHOWN else ""
        shares = ", ".join(f"{name} {count}" for name, count in found)
        yield f"label: {quoted(label)}    # a guess; {shares}{more}"
    else:
        yield "# label: NAME         # the column of the class, where there is one"


def _first(file: TextFile) -> Iterator[str]:
    """Yield the line by which lines begin with their class, where they may or surely do."""
    if isinstance(file, LinesFile) and (words := file.first_words()):
        told, known = ", ".join(words[:_SHOWN]), file.are_classes(words)
        more = " …" if len(words) > _SHOWN else ""
        mark, guess = ("", "") if known else ("# ", ", if these are classes")
        yield f"{mark}label: first    # each line begins with one of {told}{more}{guess}"


def _apart(asked: Asked, path: Path, file: TextFile, told: Plain) -> Iterator[str]:
    """Yield the line by which all texts of one person are in one split, where a column tells."""
    for name in (each for each in file.columns if names_groups(str(each)) and each != asked.column):
        found = _counts(path, told, name)
        if 1 < len(found) <= found.total() / 2:
            yield f"split: {{test: 0.2, group: {quoted(name)}}}    # all texts of one are together"


def _lacking(files: Sequence[Path], file: TextFile, told: Plain) -> Iterator[Path]:
    """Yield the files without the column that holds the texts of another."""
    text = next(iter(file.columns), None)
    settings = TextDatasetSettings.again({**told, "text": text})
    for path in files[:_LOOKED_AT] if isinstance(text, str) else ():
        try:
            with suppress(SampleError), path.open("rb") as head:
                open_file(Source(path.name, "", head.read(_HEAD)), settings, {path.name: TRAIN})
        except SettingError as error:
            if error.path == ("dataset", "text"):
                yield path


def _flags(counts: Mapping[ColumnRef, Counter[str]]) -> list[ColumnRef]:
    """Return columns of 0 and 1, of which a text may have several; none if one is called a class.

    One alone is a class.
    """
    found = [each for each, cells in counts.items() if {*cells} <= {"0", "1"}]
    is_called = any(str(each).strip().lower() in _CLASSES for each in counts)
    return [] if is_called or len(found) < 2 else found


def _are_classes(counts: Counter[str]) -> bool:
    """Return whether the cells of a column may be classes: few, and each several times."""
    return 2 <= len(counts) <= _MOST_CLASSES and counts.total() >= _EACH * len(counts)


def _counts(path: Path, told: Plain, column: ColumnRef) -> Counter[str]:
    """Return how many of the first rows have each value of a column."""
    with suppress(SettingError):
        for file in _opened([path], told | {"label": column}):
            rows = range(min(len(file), _LABELLED_AT))
            return Counter(file.row(at).label or "" for at in rows)
    return Counter()


def _format_of(path: Path, files: Sequence[Path]) -> tuple[str, Sequence[Path]]:
    """Return the format that files seem to have, and those that tell whether it is texts."""
    in_folders = [each.parent not in (path, path.parent) for each in files]
    endings = {each.suffix.lower() for each in files}
    if all(in_folders) and endings in ({EXTENSION}, {""}):
        return "folders", files[:_LOOKED_AT]
    largest = sorted(files, key=lambda each: each.stat().st_size)[-1:]
    known = all(format_at(TextFormat, each.name) for each in largest)
    root = path if path.is_dir() else path.parent
    names = [each.relative_to(root).as_posix() for each in files]
    if known or _are_in_classes(names):
        return "auto", largest
    return "conll" if all(is_conll(_head(each)) for each in largest) else "lines", largest


def _may_be_table(path: Path) -> bool:
    """Return whether a file that no format of texts claims has even rows, but no class first."""
    head = _head(path)
    return is_table(head) and not say_classes(head.splitlines()[:-1])


def _head(path: Path) -> str:
    """Return how a file begins; nothing where it is no text."""
    with suppress(SampleError), path.open("rb") as file:
        return open_text(path.name, file.read(_HEAD), None).head(_HEAD)
    return ""


def _are_in_classes(names: Sequence[str]) -> bool:
    """Return whether files may be a text each, in folders of classes."""
    with suppress(DoubtError):
        return class_folders(DatasetSettings.again({}), names) is not None
    return False


def _readable(files: Sequence[Path], told: Plain) -> Plain:
    """Return what must be told for files to be read, with what is guessed of a doubt."""
    try:
        for _ in _opened(files, told):
            pass
    except DoubtError as error:
        return {**told, "spans": "", **error.doubt.guess}
    return told


def _opened(files: Sequence[Path], told: Plain) -> Iterator[TextFile]:
    """Yield files that can be read."""
    settings = TextDatasetSettings.again(told)
    for path in files:
        source = Source(path.name, "", path.read_bytes())
        with suppress(SampleError):
            yield open_file(source, settings, {path.name: TRAIN})


def _are_english(texts: Sequence[str]) -> bool:
    language = language_of(texts)
    return language == ENGLISH or (language is None and may_be_of(bundled(), texts))
