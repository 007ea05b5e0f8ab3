"""Which sources a preview shows: some of each class, the same ones every time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from pydantic import ValidationError

from augcli.commands.html import rendered
from augcli.commands.target import marked, write_target
from augcli.dataset.units import Dataset
from augcli.draws import Draws
from augcli.engines import Beat, Engine, Outcome
from augcli.engines.cpus import available_cpus
from augcli.errors import FindingsError, RecipeError, SampleError, UsageError, did_you_mean
from augcli.figures.turns import in_turn
from augcli.kind import load_kind
from augcli.once import kept
from augcli.plan import Plan
from augcli.recipe import Recipe
from augcli.requests.asked import PassThrough
from augcli.requests.spread import Maker, Part, Spread, here
from augcli.run import heed_leaks, located, planned
from augcli.store.sources import read_sources
from augcli.task import AnyJob, Source, Task
from augcli.transform import catalogue, walk
from augcli.work.apart import apart
from augcli.work.jobs import job_of, processor_of, programs_of
from augcli.work.learning import School
from augcli.work.making import Progress
from augcli.work.study import Study
from augcli.work.tasks import Tasks

if TYPE_CHECKING:
    from augcli.figures.playground import Playground


def write_preview(  # noqa: PLR0913 – as the command has options
    recipe: Recipe,
    target: Path,
    engine: Engine,
    *,
    sources: int = 5,
    copies: int = 4,
    step: str | None = None,
    progress: Progress = lambda _done, _total: None,
) -> list[str]:
    """Write a picture, or a page where the name ends so, of a recipe or of one of its steps.

    Returns what a run would refuse of it.
    """
    ending = target.suffix.lower()
    if ending not in ("", ".png", *_PAGES):
        raise UsageError(f"a preview is a picture (.png) or a page (.html), no {ending} file")
    shown = _Shown.of(only_step(recipe, step) if step else recipe, sources, copies)
    draw = partial(shown.page if ending in _PAGES else shown.picture, drawn_by(engine, progress))
    write_target(target, apart(recipe, draw), recipe.input)
    return shown.refused


_PAGES = (".html", ".htm")
_FOR_ONE = 25
"""Sources that one process has drawn by the time at which another one has begun."""


def processes_for(sources: int) -> int:
    """Return how many processes draw so many sources: one more does not pay for a few."""
    return min(available_cpus(), -(-sources // _FOR_ONE))


def drawn_by(engine: Engine, progress: Progress = lambda _done, _total: None) -> Spread:
    """Return what has an engine draw samples, and gives what comes of them in their order."""

    def spread(_key: str, maker: Maker, blocks: Iterable[Sequence[Any]]) -> Iterator[Part]:
        def work(items: Sequence[Any], beat: Beat) -> bytes:
            def begin(item: int) -> None:
                beat(item)

            return maker(items, begin)

        asked = [*blocks]
        outcomes = []
        for outcome in engine.spread(work, asked):
            outcomes.append(outcome)
            progress(len(outcomes), len(asked))
        return map(_part, sorted(outcomes, key=lambda each: list(each.items)))

    return spread


def _part(outcome: Outcome) -> Part:
    made = None if outcome.loss else partial(bytes, outcome.receipt)
    return Part(outcome.items, made, outcome.loss)


def preview(recipe: Recipe, sources: int, copies: int, spread: Spread = here) -> bytes:
    """Return a picture (PNG) of what a recipe does to a few sources, as a run would do it."""
    return apart(recipe, partial(_Shown.of(recipe, sources, copies).picture, spread))


def preview_page(recipe: Recipe, sources: int, copies: int, spread: Spread = here) -> bytes:
    """Return a page (HTML) with every step along its range and the whole recipe on a few sources.

    For kinds without one it shows the picture. At its top stands what a run would refuse.
    """
    return apart(recipe, partial(_Shown.of(recipe, sources, copies).page, spread))


class _Shown(Struct, frozen=True, dict=True):
    """A recipe and how much of it is shown; its dataset is listed once for all of that."""

    recipe: Recipe
    dataset: Dataset
    plan: Plan
    sources: int
    copies: int

    @classmethod
    def of(cls, recipe: Recipe, sources: int, copies: int) -> _Shown:
        return cls(recipe, *planned(recipe), sources, copies)

    def picture(self, spread: Spread) -> bytes:
        """Return the picture."""
        recipe = self.recipe
        draw = load_kind(recipe.dataset.kind).preview
        if draw is None:
            text = f"there is no preview of {recipe.dataset.kind} datasets"
            raise RecipeError([recipe.problem(("dataset", "kind"), text)])
        with located(recipe):
            return marked(draw(self._job(spread), self._chosen, self.copies, self.sources))

    def page(self, spread: Spread) -> bytes:
        """Return the page."""
        told = {"output": self.recipe.output_folder.name, "written": self.recipe.as_written.text}
        kind, page = self.recipe.dataset.kind, self._playground(spread)
        return rendered("preview.html", kind=kind, page=page, refused=self.refused, **told)

    def _playground(self, spread: Spread) -> Playground:
        play = load_kind(self.recipe.dataset.kind).play
        if play is not None:
            with located(self.recipe):
                return play(self._job(spread), self._chosen, self.copies, self.sources)
        from augcli.figures.playground import Playground, pictured

        frame = pictured("what the recipe makes of a few samples", self.picture(spread), "png")
        return Playground(None, (), [[frame]])

    def _job(self, spread: Spread) -> AnyJob:
        """Return what is asked of the kind, once steps know what they are to know.

        Nothing is refused for leaks: who looks learns of them.
        """
        taught = School(self.recipe.waived(), self.dataset).taught(Study.model).recipe
        return job_of(taught, (), spread, answers=programs_of(taught))

    @kept
    def _chosen(self) -> list[tuple[Task, list[Source]]]:
        """The tasks to show, with their sources; RecipeError where there is none."""
        tasks = Tasks(self.plan)
        shown: list[tuple[Task, list[Source]]] = []
        for row in _spread(self.recipe, self.plan):
            if len(shown) == self.sources:
                break
            with suppress(SampleError):
                shown.append((tasks[row], self._sources_of(tasks[row])))
        if not shown:
            raise RecipeError([self.recipe.problem(("dataset",), "there is no picture to show")])
        return shown

    def _sources_of(self, task: Task) -> list[Source]:
        return read_sources(self.dataset.root, task, self.recipe.dataset)

    @kept
    def refused(self) -> list[str]:
        """What a run would refuse, in words: samples of an augmented and of another split."""
        tasks = Tasks(self.plan)
        checks: list[Callable[[], Any]] = [partial(heed_leaks, self.recipe, self.dataset)]
        checks += [partial(self._leaks, tasks[row]) for row in self.dataset.uncounted]
        with located(self.recipe):
            return [text for check in checks for text in _said(check)]

    def _leaks(self, task: Task) -> None:
        """Raise FindingsError for what samples of one file share with those of other splits."""
        processor_of(self.recipe, ()).process(task, self._sources_of(task)).leaks()


def _said(check: Callable[[], Any]) -> Iterator[str]:
    """Yield what a check finds; a sample that cannot be read is no leak."""
    try:
        check()
    except FindingsError as error:
        yield f"{error.args[0].rstrip(':')}: a run refuses that, and `augment check` lists them"
    except SampleError:
        return


def only_step(recipe: Recipe, name: str) -> Recipe:
    """Return a recipe of one of its steps, by name or id, or of one with its defaults."""
    steps = [step for step in walk(recipe.steps) if name in (step.id, step.name)]
    known = catalogue(recipe.dataset.kind)
    if not steps and name not in known:
        raise UsageError(f"there is no step {name!r}{did_you_mean(name, known)}")
    try:
        return recipe.of_steps(tuple(steps) or (known[name].model_validate({}),))
    except ValidationError as error:
        text = f"{name} needs parameters, so the recipe has to have it: augment transforms {name}"
        raise UsageError(text) from error


def _spread(recipe: Recipe, plan: Plan) -> Iterator[int]:
    """Yield rows to be augmented in a drawn order, the classes in turn."""
    draws = Draws(recipe.seed).at("preview")
    asked = (row for row, each in enumerate(plan.requests) if not isinstance(each, PassThrough))
    labelled = ((plan.dataset[row].label, row) for row in asked)
    return in_turn(labelled, lambda row: draws.at(plan.dataset.ids[row]).key)
