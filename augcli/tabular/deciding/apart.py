"""Balance methods of other people's, asked on workers that may die of them.

What ends such a worker costs the one thing that was asked for, as a step does that ends it costs
one sample. Methods of ours are asked here.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.errors import EndedError, StepError
from augcli.foreign import is_foreign
from augcli.nearest.points import Points
from augcli.records.keys import key_of
from augcli.requests.spread import Maker, Part, Spread, here
from augcli.rows.tables import packed, unpacked
from augcli.tabular.drawn import Drawn
from augcli.tabular.methods.base import Method
from augcli.tabular.reading.table import Codes, Rows
from augcli.tabular.space import Space
from augcli.tabular.transform import Lots

T = TypeVar("T")
Arrays = Sequence[NDArray[Any]]
Counts = Mapping[str, int]
Found = tuple[list[Drawn], list[str]]
"""What is drawn, and remarks."""


class Form(Struct, Generic[T], frozen=True):
    """How answers are told from one process to another: as plain data and arrays."""

    told: Callable[[T], tuple[Any, Arrays]]
    read: Callable[[Any, Arrays], T]


class Apart(Struct, frozen=True):
    """Asks methods, those of other people's on a worker; they answer, or fail with StepError."""

    spread: Spread = here
    key: str = ""
    """Of the tables, and of all that is asked of them."""

    def goals(self, method: Method, counts: Counts) -> dict[str, int]:
        """Return how many rows each class comes to have."""
        return self._counted(method, "goals", method.goals, counts)

    def targets(self, method: Method, counts: Counts) -> dict[str, int]:
        """Return how many rows each class is to have."""
        return self._counted(method, "targets", method.targets, counts)

    def _counted(
        self, method: Method, name: str, count: Callable[[Counts], dict[str, int]], counts: Counts
    ) -> dict[str, int]:
        answers = self._asked(method, [[name, counts]], lambda _: count(counts), _COUNTS)
        return only(answers)

    def drawn(
        self, method: Method, space: Space, wanted: Counts
    ) -> Iterator[tuple[str, Found | StepError]]:
        """Yield what is drawn of each class, so many rows, or why the method fails on it."""
        seen = _seen_by(method, space)

        def draw(item: Sequence[Any]) -> Found:
            _, label, count = item
            drawn, notes = method.draw(seen, label, count)
            if seen is not space:
                notes = [*notes, *seen.notes]
                seen.notes.clear()
            return drawn, notes

        asked = [["draw", label, count] for label, count in wanted.items()]
        answers = self._asked(method, asked, draw, _FOUND, [space.rows])
        yield from zip(wanted, answers, strict=True)

    def surplus(self, method: Method, space: Space, label: str, count: int) -> Rows:
        """Return the places of so many rows of a class that are left out."""
        seen, asked = _seen_by(method, space), [["surplus", label, count]]
        answers = self._asked(
            method, asked, lambda _: method.surplus(seen, label, count), _ROWS, [space.rows]
        )
        return only(answers)

    def unclean(self, method: Method, points: Points, classes: Codes) -> Rows:
        """Return the places of the rows that are left out for what they are."""
        about: Arrays = [points.numbers, points.codes, classes]
        answers = self._asked(
            method, [["unclean"]], lambda _: method.unclean(points, classes), _ROWS, about
        )
        return only(answers)

    def _asked(
        self,
        method: Method,
        asked: Sequence[Sequence[Any]],
        answer: Callable[[Sequence[Any]], T],
        form: Form[T],
        about: Arrays = (),
    ) -> Iterator[T | StepError]:
        """Yield the answer to each of what is asked, or why there is none."""
        if not is_foreign(type(method)):
            yield from (_tried(answer, each) for each in asked)
            return
        told = [method.model_dump(mode="json"), method.revision, *map(_digest, about)]
        key = key_of({}, told, self.key)
        for part in self.spread(key, _answering(answer, form), [asked]):
            yield from _answers(method, part, form)


def only(answers: Iterator[T | StepError]) -> T:
    """Return the one answer; raises StepError where there is none."""
    (answer,) = answers
    if isinstance(answer, StepError):
        raise answer
    return answer


def _seen_by(method: Method, space: Space) -> Space:
    """Return the rows as a method sees them: on a worker, where no work is shared out."""
    return replace(space, spread=here, notes=[]) if is_foreign(type(method)) else space


def _tried(answer: Callable[[Sequence[Any]], T], asked: Sequence[Any]) -> T | StepError:
    try:
        return answer(asked)
    except StepError as error:
        return error


def _answering(answer: Callable[[Sequence[Any]], T], form: Form[T]) -> Maker:
    """Return what makes a block of the answers to what is asked."""

    def made(asked: Sequence[Any], begin: Callable[[int], None]) -> bytes:
        told, payload = [], io.BytesIO()
        for place, each in enumerate(asked):
            begin(place)
            found = _tried(answer, each)
            failed = isinstance(found, StepError)
            plain, arrays = (str(found), ()) if isinstance(found, StepError) else form.told(found)
            told.append([failed, plain, len(arrays)])
            for array in arrays:
                np.save(payload, array, allow_pickle=False)
        return packed(told, payload.getvalue())

    return made


def _answers(method: Method, part: Part, form: Form[T]) -> Iterator[T | StepError]:
    """Yield the answers of a block, or that a worker was lost on each."""
    if part.made is None:
        yield from (EndedError(f"method {method.name!r}: {part.loss}") for _ in part.items)
        return
    told, payload = unpacked(part.made())
    file = io.BytesIO(payload)
    for failed, plain, count in told:
        arrays = [np.load(file, allow_pickle=False) for _ in range(count)]
        yield StepError(plain) if failed else form.read(plain, arrays)


def _digest(array: NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


_ARRAYS = ("base", "copy", "partner", "gap", "votes", "categories")
"""What a draw has for each row, as far as it has it."""


def _told(found: Found) -> tuple[Any, Arrays]:
    """Return what is drawn as plain data and arrays."""
    arrays: list[NDArray[Any]] = []
    plain = []
    for drawn in found[0]:
        own = {name: getattr(drawn, name) for name in _ARRAYS}
        own = {name: np.asarray(array) for name, array in own.items() if array is not None}
        noise = None if drawn.noise is None else drawn.noise.params
        arrays += [*own.values(), *(noise or {}).values()]
        spread = [[index, float(width)] for index, width in drawn.spread.items()]
        plain.append([drawn.method, drawn.label, [*own], noise and [*noise], spread])
    return [plain, [*map(str, found[1])]], arrays


def _drawn(told: Any, arrays: Arrays) -> Found:
    """Return what was told as drawn."""
    plain, notes = told
    left = iter(arrays)
    drawn = []
    for method, label, names, noises, spread in plain:
        own: dict[str, Any] = {name: next(left) for name in names}
        noise = noises and Lots.of({name: next(left) for name in noises}, len(own["base"]))
        drawn.append(Drawn(method, label, **own, noise=noise, spread=dict(spread)))
    return drawn, notes


def _counted(counts: Counts) -> tuple[Any, Arrays]:
    return dict(counts), ()


_COUNTS: Form[dict[str, int]] = Form(_counted, lambda told, _: told)
_ROWS: Form[Rows] = Form(lambda rows: (None, [rows]), lambda _, arrays: arrays[0])
_FOUND: Form[Found] = Form(_told, _drawn)
