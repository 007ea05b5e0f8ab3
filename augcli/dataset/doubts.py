"""What a person is asked of a dataset rather than that it is guessed: each doubt, declared once.

A run stops at a doubt and names the key that settles it, `check` tells it by its code, and `init`
writes it beside its best guess. One that stops no run is a warning in all three.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from augcli.errors import Doubt

_NOTHING: Mapping[str, Any] = {}


class Question(Struct, frozen=True):
    """A kind of doubt, which `checks/findings.md` tells of."""

    code: str
    """What it is called in a line of `check`, in `--explain` and in a suppression."""
    stops: bool = True
    """Whether a run waits for the answer."""

    def doubt(
        self,
        sentence: str,
        settled_by: str,
        key: str,
        at: tuple[str | int, ...] | None = None,
        guess: Mapping[str, Any] = _NOTHING,
    ) -> Doubt:
        """Return that it is asked; it is told at the key that settles it, or at another one."""
        place = at or tuple(key.split("."))
        return Doubt(self.code, sentence, settled_by, key, place, self.stops, guess)


UNCLEAR_SPLITS = Question("unclear-splits")
UNUSED_SPLITS = Question("unused-splits")
NO_SUCH_SPLIT = Question("no-such-split")
UNNAMED_LABELS = Question("unnamed-labels")
UNCLEAR_SAMPLES = Question("unclear-samples")
UNCLEAR_FORMAT = Question("unclear-format")
UNCLEAR_PAIRS = Question("unclear-pairs")
UNCLEAR_WORDS = Question("unclear-words")
OTHER_KIND = Question("other-kind")
WITHIN_CLASS = Question("within-class", stops=False)
WITHIN_NAMES = Question("within-names", stops=False)
SEVERAL_TASKS = Question("several-tasks", stops=False)
UNCLEAR_AXES = Question("unclear-axes", stops=False)
POINTS_OF_SERIES = Question("points-of-series", stops=False)
GROUPS_APART = Question("groups-apart", stops=False)
NO_AMOUNT = Question("no-amount", stops=False)

QUESTIONS = (
    *(UNCLEAR_SPLITS, UNUSED_SPLITS, NO_SUCH_SPLIT, UNNAMED_LABELS, UNCLEAR_SAMPLES),
    *(UNCLEAR_FORMAT, UNCLEAR_PAIRS, UNCLEAR_WORDS, OTHER_KIND, WITHIN_CLASS, WITHIN_NAMES),
    *(SEVERAL_TASKS, UNCLEAR_AXES, POINTS_OF_SERIES, GROUPS_APART, NO_AMOUNT),
)
