"""Promises of steps of all kinds: what is declared, what is drawn, and that nothing else counts."""

from __future__ import annotations

import importlib
import inspect
import json
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from augcli.draws import Draws, ManyDraws
from augcli.errors import SampleError, StepError
from augcli.steps.learned import Learning, Model
from augcli.steps.recorded import check_steps
from augcli.transform import Chooser, Params, Transform, declared_range, own_fields

_NONSENSE: tuple[Any, ...] = (1e9, -1e9, float("nan"), 10**400, "much", None, [0.1, 0.2], {})
"""What no number in params is."""
_DRAWS = 12
_HUGE = 1e6


class Breach(NamedTuple):
    """A promise that a step breaks."""

    promise: str
    told: str


class Trial(ABC):
    """How steps of a kind are tried: on samples of its own."""

    @abstractmethod
    def params(self, step: Any, draws: Draws) -> Any:
        """Return what a step draws for the sample, whose stream is given."""

    @abstractmethod
    def made(self, step: Any, params: Any) -> bytes:
        """Return what a step makes of the sample by params, as bytes that tell all of it."""

    def again(self, params: Any) -> Any:
        """Return params as they are read where they were recorded; ValueError if they cannot be."""
        read = json.loads(json.dumps(params, allow_nan=False))
        if read != params:
            text = "they come back from JSON as others: give lists, texts and plain numbers"
            raise ValueError(text)
        return read

    def recorded(self, step: Any, params: Any) -> Iterator[str]:
        """Yield how records of params would be followed otherwise than is declared."""
        check_steps(type(step), [step.told(params)])
        yield from taken_nonsense(type(step), params)

    @abstractmethod
    def more(self, step: Any) -> Iterator[Breach]:
        """Yield which promises of the kind's own a step breaks."""


def stream(seed: int) -> Draws:
    """Return a stream of its own for each number."""
    return Draws(seed).at("sample")


def breaches(cls: type[Transform], given: Mapping[str, Any] | None = None) -> Iterator[Breach]:
    """Yield which promises a step breaks; `given` are parameters that it does not do without."""
    yield from _declared(cls)
    if issubclass(cls, Chooser) or cls.mixes:
        return
    told = _needed(cls) | dict(given or {})
    missing = [each for each in own_fields(cls) if _is_needed(cls, each) and each not in told]
    if missing:
        text = f"give `{missing[0]}` a default, or say `examples=[…]`: nobody can try it otherwise"
        yield Breach("is documented", text)
        return
    if issubclass(cls, Learning):
        blank = Model.of(cls.name, cls.learner().revision, "", cls.learner().blank())
        told = {"model": blank} | told
    trial = _trial_of(cls.kind)
    step = cls.model_validate(told)
    for promise, check in _CHECKS.items():
        yield from seen(promise, partial(check, trial, step, told))
    yield from seen("takes what there is", partial(trial.more, step))


def seen(promise: str, check: Callable[[], Iterator[Any]]) -> Iterator[Breach]:
    """Yield what a check finds; what it trips over is a breach as well."""
    try:
        for found in check():
            yield found if isinstance(found, Breach) else Breach(promise, found)
    except (SampleError, ValueError, TypeError) as error:
        yield Breach(promise, f"{type(error).__name__}: {error}")


def _trial_of(kind: str) -> Trial:
    """Return how steps of a kind are tried; its module is imported when it is needed."""
    trial: Trial = importlib.import_module(f"augcli.contract.{kind}").TRIAL
    return trial


def _declared(cls: type[Transform]) -> Iterator[Breach]:
    """Yield what a declaration lacks."""
    if not inspect.getdoc(cls) or inspect.getdoc(cls) == inspect.getdoc(cls.__mro__[1]):
        yield Breach("is documented", "it has no docstring of its own: say what it does, in units")
    for field in own_fields(cls):
        declared = declared_range(cls, field)
        about = declared.about if declared else cls.model_fields[field].description
        if not about and field != "steps":
            yield Breach("is documented", f"`{field}` has no description")


def _is_needed(cls: type[Transform], field: str) -> bool:
    return cls.model_fields[field].is_required()


def _needed(cls: type[Transform]) -> dict[str, Any]:
    """Return values of parameters without a default, from their examples."""
    fields = ((name, cls.model_fields[name]) for name in own_fields(cls))
    return {name: each.examples[0] for name, each in fields if each.is_required() and each.examples}


def _are_plain(trial: Trial, step: Transform, _told: Params) -> Iterator[str]:
    params = trial.params(step, stream(0))
    trial.again(params)
    yield from trial.recorded(step, params)


def taken_nonsense(cls: type[Transform], params: Params) -> Iterator[str]:
    """Yield which numbers of a record would be followed that cannot be, or not told by name."""
    for field in set(own_fields(cls)) & params.keys() - cls.lists:
        for odd in _NONSENSE if declared_range(cls, field) else ():
            try:
                check_steps(cls, [cls.told(params | {field: odd})])
            except SampleError as error:
                if f"{cls.name}.{field}" in str(error):
                    continue
            yield f"a record with {field} {odd!r} would be followed"


def _hang_on_names(trial: Trial, step: Transform, _told: Params) -> Iterator[str]:
    alone = [*map(stream, range(_DRAWS))]
    with other_chance(1):
        first = [_text(trial, trial.params(step, each)) for each in alone]
    with other_chance(2):  # as they are drawn in a run: those of a chunk share their work
        again = [_text(trial, trial.params(step, each)) for each in ManyDraws.of(alone)]
    if first != again:
        yield "two draws from one stream differ: draw from `draws` alone"
    if step.spreads and len({*first}) == 1:
        yield "all samples get the same params although there are ranges to draw from"


def _text(trial: Trial, params: Any) -> str:
    return repr(trial.again(params))


def _alone_tell(trial: Trial, step: Transform, _told: Params) -> Iterator[str]:
    """Yield how else than by params, as they were recorded, an output is determined."""
    params = trial.params(step, stream(3))
    try:
        with other_chance(1):
            first = trial.made(step, params)
        with other_chance(2):
            second = trial.made(step, trial.again(params))
    except SampleError as error:
        if isinstance(error, StepError) and error.__cause__:
            raise
        return  # it refuses this sample
    if first != second:
        yield "the same params made two outputs: draw nothing in apply, and look at no field there"


def _bear_their_ends(trial: Trial, step: Transform, told: Params) -> Iterator[str]:
    """Yield which ends of a range no output can be made at."""
    for field in own_fields(type(step)):
        declared = declared_range(type(step), field)
        ends = (declared.low, declared.high) if declared else ()
        for end in (each for each in ends if abs(each) <= _HUGE):
            at_end = type(step).model_validate(told | {field: end})
            try:
                trial.made(at_end, trial.params(at_end, stream(0)))
            except StepError as error:
                if error.__cause__:
                    yield f"{field} {end:g}, an end of its range: {error}"


_CHECKS: Mapping[str, Callable[[Trial, Any, Params], Iterator[str]]] = {
    "params are plain, and records of them are looked at": _are_plain,
    "draws hang on names alone": _hang_on_names,
    "params alone determine the output": _alone_tell,
    "ends of ranges can be had": _bear_their_ends,
}


@contextmanager
def other_chance(seed: int) -> Iterator[None]:
    """Have whoever asks Python or NumPy for chance get some that hangs on a seed."""
    python, numpy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
