"""Which split a name means: one reading of folders, files and cells for all kinds.

A name is cut into words at whatever is no letter, and where small letters turn into capitals. It
looks like a split if one of the words is train, val, test or a form of these; it is plain if the
other words say nothing (`training_set`, `val2017`). What is plain is believed where all that lies
beside it looks like a split, too; whatever is in doubt is refused, and settled by
`dataset.splits`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from unicodedata import normalize

from msgspec import Struct

from augcli.dataset.doubts import NO_SUCH_SPLIT
from augcli.errors import did_you_mean
from augcli.plural import few

TRAIN = "train"
NO_SPLIT = ""
"""Of a sample whose cell in the column of splits is blank."""
BLANK = "there is no split"
"""Why such a sample is not used."""

DOUBT = "?"
"""What a name means that is neither train nor held out: predictions, samples without labels."""

_FORMS = {
    TRAIN: "train training trn trainval trainieren entrainement entraînement apprentissage "
    "entrenamiento treino treinamento treinar addestramento обучение 训练 训练集 訓練 学習",
    "val": "val valid validation validate validating dev devel development eval evaluation "
    "validierung validacion validación validacao validação валидация 验证 验证集 検証",
    "test": "test testing tst holdout heldout testen prueba pruebas teste тест 测试 测试集 テスト",
    DOUBT: "pred preds predict prediction predictions unlabeled unlabelled unsup unsupervised "
    "inference submission",
}
_MEANINGS = {form: meaning for meaning, forms in _FORMS.items() for form in forms.split()}
_AS_THEY_ARE = frozenset(
    ("train", "training", "val", "valid", "validation", "dev", "test", "testing")
)
"""Folders of these names, in any case, are splits of their own names."""
_TAIL = re.compile(
    r"(.+?)(sets?|data|dataset|dir|folder|images?|imgs?|photos?|files?|split|part|(?<=test)[ab])"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[XY](?=[a-z]{3})|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_SAYS_NOTHING = """
set sets data dataset images image imgs img pics pictures photos files file samples split splits
part fold dir folder all new old final full small large big mini raw clean my orig original copy
label labels labeled labelled a b c d e v x y
csv tsv tab txt dat json jsonl ndjson parquet pq arff ts npz npy wav wave gz
jpg jpeg png webp bmp gif tif tiff
"""
_NOTHING_SAID = frozenset(_SAYS_NOTHING.split())
_SHORT_TRAIN = frozenset(("tr", "tra"))
_SHORT = _SHORT_TRAIN | {"te", "tes", "ts", "va", "vl"}
"""What may be short for a split, and is a language or a place as often."""
_ASKING = frozenset(("is", "in"))
_YES, _NO = ("1", "1.0", "true", "yes", "t", "y"), ("0", "0.0", "false", "no", "f", "n")
_CALLED_SPLITS = frozenset(["split", "splits", "subset", "partition", "traintest"])
"""Columns in which short forms and numbers mean splits."""
_SHORTENED = {"tr": TRAIN, "te": "test", "ts": "test", "va": "val", "learn": TRAIN, "check": "test"}
_NUMBERED = {"0": TRAIN, "1": "val", "2": "test"}
"""What they mean in the lists of CelebA and its kin."""
_NUMBERS = re.compile(r"\d+")
_FOLD = re.compile(r"(cv|k)?[\W_]*folds?[\W_]*\d+", re.IGNORECASE)
_IN_PATHS = re.compile(r"[/\\]")
_MOST_VALUES = 20
"""Of a column of splits."""
_IN_TWO = re.compile(r"(?<![^_])(hold|held|train)_(out|val)(?![^_])")
"""One word that people also write as two."""


class Reading(Struct, frozen=True):
    """What a name says."""

    meaning: str | None
    """train, val, test or a doubt; None where it looks like no split."""
    rest: tuple[str, ...] = ()
    """The other words, but for those that say nothing."""
    joined: bool = True
    """Whether nothing but spaces stands between its words."""

    @property
    def is_plain(self) -> bool:
        """Return whether the name is that of a split and nothing else."""
        return self.meaning is not None and not self.rest

    @property
    def is_suspicious(self) -> bool:
        """Return whether it may be a test set; words with spaces between are those of a class."""
        return self.is_plain or (self.meaning not in (None, TRAIN) and self.joined)


NOTHING = Reading(None)


def read(name: str) -> Reading:
    """Return what a name says, whatever numbers are in it."""
    return _read(_NUMBERS.sub("0", name))


@lru_cache(maxsize=1 << 14)
def _read(name: str) -> Reading:
    runs = _LETTERS.findall(normalize("NFC", name))
    lowered = "_".join(word for run in runs for word in _words(run))
    words = _IN_TWO.sub(r"\1\2", lowered).split("_")
    meanings = {word: _meaning_of(word) for word in words}
    found = set(filter(None, meanings.values()))
    if len(found) != 1:
        return Reading(None)
    rest = (word for word in words if not meanings[word] and word not in _NOTHING_SAID)
    return Reading(found.pop(), tuple(rest), " " not in name.strip())


def _words(run: str) -> list[str]:
    """Return a run of letters as one word where that is known, or cut where cases change."""
    return [run.lower()] if _meaning_of(run.lower()) else [w.lower() for w in _CAMEL.findall(run)]


def _meaning_of(word: str) -> str | None:
    tail = _TAIL.fullmatch(word)
    return _MEANINGS.get(word) or (_MEANINGS.get(tail[1]) if tail else None)


def meaning(name: str) -> str | None:
    """Return train, val or test if a name says so by itself, else None."""
    found = read(name)
    return found.meaning if found.meaning != DOUBT else None


def says_nothing(name: str) -> bool:
    """Return whether a name tells no class: it has no words but those that any folder may have."""
    return all(word in _NOTHING_SAID for run in _LETTERS.findall(name) for word in _words(run))


def may_hold_out(name: str) -> bool:
    """Return whether any word of a name means a split that is held out."""
    words = (word for run in _LETTERS.findall(name) for word in _words(run))
    return any(_meaning_of(word) in ("val", "test") for word in words)


def are_short(names: Collection[str]) -> bool:
    """Return whether names may differ in short forms of train and what is held out alone."""
    nothing = _NOTHING_SAID - _SHORT
    words = [
        {word for run in _LETTERS.findall(name) for word in _words(run)} - nothing for name in names
    ]
    shared = set.intersection(*words) if words else set()
    differ = {frozenset(each - shared) for each in words}
    found = frozenset().union(*differ)
    return bool(_SHORT_TRAIN & found) and found <= _SHORT and all(differ) and len(differ) > 1


def are_folds(names: Collection[str]) -> bool:
    """Return whether names are those of folds of a cross-validation."""
    return len(names) > 1 and all(map(_FOLD.fullmatch, names))


def without_split(name: str) -> str:
    """Return a name without the words that mean a split; itself, where it has no others."""
    words = re.split(r"[_\-. ]+", name)
    others = list(filter(None, map(_other_words, words)))
    return "_".join(others) if others and others != words else name


def _other_words(word: str) -> str:
    """Return a word without those in it, told by their cases, that mean a split."""
    if read(word).meaning is None:
        return word
    return "".join(each for each in _CAMEL.findall(word) if _meaning_of(each.lower()) is None)


def beside_split(name: str, split: str) -> str:
    """Return what a name says beside its split; blank if nothing."""
    found = read(name)
    if found.meaning is None:
        return next((rest for _, told, rest in _parted(name) if told == split), "")
    return without_split(name) if found.rest else ""


def glued(names: Collection[str]) -> dict[str, str]:
    """Return glob → split, where names differ in a split that nothing parts from other letters."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for glob, told, rest in (each for name in names for each in _parted(name)):
        found[rest.lower()][glob] = told
    pairs = [each for each in found.values() if {TRAIN} < set(each.values())]
    return {glob: told for globs in pairs for glob, told in globs.items()}


def _parted(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield (glob, split, other letters) for splits that a name may begin or end with."""
    for form in sorted(_AS_THEY_ARE):
        end, start = name[-len(form) :], name[: len(form)]
        if end.lower() == form and end != name:
            yield f"*{end}", _MEANINGS[form], name.removesuffix(end)
        if start.lower() == form and start != name:
            yield f"{start}*", _MEANINGS[form], name.removeprefix(start)


def folder_split(name: str, augment: Collection[str]) -> str | None:
    """Return the split that a folder is: its own name where that is plain, or asked for."""
    if name in augment or name.lower() in _AS_THEY_ARE:
        return name
    return meaning(name)


def called(value: str | None, augment: Collection[str], column: str = "") -> str:
    """Return the split that a cell of a column means.

    That is its own text where it is asked for, or means none. What splits are numbered by is not
    believed: a person says which are augmented.
    """
    text = (value or NO_SPLIT).strip()
    is_number = text in _NUMBERED and _is_numbered(column)
    told = text if is_number or text in augment else meant(column, text)
    return told if told in augment else _plainly(told) or told


def _plainly(name: str) -> str | None:
    return meaning(name) if read(name).is_plain else None


def are_splits(values: Collection[str]) -> bool:
    """Return whether the values of a column, but for blanks, are names of different splits."""
    meanings = {_meaning_of_cell(value) for value in values if value.strip()}
    return None not in meanings and len(meanings) > 1 and len(values) <= _MOST_VALUES


def columns_of_splits(
    names: Sequence[str], rows: Iterable[Sequence[str | None]]
) -> dict[str, set[str]]:
    """Return column → values where all of them, but for blanks, are names of splits.

    No more rows are read than it takes to know that there is no such column.
    """
    found: dict[int, set[str]] = {at: set() for at in range(len(names))}
    for row in rows:
        for at, seen in list(found.items()):
            cell = meant(names[at], (row[at] or "").strip())
            seen.update([cell] if cell else [])
            if len(seen) > _MOST_VALUES or (cell and _meaning_of_cell(cell) is None):
                del found[at]
        if not found:
            break
    return {names[at]: seen for at, seen in found.items()}


def meant(column: str, cell: str) -> str:
    """Return the split that a cell means: yes or no, where its column asks for one."""
    return _flags(column).get(cell.lower(), cell)


def called_splits(name: str) -> bool:
    """Return whether a column is called as those are in which numbers mean splits."""
    return "1" in _flags(name)


def _is_numbered(name: str) -> bool:
    """Return whether a column is called so that 0, 1 and 2 in it are numbers of splits."""
    return "".join(_LETTERS.findall(name)).lower() in _CALLED_SPLITS


@lru_cache(maxsize=256)
def _flags(name: str) -> Mapping[str, str]:
    """Return what yes and no mean in a column that asks whether a row is of a split.

    Where a column is called as those of splits are, what short forms and numbers mean.
    """
    if _is_numbered(name):
        return _SHORTENED | _NUMBERED
    if name.lower() == "phase":
        return _SHORTENED
    asked = read(name)
    if asked.meaning in (None, DOUBT) or not asked.rest or not _ASKING.issuperset(asked.rest):
        return {}
    other = "test" if asked.meaning == TRAIN else TRAIN
    return dict.fromkeys(_YES, str(asked.meaning)) | dict.fromkeys(_NO, other)


def _meaning_of_cell(value: str) -> str | None:
    """Return what split a cell names, if it names one, such as `PublicTest`, and is no path."""
    found = read(value)
    return found.meaning if found.is_suspicious and not _IN_PATHS.search(value) else None


def augmented(augment: Collection[str], splits: Iterable[str]) -> frozenset[str]:
    """Return which splits may be augmented: those named, and those that mean what is named."""
    return frozenset(s for s in splits if s in augment or _plainly(s) in augment)


def is_augmented(value: str, augment: Collection[str], column: str = "") -> bool:
    """Return whether a cell of a column means a split that may be augmented."""
    return bool(augmented(augment, [called(value, augment, column)]))


_NOT_TOLD: Mapping[str, str] = {}


def check_augmented(
    augment: Sequence[str], splits: Collection[str], lacking: Mapping[str, str] = _NOT_TOLD
) -> None:
    """Raise DoubtError for a split to be augmented that is not there, and why, where told."""
    for index, name in enumerate(augment):
        if not augmented([name], splits):
            known = sorted(filter(None, splits))
            near = did_you_mean(name, known)
            has = few(known, 20) or "none"
            text = f"the dataset has no split {name!r}{near} (it has {has})"
            why = f": {lacking[name]}" if name in lacking else ""
            hint = "name one of them in `augment: [ ]`, or say by `dataset.splits` what is what"
            place = ("dataset", "augment", index)
            raise NO_SUCH_SPLIT.doubt(text + why, hint, "dataset.augment", place).error


def are_paired(readings: Iterable[Reading]) -> bool:
    """Return whether some are alike but for which split they mean."""
    meanings = defaultdict(set)
    for each in readings:
        meanings[each.rest].add(each.meaning)
    return any(len(found) > 1 and TRAIN in found for found in meanings.values())
