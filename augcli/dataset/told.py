"""What a recipe tells of splits by `dataset.splits`, and what it has to where names do not do."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from augcli.dataset.doubts import UNCLEAR_FORMAT, UNCLEAR_SPLITS, UNUSED_SPLITS
from augcli.dataset.globs import any_of
from augcli.dataset.splits import are_splits
from augcli.errors import DoubtError, SettingError, did_you_mean
from augcli.plural import few
from augcli.settings.base import DatasetSettings

IGNORE, CLASS = "ignore", "class"


class Told:
    """The recipe's `dataset.splits`."""

    def __init__(self, settings: DatasetSettings):
        self._rules = [(key, any_of([key]), each) for key, each in settings.splits.items()]

    def __bool__(self) -> bool:
        """Return whether anything is told at all."""
        return bool(self._rules)

    def __call__(self, path: str) -> str | None:
        """Return what is told of a file or folder itself, not of those around it."""
        name = path.rpartition("/")[2]
        for key, rule, told in self._rules:
            if rule.fullmatch(path if "/" in key else name):
                return told
        return None

    def check(self, paths: Collection[str]) -> None:
        """Raise SettingError for a rule that is about none of these files and folders.

        What is told to be no split may be a column, too, and settles nothing if there is none.
        """
        names = sorted({each.rpartition("/")[2] for each in paths})
        for key, rule, told in self._rules:
            known = paths if "/" in key else names
            if told != CLASS and not any(map(rule.fullmatch, known)):
                text = f"nothing in the dataset is called {key!r}{did_you_mean(key, known)}"
                raise SettingError(("dataset", "splits", key), text)


def refuse_unnamed(
    settings: DatasetSettings, found: Iterable[tuple[str, Mapping[str, Collection[str]]]]
) -> None:
    """Raise SettingError for a column of splits that nobody named, unless it is told to be none.

    `found` are (split, column → values): of a file, or of the samples of one split. A column that
    says no more than names of files and folders do is none.
    """
    told = Told(settings)
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    for split, columns in found:
        for name, some in columns.items():
            values[split, name].update(some)
    for (_, name), each in values.items():
        if are_splits(each) and told(name) != CLASS:
            key, says = quoted(name), few(sorted(filter(None, each)))
            text = f"column {name!r} names splits ({says}), but nothing is held out by it"
            hint = f"say `split: {key}` under `dataset`, or `splits: {{{key}: {CLASS}}}`"
            raise UNUSED_SPLITS.doubt(text, f"{hint} if it is not of splits", "dataset.split").error


def doubtful(text: str, example: Mapping[str, str]) -> DoubtError:
    """Return the error that says what is in doubt of splits, and what may settle it."""
    keys = (path if "*" in path else path.rpartition("/")[2] for path in example)
    pairs = zip(map(quoted, keys), example.values(), strict=True)
    told = ", ".join(f"{key}: {each}" for key, each in pairs)
    hint = f"say what is what by `dataset.splits`, such as {{{told}}}"
    words = "train, val, test, another name, ignore, or class for what is no split"
    return UNCLEAR_SPLITS.doubt(text, f"{hint} ({words})", "dataset.splits").error


def quoted(key: str) -> str:
    """Return a name as a key of a recipe."""
    plain = re.fullmatch(r"[A-Za-z][\w.-]*", key)
    return key if plain else json.dumps(key, ensure_ascii=False)


def unlike(splits: Sequence[str], others: Sequence[str]) -> str:
    """Say which look like splits, and which beside them do not."""
    look, them = ("looks like a split", "it") if len(splits) == 1 else ("look like splits", "them")
    do = "does" if len(others) == 1 else "do"
    return f"{few(splits)} {look} but {few(others)} beside {them} {do} not"


def refuse_again(within: Mapping[str | None, Collection[tuple[str, ...]]]) -> None:
    """Raise DoubtError where a class has folders within that are called as all other classes.

    `within` has, by classes, which folder each of theirs is in, if any.
    """
    for name, folders in within.items():
        inner = sorted({each for folder in folders for each in folder})
        if len(inner) > 1 and {*inner} == within.keys() - {name}:
            text = f"{name}/ has folders of the same names as those beside it ({few(inner)})"
            hint = "let `path` lead to the classes, or leave one of both out by `exclude`"
            raise UNCLEAR_FORMAT.doubt(text, f"{hint} under `dataset`", "dataset.exclude").error
