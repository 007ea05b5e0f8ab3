"""`augment search`: which strength, amount or policy helps, told by sources that had no say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

import yaml

from augcli.commands.bench import (
    Bench,
    Terms,
    chosen,
    court_of,
    fewer,
    is_dealt,
    of_own_sources,
)
from augcli.draws import Draws
from augcli.engines import Engine
from augcli.errors import RecipeError
from augcli.judges.gather import Material
from augcli.judges.judge import Rows
from augcli.judges.nested import Gain, best_of, gains, nested
from augcli.judges.verdict import Extent, Verdict, verdict
from augcli.recipe import Recipe
from augcli.transform import catalogue
from augcli.work.making import Progress

_AMOUNTS = (1, 2, 5)
"""Copies; fewer of a run are the first of it."""
_STRENGTHS = (1.0, 0.5)
_POLICIES = tuple((n, m) for n in (1, 2) for m in (5, 9, 14))
"""How many steps a policy takes at what magnitude, for policies that say both."""
_OUTER = 5


@dataclass(frozen=True)
class Trial:
    """A recipe that may be better than none, or than others."""

    name: str
    recipe: Recipe

    def whole(self, copies: int) -> Recipe:
        """Return its recipe with so many copies, of which it takes the first."""
        return self.recipe.model_copy(update={"copies": copies})


@dataclass(frozen=True)
class Found:
    """What a search came to."""

    gains: Mapping[str, Gain]
    best: Trial | None
    """The one of the best score, if it is above chance."""
    verdict: Verdict
    """On the choice itself, by sources that it was made without."""

    @property
    def helps(self) -> bool:
        """Return whether the best trial is worth more than no copies."""
        return self.best is not None and self.verdict.verdict == "helps"

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it; differences in points of accuracy."""
        trials = {
            name: {
                "difference": 100 * gain.accuracy.mean,
                "interval": [100 * gain.accuracy.low, 100 * gain.accuracy.high],
                "brier": -gain.goodness.mean,
            }
            for name, gain in self.gains.items()
        }
        best = self.best.name if self.best else None
        return {**self.verdict.plain(), "best": best, "trials": trials}


def search(recipe: Recipe, count: int, *, steps: bool, engine: Engine, progress: Progress) -> Found:
    """Return which of some trials is best, and what choosing it is worth.

    Trials are the recipe at some strengths and amounts, those of RandAugment's that pictures have,
    and with `steps` the recipe without each of its steps.
    """
    bench = Bench(court_of(recipe), Terms(), engine, progress)
    _refuse(recipe)
    trials = list(islice(trials_of(recipe, steps=steps), count))
    seen = _materials(trials, bench)
    first = seen[trials[0].whole(recipe.copies)]
    draws = Draws(recipe.seed).at("search")
    names, judges = chosen(first, bench.terms, draws), bench.court.judges
    base = [first.rows(names, at, first.classes).without_copies() for at in range(len(judges))]
    arms = {each.name: _rows(seen[each.whole(recipe.copies)], each, names) for each in trials}
    groups = [first.originals[name].group for name in names]
    found = gains(judges, base, arms, groups, draws)
    best_name = best_of(found)
    opinions = nested(judges, base, arms, groups, draws)
    rows = len(arms[best_name][0].sources) if best_name else len(names)
    extent = Extent(bench.court.sample, len(names), rows, _OUTER, 1, first.classes)
    best = next((trial for trial in trials if trial.name == best_name), None)
    return Found(found, best, verdict(opinions, extent, [*first.notes, *fewer(first, names)]))


def _materials(trials: Sequence[Trial], bench: Bench) -> dict[Recipe, Material]:
    """Return what judges see of each trial with the most copies, run once where they differ so."""
    most = max(trial.recipe.copies for trial in trials)
    return {each: of_own_sources(each, bench) for each in {t.whole(most): None for t in trials}}


def _rows(seen: Material, trial: Trial, names: Sequence[str]) -> list[Rows]:
    few = seen.first(trial.recipe.copies)
    return [few.rows(names, at, seen.classes) for at in range(len(seen.court.judges))]


def trials_of(recipe: Recipe, *, steps: bool) -> Iterator[Trial]:
    """Yield the recipe as it is, then what may be better."""
    amounts = sorted({*(each for each in _AMOUNTS if each <= recipe.copies), recipe.copies})
    for strength in _STRENGTHS:
        milder = recipe.model_copy(update={"strength": recipe.strength * strength})
        for copies in reversed(amounts):
            name = f"strength {milder.strength:g}, {copies} copies"
            yield Trial(name, milder.model_copy(update={"copies": copies}))
    every = catalogue(recipe.dataset.kind).values()
    policies = (each for each in every if {"n", "m"} <= each.model_fields.keys())
    for policy, (n, m) in product(policies, _POLICIES):
        alone = (policy.model_validate({"n": n, "m": m}),)
        yield Trial(f"{policy.name} n {n}, m {m}", recipe.model_copy(update={"steps": alone}))
    for at, step in enumerate(recipe.steps if steps else ()):
        others = recipe.steps[:at] + recipe.steps[at + 1 :]
        name = f"without {step.id or step.name}"
        yield Trial(name, recipe.model_copy(update={"steps": others}))


def _refuse(recipe: Recipe) -> None:
    """Raise RecipeError for a recipe that cannot be searched around."""
    if not is_dealt([recipe], court_of(recipe)):
        text = "a search looks at copies of single samples; evaluate this recipe instead"
        raise RecipeError([recipe.problem((), text)])
    if not recipe.copies:
        text = "the most copies that a trial makes are to be told: say `copies: 5`"
        raise RecipeError([recipe.problem(("copies",), text)])


def written(found: Found, recipe: Recipe) -> str:
    """Return the recipe that a search ends with: the best trial, or no steps without evidence."""
    best = found.best.recipe if found.best and found.helps else None
    told: dict[str, Any] = {"version": 1, "seed": recipe.seed}
    for part, path in (("dataset", recipe.input), ("output", recipe.output_folder)):
        said = getattr(recipe, part).model_dump(mode="json", by_alias=True, exclude_unset=True)
        told[part] = said | {"path": str(path)}
    if best:
        told |= {"copies": best.copies, "strength": best.strength, "steps": _steps(best)}
    text = yaml.safe_dump(told, sort_keys=False, allow_unicode=True)
    return "".join(f"# {line}\n" for line in _said(found)) + text


def _steps(recipe: Recipe) -> list[dict[str, Any]]:
    return [
        {step.name: step.model_dump(mode="json", by_alias=True, exclude_unset=True)}
        for step in recipe.steps
    ]


def limits(sources: int) -> str:
    """Return what a search cannot prove with so many sources: as found on digits and photos."""
    return f"with {sources} samples a gain below some {60 / sources**0.5:.0f} points is not proved"


def _said(found: Found) -> Iterator[str]:
    yield f"Found by augment search among {len(found.gains)} trials."
    if found.best is None or found.helps:
        return
    yield f"There is no evidence that any helps; the best was {found.best.name}:"
    yield f"steps: {json.dumps(_steps(found.best.recipe))}"


def table(found: Found) -> Iterator[str]:
    """Yield the trials, the best first, with what they seem to gain."""
    yield "what trials seem to gain by themselves, in points of accuracy; the best of many flatters"
    width = max(map(len, found.gains))
    ordered = sorted(found.gains.items(), key=lambda each: -each[1].goodness.mean)
    for name, gain in ordered:
        span = f"{100 * gain.accuracy.low:+.1f} to {100 * gain.accuracy.high:+.1f}"
        mark = "  chosen" if found.best and name == found.best.name else ""
        points = f"{100 * gain.accuracy.mean:+5.1f} ({span})"
        yield f"  {name:{width}}  {points}  Brier {-gain.goodness.mean:+.3f}{mark}"
