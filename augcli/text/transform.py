"""What all text transforms share: params are edits, and applying them is pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias

from augcli.draws import Draws, ManyDraws
from augcli.foreign import derived_from
from augcli.params import rounded_many
from augcli.ranges import Constant, Real, Spread
from augcli.text.edits import Edit, check_edits, edited
from augcli.text.words import Document
from augcli.transform import Params, Transform, walk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Sizes: TypeAlias = "NDArray[np.int64]"
"""What draws hang on of many texts, a row for each."""
Draft = Callable[[int, Document], Params]
"""Gives the params of one of many texts, from its place and itself."""

MODEL_FOLDER = "model folder"
"""Marks fields that name the folder of a language model."""


@derived_from
class TextTransform(Transform):
    """A transform of texts: `make_params(draws, document)`, then the pure `apply`."""

    kind: ClassVar[str] = "text"
    revision: ClassVar[int] = 5
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

    def sizes(self, document: Document) -> Sequence[int]:
        """Return what `draft` hangs on of a text, equally much of each."""
        return ()

    def draft(self, draws: ManyDraws, sizes: Sizes) -> Draft:
        """Return what gives of each of many texts what `make_params` does.

        Steps that have a `draft` of their own draw for all texts at once.
        """
        return lambda place, document: self.make_params(draws.one(place), document)

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

    def counts(self, draws: ManyDraws, words: Sizes) -> Sizes:
        """Return the same of many texts with so many words."""
        return counts_of(shares(self.alpha, draws, "alpha"), words)


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
    return draws.value(name, spread)


def shares(spread: Spread, draws: ManyDraws, name: str) -> Any:
    """Return the same of many: an array, or the one number that is always the same."""
    if isinstance(spread, Constant):
        return spread.value
    return rounded_many(spread.draw_many(draws.at(name)))


def counts_of(alphas: Any, words: Sizes) -> Sizes:
    """Return max(1, ⌊alpha · words⌋) of many texts."""
    import numpy as np

    counts: Sizes = np.maximum(1, (alphas * words).astype(np.int64))
    return counts
