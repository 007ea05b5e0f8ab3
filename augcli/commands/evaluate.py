"""`augment evaluate`: does this recipe help on this data? Measured, with what could be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from augcli.commands.anew import judged_anew
from augcli.commands.bench import (
    Bench,
    Terms,
    chosen,
    court_for,
    fewer,
    is_dealt,
    material,
    of_own_sources,
    panel_of,
)
from augcli.commands.trials import without_each
from augcli.draws import Draws
from augcli.engines import Engine
from augcli.errors import RecipeError
from augcli.judges.curves import Curve
from augcli.judges.gather import Material
from augcli.judges.judge import Numbers, Rows
from augcli.judges.panel import Panel
from augcli.judges.verdict import Extent, Opinion, Verdict, verdict
from augcli.recipe import Recipe
from augcli.work.making import Progress

_QUICK_REPEATS = 4


def evaluate(
    recipe: Recipe, against: Recipe | None, terms: Terms, engine: Engine, progress: Progress
) -> Verdict:
    """Return whether copies by a recipe make learners better than none, or than another's.

    Copies whose bytes hang on their source, seed and number alone are made once: they are those
    that every training fold would get. A source is held out with all of its copies. Where samples
    are mixed, or rows are made from neighbours, the recipe is run anew on every training set.
    So it is for a program of the user's own.
    """
    return _judged(recipe, against, Bench(court_for(recipe, terms), terms, engine, progress))


def ablate(
    recipe: Recipe, terms: Terms, engine: Engine, progress: Progress
) -> Iterator[tuple[str, Verdict]]:
    """Yield each step, and whether the recipe is better with it than without it alone."""
    bench = Bench(court_for(recipe, terms), terms, engine, progress)
    if terms.program is None and is_dealt([recipe], bench.court):
        bench.kept[recipe] = material(recipe, bench)
    for name, without in without_each(recipe):
        yield name, _judged(recipe, without, bench)


def _judged(recipe: Recipe, against: Recipe | None, bench: Bench) -> Verdict:
    arms = [recipe, *([against] if against else [])]
    if bench.terms.program is None and is_dealt(arms, bench.court):
        return _in_folds(recipe, against, bench)
    return judged_anew(recipe, against, bench)


def _in_folds(recipe: Recipe, against: Recipe | None, bench: Bench) -> Verdict:
    """Return the verdict on copies that are made once: sources are held out in folds."""
    after = of_own_sources(recipe, bench)
    before = of_own_sources(against, bench) if against else None
    draws, terms = Draws(recipe.seed).at("evaluate"), bench.terms
    names = chosen(after, terms, draws)
    if against and before:
        _refuse_others(against, before, after, names)
    panel = panel_of(after, recipe)
    rows = _rows(panel, after, names)
    base = _rows(panel, before, names) if before else [each.without_copies() for each in rows]
    groups = [after.originals[name].group for name in names]
    folds = max(2, min(terms.folds or bench.court.folds, count := len({*groups})))
    usual = min(bench.court.repeats, _QUICK_REPEATS) if terms.quick else bench.court.repeats
    repeats = 1 if folds == count else terms.repeats or usual  # one by one, they are dealt one way
    parts = panel.partitions(rows[0], groups, folds, repeats, draws.at("folds"))
    opinions = list(_opinions(panel, base, rows, parts, draws))
    size, sample = len(rows[0].sources), bench.court.sample
    told = sample, len(names), size, folds, repeats, panel.classes
    extent = Extent(*told, yardstick=panel.yardstick, groups=count)
    found = verdict(opinions, extent, [*after.notes, *fewer(after, names)])
    if terms.network:
        return found  # a curve would have it trained ten times as often
    shown = Curve(panel, base, rows, groups, folds, draws.at("curve"))
    return replace(found, curve=list(shown.points(opinions)))


def _rows(panel: Panel, seen: Material, names: Sequence[str]) -> list[Rows]:
    """Return what each judge is trained on."""
    return [panel.rows(seen, names, at) for at in range(len(panel.judges))]


def _refuse_others(
    against: Recipe, before: Material, after: Material, names: Sequence[str]
) -> None:
    """Raise RecipeError where the other recipe has not the same samples in the same classes."""
    for name in names:
        other = before.originals.get(name)
        if other is None or other.label != after.originals[name].label:
            text = f"the recipe to compare with has other samples: {name} is none of them"
            raise RecipeError([against.problem(("dataset", "path"), text)])


def _opinions(
    panel: Panel,
    base: Sequence[Rows],
    rows: Sequence[Rows],
    parts: Sequence[Numbers],
    draws: Draws,
) -> Iterator[Opinion]:
    for judge, *arms in zip(panel.judges, base, rows, strict=True):
        one, other = (panel.in_folds(judge, each, parts) for each in arms)
        yield panel.opinion(judge.name, one, other, draws.at(judge.name))
