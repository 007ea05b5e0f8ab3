"""Texts that belong to each other: columns of a table, or files of a line for each of another's.

An edit of one may break what a label says of both, and lines of two languages are no classes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from statistics import fmean

from augcli.dataset.columns import names_groups
from augcli.dataset.doubts import GROUPS_APART, UNCLEAR_WORDS
from augcli.dataset.told import few, quoted
from augcli.errors import Doubt
from augcli.settings.base import ColumnRef
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFile
from augcli.text.formats.lines import class_of
from augcli.text.language.lexicon import Lexicon
from augcli.text.words import Document, Reading

_SENTENCE = 4
"""Words that a cell has at least, on average, where a column is taken for texts."""
_LIKE = 3
"""How many times longer texts may be than those that belong to them, whatever they are called."""
_ASKED = """
premise question query context instruction prompt article document dialogue source src anchor chosen
input passage
"""
_ANSWERED = """
hypothesis answer passage response completion summary highlights target tgt positive negative
rejected output context reference
"""
_FIRST, _SECOND = frozenset(_ASKED.split()), frozenset(_ANSWERED.split())
"""What columns of texts are called that belong together though one is far longer."""
_CODES = """
src tgt trg source target
af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr ht hu hy id
is it ja ka kk km kn ko ku ky la lb lo lt lv mg mk ml mn mr ms mt my nb ne nl nn no pa pl ps pt
ro ru rw sd si sk sl so sq sr sv sw ta te tg th tk tl tr tt ug uk ur uz vi xh yi yo zh zu
"""
_SIDES = frozenset(_CODES.split())
"""Endings of files of a corpus in two languages."""
_TREES = 20
"""Texts that tell whether all are trees."""
_WORDS = re.compile(r"[^\W\d_]+")
_OF_LINES = """
label labels tag tags out slots intent intents target targets
"""
_ANSWERS = frozenset(_OF_LINES.split())
"""Words in names of files that have a line for each text of another file."""
_TREE = re.compile(r"\(\S+ .*\)")
_LETTER = re.compile(r"[^\W\d_]{2}|[^\W\d_a-z]", re.IGNORECASE)
"""Letters of a word, and no exponent of a number."""


def refuse_pairs(
    settings: TextDatasetSettings, files: Iterable[TextFile], splits: Mapping[str, str]
) -> None:
    """Raise DoubtError where several texts may be of one sample, and no key says which are edited.

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
            _refuse_trees(file)
    if not settings.include:
        _refuse_lines([each for each in known if not each.columns], splits)


def _refuse_trees(file: TextFile) -> None:
    """Raise DoubtError where texts are trees in brackets, which edits of words would break."""
    texts = [file.row(at).text.strip() for at in range(min(len(file), _TREES))]
    if all(_TREE.fullmatch(each) and each.count("(") == each.count(")") > 1 for each in texts):
        text = f"the lines of {file.name} are trees in brackets, which edits would break"
        hint = "give files of the sentences alone, or say by `protect` what is to stay"
        raise UNCLEAR_WORDS.doubt(text, hint, "dataset.protect").error


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
    return not _ANSWERS.isdisjoint(_WORDS.findall(name.rpartition("/")[2].lower()))


def parted(settings: TextDatasetSettings, files: Iterable[TextFile]) -> Iterator[Doubt]:
    """Yield which columns tell of whom texts are, where splits are drawn by none of them."""
    if settings.shares is None or settings.shares.group is not None:
        return
    for name in (name for file in files for name in repeats_groups(file)):
        text = f"column {name!r} tells of whom texts are, and they are parted by lot"
        hint = f"keep them together by `split: {{test: 0.2, group: {quoted(name)}}}`"
        yield GROUPS_APART.doubt(text, hint, "dataset.split")


def repeats_groups(file: TextFile) -> list[str]:
    """Return the columns that are called as those that tell of whom texts are, and repeat."""
    cells = {str(name): some for name, some in file.first_cells().items()}
    named = ((name, some) for name, some in cells.items() if names_groups(name))
    return [name for name, some in named if 1 < len(set(some)) <= len(some) / 2]


def among(cells: Mapping[ColumnRef, Sequence[str]]) -> list[ColumnRef]:
    """Return the columns of sentences that belong to the longest ones, and these."""
    sizes = {name: words for name, some in cells.items() if (words := words_of(some))}
    longest = max(sizes, key=lambda each: sizes[each], default=None)
    return [each for each in sizes if longest is not None and _belong(each, longest, sizes)]


def _belong(one: ColumnRef, longest: ColumnRef, sizes: Mapping[ColumnRef, float]) -> bool:
    return _LIKE * sizes[one] >= sizes[longest] or _name_two(one, longest)


def _name_two(one: ColumnRef, other: ColumnRef) -> bool:
    """Return whether columns are called as two texts are that belong together."""
    first, second = ({*_WORDS.findall(str(each).lower())} for each in (one, other))
    return any(a & _FIRST and b & _SECOND for a, b in ((first, second), (second, first)))


def words_of(texts: Collection[str]) -> float:
    """Return how many words texts have on average; 0 where these are few, or texts repeat."""
    worded = [text for text in texts if _LETTER.search(text)]
    if not texts or min(len(worded), len(set(texts))) <= len(texts) / 2:
        return 0
    if any("\0" in text for text in texts):
        return 0
    reading = Reading(Lexicon(()))
    words = fmean(len(Document(text, reading).words) for text in texts)
    return words if words >= _SENTENCE else 0
