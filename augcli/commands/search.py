"""`augment search`: which strength, amount or policy helps, told by sources that had no say."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from msgspec import Struct
from msgspec.structs import replace

from augcli.addresses import shown
from augcli.commands.bench import (
    Bench,
    Terms,
    chosen,
    court_of,
    fewer,
    is_dealt,
    of_own_sources,
    panel_of,
)
from augcli.commands.trials import Trial, dropped, trials_of, unlike
from augcli.draws import Draws
from augcli.engines import Engine
from augcli.errors import RecipeError, UsageError
from augcli.judges.judge import Rows
from augcli.judges.nested import OUTER, Choice, Field, Gain, Trials, choice, nested
from augcli.judges.panel import Panel
from augcli.judges.verdict import NONE_CHOSEN, Extent, Opinion, Verdict, verdict
from augcli.recipe import Recipe
from augcli.steps.generating import Generating
from augcli.steps.learned import Learning
from augcli.transform import Transform, walk
from augcli.work.making import Progress

_OF_COPIES = ("copies", "balance", "strength", "steps", "branches", "views", "stages")
"""Keys of a recipe that say how new samples come to be."""
_SEEN = 90
"""Points times √N that accuracy shows in four of five searches: the mean of `visible` in 15, six
trials each on 50 to 200 pictures (28 to 236; of MNIST 75, hand signs 141, clothing 34). Two proved
+5.0 points of 100 and of 200, since the Brier score is tested. Five folds see less than
evaluation's 60: by Nadeau and Bengio's factors 2.49 for 1.39."""


class Budget(NamedTuple):
    """How much is tried."""

    trials: int | None = None
    minutes: float | None = None
    """After half of them no recipe is begun any more; the other half is for the second rung."""
    steps: bool = False
    """Whether the recipe is tried without each of its steps, too."""


class Found(Struct, frozen=True):
    """What a search came to."""

    trials: Sequence[Trial]
    choice: Choice
    verdict: Verdict
    """On the choice itself, by sources that it was made without."""

    @property
    def best(self) -> Trial | None:
        """Return the trial of the best score, if it is above chance."""
        best = self.choice.best
        return next((trial for trial in self.trials if trial.name == best), None)

    @property
    def seeming(self) -> Trial:
        """Return the trial of the best score, above chance or not."""
        gains = self.choice.second
        best = max(gains, key=lambda name: gains[name].goodness.mean)
        return next(trial for trial in self.trials if trial.name == best)

    @property
    def helps(self) -> bool:
        """Return whether the best trial is worth more than no copies."""
        return self.best is not None and self.verdict.verdict == "helps"

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it; differences in points."""
        key = self.verdict.extent.yardstick.key
        first, second = (
            {name: _plain(gain, key) for name, gain in each.items()}
            for each in (self.choice.first, self.choice.second)
        )
        best = self.best.name if self.best else None
        return {**self.verdict.plain(), "best": best, "first_rung": first, "trials": second}


def _plain(gain: Gain, key: str) -> dict[str, Any]:
    return {
        "difference": 100 * gain.accuracy.mean,
        "interval": [100 * gain.accuracy.low, 100 * gain.accuracy.high],
        key: -gain.goodness.mean,
    }


def search(
    recipe: Recipe,
    budget: Budget,
    engine: Engine,
    progress: Progress,
    tell: Callable[[str], object],
) -> Found:
    """Return which of some trials is best, and what choosing it is worth.

    Trials are the recipe at some strengths and amounts, balanced and not, those of RandAugment's
    that pictures have, and with `steps` the recipe without each of its steps. Each is run with one
    copy first, and only those that come to the second rung with all. What was run or scored before
    is kept, so that a search that was ended goes on where it was. `tell` is told beforehand what
    cannot be proved.
    """
    bench = Bench(court_of(recipe), Terms(), engine, progress)
    _refuse(recipe)
    draws = Draws(recipe.seed).at("search")
    first = of_own_sources(_with(recipe, 1), bench)
    every = unlike(trials_of(recipe, steps=budget.steps), first)
    trials = every[: budget.trials]
    panel, names = panel_of(first, recipe), chosen(first, bench.terms, draws)
    tell(limits(len(names)))
    lane = _Lane(trials, names, panel, bench)
    firsts, late = lane.first_rung(budget)
    base = [each.without_copies() for each in next(iter(firsts.values()))]
    groups = [first.originals[name].group for name in names]
    field = Field(base, groups, firsts, lane.arms)
    found = choice(panel, field, np.ones(len(names), bool), draws)
    opinions = nested(panel, field, draws)
    rows = len(found.arms[found.best][0].sources) if found.best else len(names)
    extent = Extent(
        bench.court.sample,
        *(len(names), rows, OUTER, 1, panel.classes),
        yardstick=panel.yardstick,
        groups=len({*groups}),
    )
    notes = [*first.notes, *fewer(first, names), *dropped(trials, every), *late]
    return Found(trials, found, _worth(opinions, extent, notes))


def _worth(opinions: Sequence[Opinion], extent: Extent, notes: Sequence[str]) -> Verdict:
    """Return what choosing is worth, or that nothing was chosen."""
    told = verdict(opinions, extent, notes)
    if told.reason or any(each.goodness.any() for each in opinions):
        return told
    return replace(told, reason=NONE_CHOSEN)


class _Lane(Struct, frozen=True):
    """Trials on their way: what judges see of each, made when it is asked for."""

    trials: Sequence[Trial]
    names: Sequence[str]
    panel: Panel
    bench: Bench

    def first_rung(self, budget: Budget) -> tuple[Trials, list[str]]:
        """Return each family with one copy, and what is to be said of those that are left out."""
        started, found = time.monotonic(), dict[str, Sequence[Rows]]()
        families = {trial.family: trial for trial in self.trials}
        for name, trial in families.items():
            spent = (time.monotonic() - started) / 60
            if found and budget.minutes is not None and spent > budget.minutes / 2:
                break
            found[name] = self._rows(_with(trial.recipe, 1), None)
        count = len(families) - len(found)
        said = f"{count} of {len(families)} kinds of trials were not begun in the time given"
        return found, [said] if count else []

    def arms(self, family: str) -> Trials:
        """Return the trials of a family; all are the first copies of one run."""
        own = [trial for trial in self.trials if trial.family == family]
        most = max(trial.recipe.copies for trial in own)
        return {
            each.name: self._rows(
                _with(each.recipe, most), each.recipe.copies if len(own) > 1 else None
            )
            for each in own
        }

    def _rows(self, recipe: Recipe, copies: int | None) -> list[Rows]:
        """Return what each judge is trained on, with the first so many copies alone."""
        if recipe not in self.bench.kept:
            self.bench.kept[recipe] = of_own_sources(recipe, self.bench)
        seen = self.bench.kept[recipe]
        seen = seen if copies is None else seen.first(copies)
        return [self.panel.rows(seen, self.names, at) for at in range(len(self.panel.judges))]


def _with(recipe: Recipe, copies: int) -> Recipe:
    return recipe.model_copy(update={"copies": copies})


def _refuse(recipe: Recipe) -> None:
    """Raise RecipeError for a recipe that cannot be searched around."""
    if not is_dealt([recipe], court_of(recipe)):
        text = "a search looks at copies of single samples; evaluate this recipe instead"
        raise RecipeError([recipe.problem((), text)])
    if not recipe.copies:
        text = "the most copies that a trial makes are to be told: say `copies: 5`"
        raise RecipeError([recipe.problem(("copies",), text)])


def refuse_elsewhere(recipe: Recipe, target: Path) -> None:
    """Raise UsageError for a place from where a recipe would not find the files beside it."""
    steps = list(walk(recipe.all_steps))
    models = [step.model for step in steps if isinstance(step, Learning)]
    files = chain.from_iterable(step.files for step in steps if isinstance(step, Generating))
    named = [*recipe.plugins, *(each for each in models if isinstance(each, str)), *files]
    if named and target.absolute().parent.resolve() != recipe.folder.resolve():
        text = f"the recipe names {named[0]}, which lies beside it in {recipe.folder}"
        raise UsageError(f"{text}: write {target.name} there")


def written(found: Found, recipe: Recipe) -> str:
    """Return the recipe that a search ends with: the best trial, or no steps without evidence."""
    best = found.best.recipe if found.best and found.helps else None
    text = yaml.safe_dump(told_of(recipe, best), sort_keys=False, allow_unicode=True)
    return "".join(f"# {line}\n" for line in _said(found, recipe)) + text


def told_of(recipe: Recipe, best: Recipe | None) -> dict[str, Any]:
    """Return a recipe as it was written, with what a trial of it has; without one, no copies."""
    written = recipe.as_written.data
    told = {key: value for key, value in written.items() if best or key not in _OF_COPIES}
    for part, place in zip(("dataset", "output"), recipe.places, strict=True):
        told[part] = told[part] | {"path": shown(place)}
    if best:
        told |= {"copies": best.copies, "strength": best.strength, "steps": _steps(best, recipe)}
    if best and best.balance != recipe.balance:
        told |= {"balance": best.balance and best.balance.plain()}
    return {key: value for key, value in told.items() if value is not None}


def _steps(best: Recipe, recipe: Recipe) -> list[Any]:
    """Return the steps of a trial: those of the recipe as they were written there."""
    own = recipe.as_written.at(("steps",)) or ()
    known = {id(step): told for step, told in zip(recipe.steps, own, strict=True)}
    return [known.get(id(step)) or _told(step) for step in best.steps]


def _told(step: Transform) -> dict[str, Any]:
    return {step.name: step.model_dump(mode="json", by_alias=True, exclude_unset=True)}


def limits(sources: int) -> str:
    """Return how small a gain a search seldom proves with so many sources."""
    told = f"with {sources} samples a search seldom proves a gain below some"
    alone = "of the recipe alone `augment evaluate` may prove a smaller one"
    return f"{told} {_SEEN / sources**0.5:.0f} points, and may need more; {alone}"


def _said(found: Found, recipe: Recipe) -> Iterator[str]:
    yield f"Found by augment search among {len(found.trials)} trials."
    if not found.helps:
        seeming, chosen = found.seeming, "" if found.best else " none was chosen,"
        yield f"There is no evidence that any helps;{chosen} the best was {seeming.name}:"
        told = told_of(recipe, seeming.recipe)
        for key in filter(told.__contains__, _OF_COPIES):
            yield f"{key}: {json.dumps(told[key])}"


def table(found: Found) -> Iterator[str]:
    """Yield the trials of both rungs, the best first, with what they seem to gain."""
    choice = found.choice
    width = max(map(len, (*choice.first, *choice.second)))
    yield "first rung, one copy of half of the samples: what trials seem to gain, in points"
    yield from _rung(choice.first, width, "")
    yield ""
    yield "second rung, all of it; the best of many flatters"
    yield from _rung(choice.second, width, found.best.name if found.best else "")


def _rung(gains: Mapping[str, Gain], width: int, best: str) -> Iterator[str]:
    for name, gain in sorted(gains.items(), key=lambda each: -each[1].goodness.mean):
        told = gain.accuracy
        span = f"{100 * told.low:+z.1f} to {100 * told.high:+z.1f}"
        mark = "  chosen" if name == best else ""
        points = f"{100 * told.mean:+z5.1f} ({span})"
        yield f"  {name:{width}}  {points}  tested {gain.goodness.mean:+z.3f}{mark}"
