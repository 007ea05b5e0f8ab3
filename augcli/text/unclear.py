"""What edits of words may break: texts that belong together, lines beside lines, trees.

An edit of one of two texts may break what a label says of both, and lines of two languages are no
classes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from augcli.dataset.doubts import UNCLEAR_WORDS
from augcli.plural import few
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFile
from augcli.text.formats.lines import LinesFile, class_of
from augcli.text.paired import among

_CODES = """
src tgt trg source target
af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr ht hu hy id
is it ja ka kk km kn ko ku ky la lb lo lt lv mg mk ml mn mr ms mt my nb ne nl nn no pa pl ps pt
ro ru rw sd si sk sl so sq sr sv sw ta te tg th tk tl tr tt ug uk ur uz vi xh yi yo zh zu
"""
_SIDES = frozenset(_CODES.split())
"""Endings of files of a corpus in two languages."""
_MARKED = 20
"""Texts that tell whether all are trees, or lines of a document with marks."""
_HELD, _FEW = 0.9, 2
"""Share of the words, and of the samples, that a text is held again by; words that tell little."""
_WORDS = re.compile(r"[^\W\d_]+")
_OF_LINES = frozenset(
    ("label", "labels", "tag", "tags", "out", "slots", "intent", "intents", "target", "targets")
)
"""Words in names of files that have a line for each text of another file."""
_TREE = re.compile(r"\(\S+ .*\)")
_BETWEEN = re.compile(r"(?<!\S)[^\w\s]{3,}(?!\S)|(?<=\S)(?:::|\|\|\|)(?=\S)")
_XML = re.compile(r"<(\?xml|!doctype|html|tmx|tei)\b", re.IGNORECASE)


def refuse_unclear(
    settings: TextDatasetSettings, files: Iterable[TextFile], splits: Mapping[str, str]
) -> None:
    """Raise DoubtError where an edit may break a sample, and no key says what is edited.

    `splits` are those of the files, by their names.
    """
    known = list(files)
    told = (settings.text, settings.roles, settings.tags)
    for file in known if told == (None, None, None) else ():
        if len(found := among(file.first_cells())) > 1:
            names = ", ".join(map(repr, found))
            text = f"several columns of {file.name} hold sentences: {names}"
            hint = "say by `text` which are edited, one or a list"
            more = "a label that says how they belong together must hold for the edited ones"
            raise UNCLEAR_WORDS.doubt(text, f"{hint}; {more}", "dataset.text").error
        if not settings.protect:
            _refuse_markup(file)
    if not settings.include:
        _refuse_lines([each for each in known if not each.columns], splits)


def _refuse_markup(file: TextFile) -> None:
    """Raise DoubtError where lines are trees, XML or rows of cells, which edits would break."""
    texts = [file.row(at).text.strip() for at in range(min(len(file), _MARKED))]
    what = next((what for what, is_so in _MARKUP.items() if texts and is_so(texts)), None)
    if what:
        text = f"the lines of {file.name} are {what}, which edits would break"
        hint = "give files of the sentences alone, or say by `protect` what is to stay"
        raise UNCLEAR_WORDS.doubt(text, hint, "dataset.protect").error


def _are_trees(texts: Sequence[str]) -> bool:
    return all(_TREE.fullmatch(each) and each.count("(") == each.count(")") > 1 for each in texts)


def _are_xml(texts: Sequence[str]) -> bool:
    return bool(_XML.match(texts[0]))


def _are_cells(texts: Sequence[str]) -> bool:
    """Return whether all have the same marks between spaces equally often, as cells of rows."""
    found = {tuple(_BETWEEN.findall(each)) for each in texts}
    marks = next(iter(found))
    return len(found) == 1 < len(marks) and len({*marks}) == 1 < len(texts)


_MARKUP = {
    "trees in brackets": _are_trees,
    "XML or HTML": _are_xml,
    "cells of a table between marks": _are_cells,
}


def _refuse_lines(files: Sequence[TextFile], splits: Mapping[str, str]) -> None:
    """Raise DoubtError for files of one split with as many lines each.

    They are in a language each, or one has what is told of the lines of another.
    """
    beside: dict[tuple[str, int], list[str]] = defaultdict(list)
    for file in files:
        beside[splits[file.name], len(file)].append(file.name)
    groups = [names for names in beside.values() if len(names) > 1]
    if found := next((names for names in groups if any(map(_tells_of_lines, names))), None):
        text = f"{few(found)} have equally many lines, as if one told of those of another"
        hint = "keep texts and labels in one table; or name the files of texts by `include`"
        raise UNCLEAR_WORDS.doubt(text, hint, "dataset.include").error
    sides = ([each for each in names if class_of(each, splits) in _SIDES] for names in groups)
    if found := next((names for names in sides if len(names) > 1), None):
        text = f"{few(found)} have equally many lines, as translations of each other have"
        hint = "name by `include` the one that is edited, or all if languages are the classes"
        raise UNCLEAR_WORDS.doubt(text, hint, "dataset.include").error


def _tells_of_lines(name: str) -> bool:
    """Return whether a file is called as labels of lines of another are."""
    return not _OF_LINES.isdisjoint(_WORDS.findall(name.rpartition("/")[2].lower()))


def held_again(settings: TextDatasetSettings, files: Iterable[TextFile]) -> Iterator[str]:
    """Yield which columns have the words of a text once more, which no edit reaches."""
    for file in files:
        cells = file.first_cells()
        named = settings.texts or file.columns[:1]
        texts = {name: [*map(_words, cells[name])] for name in named if name in cells}
        for name in (each for each in cells if each not in named and each != settings.spans):
            again = [*map(_words, cells[name])]
            if any(_has_all(again, words) for words in texts.values()):
                text = f"{name!r} of {file.name} has the words of the text"
                yield f"{text}, and new samples have there those of their source"


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(text.casefold()))


def _has_all(those: Sequence[set[str]], words: Sequence[set[str]]) -> bool:
    """Return whether some texts have nearly all the words of others, sample by sample."""
    pairs = [*zip(those, words, strict=True)] if len(those) == len(words) else []
    held = sum(len(own & other) >= _HELD * len(own) > _FEW for other, own in pairs)
    return len(pairs) >= _FEW and held >= _HELD * len(pairs)


def maybe_classes(files: Iterable[TextFile]) -> Iterator[str]:
    """Yield which files have lines whose first words may be classes."""
    for file in files:
        if isinstance(file, LinesFile) and (words := file.first_words()):
            yield (
                f"all lines of {file.name} begin with one of {len(words)} words "
                f"({few(words)}): if these are classes, say `label: first`, or steps edit them"
            )
