"""What all text transforms share: params are edits, and applying them is pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from augcli.draws import Draws
from augcli.foreign import derived_from
from augcli.params import rounded
from augcli.ranges import Constant, Real, Spread
from augcli.text.edits import Edit, check_edits, edited
from augcli.text.words import Document
from augcli.transform import Params, Transform, walk

MODEL_FOLDER = "model folder"
"""Marks fields that name the folder of a language model."""


@derived_from
class TextTransform(Transform):
    """A transform of texts: `make_params(draws, document)`, then the pure `apply`."""

    kind: ClassVar[str] = "text"
    revision: ClassVar[int] = 3
    needs_words: ClassVar[bool] = False
    """Whether it changes nothing where the lexicon has no word of the text."""
    asks_class: ClassVar[bool] = False
    """Whether its params depend on the class."""
    recommends: ClassVar[str | None] = None
    """Whose authors recommend how many copies to make, where none are asked for."""

    def make_params(self, draws: Draws, facts: Document) -> Params:
        """Return the edits of one output from its draws and the text before this step."""
        return {"edits": self.edits(draws, facts)}

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return what is to be changed, in ascending order."""
        raise NotImplementedError

    @classmethod
    def apply(cls, document: Document, params: Params) -> Document:
        """Return the text that these params make of another."""
        return edited(document, params["edits"])

    @classmethod
    def checked(cls, method: str, told: Sequence[Any], made: Any) -> Any:
        """Return what a method of someone else's step made; edits are looked at."""
        made = super().checked(method, told, made)
        if method == "make_params" and "edits" in made:
            check_edits(made["edits"], len(told[1].text))
        elif method == "edits":
            check_edits(made, len(told[1].text))
        return made


class Share(TextTransform):
    """A transform of a share of the words."""

    alpha: Annotated[
        Spread, Real(0, 1, "share of the words; at least one is changed", neutral=0)
    ] = Constant(0.1)

    def count(self, draws: Draws, document: Document) -> int:
        """Return max(1, ⌊alpha · words⌋)."""
        return max(1, int(share(self.alpha, draws, "alpha") * len(document.words)))


def needs_words(steps: Sequence[Transform]) -> bool:
    """Return whether a step wants synonyms."""
    return any(step.needs_words for step in _text_steps(steps))


def recommending(steps: Sequence[Transform]) -> str | None:
    """Return whose authors recommend how many copies to make with these steps, if any do."""
    return next((step.recommends for step in _text_steps(steps) if step.recommends), None)


def _text_steps(steps: Sequence[Transform]) -> Iterator[TextTransform]:
    return (step for step in walk(steps) if isinstance(step, TextTransform))


def share(spread: Spread, draws: Draws, name: str) -> float:
    """Return a drawn number by its name; one that is always the same costs no draw."""
    if isinstance(spread, Constant):
        return spread.value
    return rounded(spread.draw(draws.at(name)))


def picked(draws: Draws, count: int, wanted: int) -> list[tuple[int, Draws]]:
    """Return so many different numbers below `count`, in random order, each with a stream."""
    if wanted == 1 and count:  # as below, where most steps need no more
        return [draws.at(0).parted(count)]
    found: list[tuple[int, Draws]] = []
    pool: dict[int, int] = {}
    for step in range(min(wanted, count)):
        gap, rest = draws.at(step).parted(count - step)
        place = step + gap
        found.append((pool.get(place, place), rest))
        pool[place] = pool.get(step, step)
    return found


def one_of(draws: Draws, items: Any) -> Any:
    """Return one item, each equally likely."""
    return items[draws.integer(0, len(items) - 1)]
