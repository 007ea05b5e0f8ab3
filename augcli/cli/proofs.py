"""Commands that find something out: whether a recipe helps, which one would, what steps learn."""

from __future__ import annotations

import json
from functools import partial
from itertools import chain
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from augcli.cli.options import PathType, as_json, jobs_option, recipe_argument
from augcli.system.terminal import escaped, say, warn

_TRIALS, _WIDTH = 12, 80


@click.command()
@recipe_argument
@click.option("--against", metavar="RECIPE", help="Compare with this recipe, not with no copies.")
@click.option("--folds", type=click.IntRange(2, 100), help="Parts that are held out in turn.")
@click.option("--repeats", type=click.IntRange(1, 100), help="How often parts are dealt anew.")
@click.option("--quick", is_flag=True, help="At most some 300 sources, 2 copies, 4 repeats.")
@click.option(
    "--train",
    type=PathType(dir_okay=False, exists=True, path_type=Path),
    metavar="PROGRAM",
    help="Judge by this, called as PROGRAM TRAIN_DIR TEST_DIR OUT.csv SEED.",
)
@click.option(
    "--train-timeout", default=3600.0, show_default=True, help="Seconds for one call of it."
)
@click.option("--network", is_flag=True, help="Judge by a small network (extra `torch`).")
@click.option("--ablate", is_flag=True, help="Say what each step adds, by leaving it out.")
@click.option("-o", "--output", "page", type=PathType(dir_okay=False, path_type=Path), help="Page.")
@jobs_option
@as_json
def evaluate(  # noqa: PLR0913 – one per option
    recipe: Any,
    *,
    against: str | None,
    ablate: bool,
    page: Path | None,
    jobs: int | None,
    as_json: bool,
    **terms: Any,
) -> None:
    """Measure whether RECIPE helps on its data. On held-out samples, with intervals."""
    from augcli import api
    from augcli.commands.progress import progress_bar
    from augcli.commands.sentence import lines
    from augcli.commands.signals import Heeding
    from augcli.commands.target import page_place, write_target
    from augcli.commands.verdict_page import verdict_page

    if page:
        page_place(page, recipe.input)
    other = api.load_recipe(against) if against else None
    engine = Heeding(api.local_engine(recipe, jobs))
    with engine, progress_bar(engine, show=not as_json) as progress:
        told = api.evaluate(recipe, other, engine=engine, progress=progress, **terms)
        told_of = partial(api.ablate, recipe, engine=engine, progress=progress)
        steps = told_of(**terms) if ablate else {}
    if page:
        made = verdict_page(recipe.output_folder.name, told, steps)
        write_target(page, made, recipe.input)
    if as_json:
        added = {"steps": {name: each.plain() for name, each in steps.items()}} if ablate else {}
        say(json.dumps(told.plain() | added))
    else:
        say(*lines(told, against, steps))


@click.command()
@recipe_argument
@click.option(
    "-o", "--output", "target", required=True, type=PathType(dir_okay=False, path_type=Path)
)
@click.option("--trials", type=click.IntRange(1, 200), help="At most so many.  [default: 12]")
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    help="As many as can be begun in half of this, in place of --trials.",
)
@click.option("--steps", is_flag=True, help="Try the recipe without each of its steps, too.")
@click.option("--page", type=PathType(dir_okay=False, path_type=Path), help="A page on all trials.")
@jobs_option
@as_json
def search(  # noqa: PLR0913 – one per option
    recipe: Any,
    *,
    target: Path,
    trials: int | None,
    minutes: float | None,
    steps: bool,
    page: Path | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Look for the strength, amount or policy that helps. Its recipe is written to -o."""
    from augcli import api
    from augcli.commands.progress import progress_bar
    from augcli.commands.search import Budget, refuse_elsewhere, search, table, written
    from augcli.commands.search_page import search_page
    from augcli.commands.sentence import sentence
    from augcli.commands.signals import Heeding
    from augcli.commands.target import page_place, recipe_place, write_recipe, write_target

    if trials and minutes:
        raise click.UsageError("--trials and --minutes both say when it is enough; give one")
    refuse_elsewhere(recipe, target)
    recipe_place(target, recipe.input)
    if page:
        page_place(page, recipe.input)
    budget = Budget(trials or (None if minutes else _TRIALS), minutes, steps)
    engine = Heeding(api.local_engine(recipe, jobs))
    with engine, progress_bar(engine, show=not as_json) as progress:
        found = search(recipe, budget, engine, progress, warn)
    write_recipe(target, written(found, recipe), recipe.input)
    if page:
        write_target(page, search_page(recipe.output_folder.name, found), recipe.input)
    if as_json:
        say(json.dumps(found.plain()))
    else:
        say(*table(found), "", "of the choice itself, by samples that had no say in it:")
        notes = (f"note: {escaped(note)}" for note in found.verdict.notes)
        told = (sentence(found.verdict), *notes)
        say(*chain.from_iterable(wrap(each, _WIDTH) for each in told))


@click.command()
@recipe_argument
@click.option(
    "-o", "--output", "target", required=True, type=PathType(dir_okay=False, path_type=Path)
)
@jobs_option
def learn(recipe: Any, *, target: Path, jobs: int | None) -> None:
    """Learn what the steps of RECIPE need to know. It is written to -o.

    Any recipe may use it: `model: FILE` under the step.
    """
    from augcli import api
    from augcli.commands.learn import write_model
    from augcli.commands.progress import progress_bar
    from augcli.commands.signals import Heeding
    from augcli.commands.target import page_place

    page_place(target, recipe.input)
    engine = Heeding(api.local_engine(recipe, jobs))
    with engine, progress_bar(engine, show=True) as progress:
        learned = api.learn(recipe, engine=engine, progress=progress)
    write_model(learned, target, recipe.input)
    warn(*learned.notes, f"wrote {target}")


PROOFS = (evaluate, search, learn)
