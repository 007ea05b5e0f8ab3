"""Everything that can go wrong on purpose.

AugmentError                exit code
├── RecipeError             2   recipe, dataset or command line is wrong; nothing written
├── UsageError              2   the command line asks for what cannot be
├── SettingError            2   one setting does not fit the dataset; becomes a located RecipeError
│   └── DoubtError          2   something of the dataset would have to be guessed, and is asked
├── FindingsError           1   check, verify or a leak guard found something
├── StorageError            4   full, unwritable, or a folder that augment did not make
├── EngineError             4   no process can be started to do the work, or no cluster does it
├── LockedError             5   another run holds the output
├── StoppedError            130/143  stopped by a signal after finishing what was in hand
└── SampleError             –   one sample cannot be used; recorded, never ends a run
    ├── UnreadError         –   the system did not let it be read; that may pass
    ├── StepError           –   a step fails on a copy of it; another draw may do
    │   └── RefusedError    –   a step is not for such a sample, whatever is drawn
    ├── TakenError          –   its output's name is taken by a file of someone else
    └── LostError           –   a process that worked on it was killed
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict

from augcli.plural import several

_SHOWN_PROBLEMS = 50
_SECRETS = re.compile(r"(?<=://)[^@\s/]*:[^@\s]*(?=@)|(?<=\?)[\w%.-]+=[^\s\"']+")
"""Credentials in an address: lines of recipes are shown without them."""
_EXCERPT, _BEFORE = 64, 24
"""Letters of a source line that are shown, and how many before the place at most."""


class AugmentError(Exception):
    """Base of all errors that are not bugs; `exit_code` is what the command ends with."""

    exit_code = 2

    @property
    def lines(self) -> Sequence[str]:
        """Return what to print, line by line."""
        return [f"augment: {self}"]


class Problem(Struct, frozen=True, order=True):
    """One finding with its place; `line` and `column` count from 1, 0 means the whole file."""

    file: str
    line: int
    column: int
    message: str
    severity: str = "error"
    code: str = "recipe"
    source: str = ""
    """The line of the file, where it is at hand."""
    key: str = ""
    """The key of the recipe that settles it, where there is one."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.severity}: {self.code}: {self.message}"

    @property
    def excerpt(self) -> Sequence[str]:
        """Return the source line with a caret under the place, where there is one."""
        start = max(0, self.column - 1 - _BEFORE) if len(self.source) > _EXCERPT else 0
        source = _SECRETS.sub("…", self.source)
        shown = source[start : start + _EXCERPT].rstrip().replace("\t", " ")
        if not shown:
            return ()
        before = sum(map(columns, shown[: self.column - 1 - start]))
        number = f"{self.line:>5}"
        return f"{number} | {shown}", f"{' ' * len(number)} | {' ' * before}^"

    def plain(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        told = {key: value for key, value in asdict(self).items() if key not in ("source", "key")}
        return told | ({"key": self.key} if self.key else {})


def columns(character: str) -> int:
    """Return how many columns of a terminal a character takes."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class RecipeError(AugmentError):
    """A recipe, dataset or command line that cannot be run; carries every problem found."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = sorted(set(problems))
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> Sequence[str]:
        """Return the first problems, each beginning with its place, for editors, and its source."""
        more = len(self.problems) - _SHOWN_PROBLEMS
        rest = [f"augment: {several(more, 'more problem')}"] if more > 0 else []
        shown = self.problems[:_SHOWN_PROBLEMS]
        return [*(line for each in shown for line in (str(each), *each.excerpt)), *rest]


class UsageError(AugmentError):
    """The command line asks for what cannot be."""


class SettingError(AugmentError):
    """A setting that does not fit the dataset; `path` leads to it in the recipe."""

    code = "recipe"
    """Of the finding that it is."""
    key = ""
    """The key that settles it, where one alone does."""

    def __init__(self, path: tuple[str | int, ...], message: str):
        self.path = path
        super().__init__(message)


class Doubt(Struct, frozen=True):
    """What would have to be guessed of a dataset: one sentence, and what settles it."""

    code: str
    sentence: str
    settled_by: str
    """What a person is to say, in words."""
    key: str
    """The key of the recipe that says it, with dots between its parts."""
    at: tuple[str | int, ...]
    """The place in the recipe that it is told at."""
    stops: bool = True
    """Whether a run waits for the answer."""
    guess: Mapping[str, Any] = field(default_factory=dict)
    """The best answer known, as keys of `dataset`."""

    def __str__(self) -> str:
        mark = "" if self.sentence.endswith("?") else ";"
        return f"{self.sentence}{mark} {self.settled_by}"

    @property
    def error(self) -> DoubtError:
        """Return what a run ends with that waits for an answer."""
        return DoubtError(self)

    def problem(self, file: str) -> Problem:
        """Return what to say of it where no run waits for an answer."""
        return Problem(file, 0, 0, str(self), "warning", self.code, key=self.key)


class DoubtError(SettingError):
    """Something of a dataset would have to be guessed: a run waits for a person's answer."""

    def __init__(self, doubt: Doubt):
        super().__init__(doubt.at, str(doubt))
        self.doubt, self.code, self.key = doubt, doubt.code, doubt.key


class FindingsError(AugmentError):
    """A check found something that the user must look at; each argument is a line."""

    exit_code = 1

    def __str__(self) -> str:
        return "\n".join(self.args)

    @property
    def sentence(self) -> str:
        """Return what was found in one line."""
        return "; ".join(map(str.strip, self.args)).replace(":; ", ": ", 1)

    @property
    def lines(self) -> Sequence[str]:
        """Return what was found, line by line."""
        first, *rest = self.args
        return [f"augment: {first}", *rest]


class StorageError(AugmentError):
    """The output cannot be written, or is not ours to write."""

    exit_code = 4


class ExhaustedError(StorageError, MemoryError):
    """There is no memory for a unit."""


class EngineError(AugmentError):
    """No process can be started to do the work, or no cluster does it."""

    exit_code = 4


class LockedError(AugmentError):
    """Another run is writing the same output."""

    exit_code = 5


class StoppedError(AugmentError):
    """A signal ended the run early; what was finished is kept."""

    def __init__(self, signal_number: int, message: str):
        super().__init__(message)
        self.exit_code = 128 + signal_number


class SampleError(AugmentError):
    """One sample cannot be used; the message is the reason that failures.jsonl gives."""

    again = False
    """Whether the next run tries anew although the source is as it was."""


class UnreadError(SampleError):
    """A sample could not be read for a reason that may pass; its bytes say nothing of it."""

    again = True


class PartnerError(SampleError):
    """Another sample, which one was to be mixed with, cannot be used; it has a reason of its own.

    Where it is left out, another one takes its place.
    """

    again = True


class StepError(SampleError):
    """A step fails on what was drawn for a copy; the sample itself is sound."""


class RefusedError(StepError):
    """A step is not for such a sample, whatever is drawn for it."""


class EndedError(StepError):
    """A process ended in which a step was asked, which may not happen the next time."""

    again = True


class TakenError(SampleError):
    """A file that augment did not make has the name of an output."""

    again = True


class LostError(SampleError):
    """A process that worked on a sample was killed."""

    again = True


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'rotate'?` for the nearest known name, or nothing."""
    near = _nearest(name, tuple(known))
    return f"; did you mean {near!r}?" if near else ""


@lru_cache(1000)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    """Return the known name that is most like one; a slip made often is looked up once."""
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.6)), None)
