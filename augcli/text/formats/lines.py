"""One text a line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from augcli.dataset.formats import register_format
from augcli.dataset.splits import without_split
from augcli.errors import SettingError
from augcli.task import Source
from augcli.text.config import FIRST, TextDatasetSettings
from augcli.text.formats.base import LinedFile, Row, RowFormat
from augcli.text.words import Span

_OFTEN = 2
"""Lines of each class, on average and at least, where lines may as well be numbered or named."""
_MANY, _NEARLY_ALL = 0.5, 0.9
"""More lines than this share say their class where lines of a file do: the others are odd."""
_PREFIX = re.compile(r"__[a-zA-Z]\w*?__(?=.)")
_BEHIND = r"[ \t]*(?::[ \t]+|：[ \t]*|[ \t](?:--?|[–—])[ \t]+)"
"""What may stand between a class of several words and a text."""
_END = re.compile(rf"(?:{_BEHIND}|[ \t]*:)?[ \t]*\Z")


class Form(NamedTuple):
    """How a line says its class: what stands before its text, and what may behind it."""

    before: re.Pattern[str]
    after: re.Pattern[str] | None = None
    share: float = _NEARLY_ALL
    """So many lines must do so, or more."""
    often: int = _OFTEN
    """So many lines there must be of each class, on average."""

    def cut(self, line: str) -> tuple[str, str, str] | None:
        """Return what is before, in and after the text of a line; None where no class is told."""
        found = self.before.match(line)
        before = found[0] if found else ""
        last = self.after.search(line, len(before)) if self.after else None
        after = last[0] if last else ""
        told = before or after
        return (before, line[len(before) : len(line) - len(after)], after) if told else None

    def classes(self, before: str, after: str) -> list[str]:
        """Return the classes that stand around a text; several where any may be behind it."""
        if self.after:
            return [_PREFIX.sub("", each) for each in (before + after).split()]
        return [_END.sub("", before).strip("[]()<>")]

    def is_of(self, lines: Sequence[str]) -> bool:
        """Return whether lines, but for odd ones, say their class so."""
        found = [(cut[0], cut[2]) for cut in map(self.cut, lines) if cut]
        often = self.often * len(set(found)) <= len(found)
        return often and len(found) > self.share * len(lines)


_MARK = r"__[a-zA-Z]\w*?__\S+"
_FASTTEXT = Form(
    re.compile(rf"(?:{_MARK}(?:[ \t]+|\Z))+"),
    re.compile(rf"[ \t]{_MARK}(?:[ \t]+{_MARK})*[ \t]*\Z"),
    _MANY,
    0,
)
"""With any prefix; its labels may as well stand at the end."""
_TREC = Form(re.compile(r"[A-Z]{2,}:\w+(?:[ \t]+|\Z)"), None, _MANY, 0)
_SMALL_TREC = Form(re.compile(r"[a-zA-Z]\w*:\w+[ \t]+"))
_BEFORE_TAB = Form(re.compile(r"\S+\t(?=\S)"))
_NUMBER = Form(re.compile(r"[+-]?\d{1,2}[ \t]+(?=\D)"))
_SEVERAL = r"[^\W\d](?:[^\s:：|]|:(?=\S)|[ \t](?=[^\s:：|-])){0,38}?"
_INSIDE = r"\w[\w -]{0,38}"
_MARKED = Form(
    re.compile(rf"{_SEVERAL}{_BEHIND}|(?:\[{_INSIDE}\]|\({_INSIDE}\)|<{_INSIDE}>)[ \t]+")
)
"""A few words before a colon or a dash, or in brackets."""
_WORD = Form(re.compile(r"\S+[ \t]+"))
_SURE = (_FASTTEXT, _TREC, _SMALL_TREC, _BEFORE_TAB)
"""Those that are heeded whatever the names of files say."""
_LABELS = (*_SURE, _NUMBER, _MARKED)
"""How lines begin that say their class first."""
_NO_CELLS = (_FASTTEXT, _TREC, _SMALL_TREC, _MARKED)
"""Those that no row of a table begins with."""
_SHOWN = 24
"""Characters of a line that tell which it is."""
_LOOKED_AT = 1000
_MOST_WORDS, _EACH = 20, 8
"""Words that may be classes where all lines begin with one; lines of each, on average."""
_SELDOM = 0.1
"""How often, by lines, words may come elsewhere that are classes at the beginning."""


class LinesFile(LinedFile):
    """A file of lines, all of one class."""

    def __init__(self, source: Source, settings: TextDatasetSettings, label: str | None = None):
        super().__init__(source, settings)
        self.label = label
        self._find_lines()

    def _find_lines(self) -> None:
        for start, end in self.body.lines():
            if self.body.data[start:end].strip():
                self.starts.append(start)
                self.ends.append(end)

    def row(self, index: int) -> Row:
        """Return a line."""
        return Row(self.raw(index), self.label)

    def first_words(self) -> list[str]:
        """Return the few words that all lines begin with, as if they were classes, if they do."""
        if self.label is not None:
            return []
        found = [_WORD.before.match(line) for line in _some(self)]
        words = {match[0].strip() for match in found if match}
        few = 2 <= len(words) <= min(_MOST_WORDS, len(found) / _EACH)
        return sorted(words) if few and all(found) else []

    def are_classes(self, words: Collection[str]) -> bool:
        """Return whether words that all lines begin with are hardly anywhere else in them."""
        known = {word.lower() for word in words}
        inside = (word for line in _some(self) for word in line.lower().split()[1:])
        return sum(word in known for word in inside) <= _SELDOM * len(_some(self))

    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return the text itself, if it is one line."""
        return None if self.line_end[-1] in text or text.endswith(("\n", "\r")) else text


class LabelledLines(LinesFile):
    """A file of lines that say their class first, or last."""

    def __init__(self, source: Source, settings: TextDatasetSettings, form: Form):
        super().__init__(source, settings)
        self._form = form
        self._separator = settings.label_separator or " "

    def row(self, index: int) -> Row:
        """Return a line without its class."""
        raw = self.raw(index)
        cut = self._form.cut(raw)
        if not cut:
            told = f"{raw[:_SHOWN]!r} does not begin with a class, as the others do"
            return Row(raw, trouble=told)
        before, text, after = cut
        return Row(text, self._separator.join(self._form.classes(before, after)))

    def first_words(self) -> list[str]:
        """Return nothing: what lines begin with is known."""
        return []

    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return the text beside the class of its source, if it is one line."""
        cut = self._form.cut(self.raw(index))
        assert cut
        line = super().written(index, text, spans)
        return None if line is None else f"{cut[0]}{line}{cut[2]}"


def say_classes(lines: Sequence[str]) -> bool:
    """Return whether all of some lines surely say their class first."""
    return _label_first(lines, _SURE) is not None


def are_no_cells(lines: Sequence[str]) -> bool:
    """Return whether lines say their class first in a way that no table does."""
    return _label_first([each for each in lines if each.strip()], _NO_CELLS) is not None


def _some(file: LinesFile) -> list[str]:
    return [file.raw(index) for index in range(min(len(file), _LOOKED_AT))]


def _label_first(lines: Sequence[str], forms: Sequence[Form]) -> Form | None:
    """Return how lines, but for odd ones, say their class first; None if they do not."""
    return next((form for form in forms if form.is_of(lines)), None)


def class_of(name: str, splits: Mapping[str, str]) -> str | None:
    """Return the class that a file of lines stands for: what tells its name from the others'.

    One that is alone in its split stands for a class that other splits have, or for none.
    """
    files: dict[str, list[PurePosixPath]] = defaultdict(list)
    for each, split in splits.items():
        files[split].append(PurePosixPath(each))
    path, alike = PurePosixPath(name), files[splits[name]]
    if len(alike) > 1:
        return _classes(alike)[alike.index(path)]
    known = {each for paths in files.values() if len(paths) > 1 for each in _classes(paths)}
    likely = (path.suffix[1:], without_split(path.stem))
    return next((each for each in likely if each in known), None)


def _classes(paths: Sequence[PurePosixPath]) -> list[str]:
    """Return the classes of all files of a split."""
    by_suffix = len({each.stem for each in paths}) == 1
    return [each.suffix[1:] if by_suffix else without_split(each.stem) for each in paths]


def _open(source: Source, settings: TextDatasetSettings, splits: Mapping[str, str]) -> LinesFile:
    file = LinesFile(source, settings, class_of(source.name, splits))
    lines = _some(file)
    if settings.label is not None:
        told = _label_first(lines, _LABELS) or _told_first(settings)
        return LabelledLines(source, settings, told)
    first = _label_first(lines, _LABELS if file.label is None else _SURE)
    return LabelledLines(source, settings, first) if first else file


def _told_first(settings: TextDatasetSettings) -> Form:
    """Return that any word says the class; SettingError where the recipe says another place."""
    if settings.label != FIRST:
        told = f"lines have no columns: `label: {FIRST}` says that each begins with its class"
        raise SettingError(("dataset", "label"), told)
    return _WORD


register_format(RowFormat("lines", (), frozenset(("label", "label_separator", "encoding")), _open))
