"""What `import augcli` offers: what the commands do, for programs, notebooks and threads.

Every function takes a recipe that `load_recipe` returned. Errors are those of `augcli.errors`;
nothing is printed, no signal is handled, and what is imported is imported when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from augcli.commands.forecast import Forecast
    from augcli.commands.program import Program
    from augcli.engines import Engine
    from augcli.errors import Problem
    from augcli.judges.verdict import Verdict
    from augcli.outputs import Outputs
    from augcli.recipe import Recipe
    from augcli.reports.report import Summary
    from augcli.store.cache import CachePlace
    from augcli.work.learning import Learned

P = ParamSpec("P")
R = TypeVar("R")


def _safe(function: Callable[P, R]) -> Callable[P, R]:
    """Have a call done in a process of its own where people's own steps could end this one."""

    @wraps(function)
    def called(*told: P.args, **options: P.kwargs) -> R:
        from augcli.work.apart import called_apart, would_be_here

        if options.get("engine") or not would_be_here([*told, *options.values()]):
            return function(*told, **options)
        return called_apart(function, told, options)

    return called


def load_recipe(  # noqa: PLR0913 – one argument per option of the command line
    path: str | Path,
    overrides: Sequence[str] = (),
    *,
    input: str | Path | None = None,  # noqa: A002 – as the option is called
    output: str | Path | None = None,
    seed: int | None = None,
    max_failures: str | None = None,
) -> Recipe:
    """Return the recipe in a file, changed as by `--set`, `-i`, `-o`, `--seed`, `--max-failures`.

    Raises RecipeError, whose `problems` have file, line and column of everything that is wrong.

    >>> load_recipe("recipe.yaml", ["copies=2"]).copies
    2
    """
    from augcli.recipe import read_recipe

    return read_recipe(
        str(path),
        overrides=overrides,
        input_path=None if input is None else Path(input),
        output_path=None if output is None else Path(output),
        seed=seed,
        max_failures=max_failures,
    )


@_safe
def run(  # noqa: PLR0913 – as the command has options
    recipe: Recipe,
    jobs: int | None = None,
    *,
    force: bool = False,
    verify: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    engine: Engine | None = None,
    cache: str | Path | None = None,
    cache_writes: bool = True,
) -> Summary:
    """Bring a recipe's output up to date; the summary's `exit_code` is 3 if too much failed.

    `jobs` is the number of processes, all CPUs that this one may use if left out; `progress` is
    called with how many sources are done, and of how many, and what it raises ends the run; the
    next one goes on from there. It can be called in any thread. `force` learns and makes all again,
    `verify` what has other bytes than it had. `engine` is what does the work instead of processes
    of its own. `cache` is a folder or an address that several outputs share, where what was made
    before is found; `cache_writes` says whether to add to it.

    >>> run(load_recipe("recipe.yaml"), jobs=1).exit_code
    0
    """
    from augcli.run import run as run_recipe

    engine = engine or local_engine(recipe, jobs)
    place = _cache(cache, reads=not force, writes=cache_writes)
    return run_recipe(recipe, engine, progress, force=force, verify=verify, cache=place)


def _cache(folder: str | Path | None, *, reads: bool, writes: bool) -> CachePlace:
    from augcli.addresses import address_of
    from augcli.store.cache import CachePlace

    place = Path(folder).absolute() if folder and not address_of(folder) else folder
    return CachePlace(Path(place) if place else None, reads, writes)


@_safe
def run_part(  # noqa: PLR0913 – as the command has options
    recipe: Recipe,
    part: str,
    jobs: int | None = None,
    *,
    force: bool = False,
    verify: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    engine: Engine | None = None,
    cache: str | Path | None = None,
    cache_writes: bool = True,
) -> int:
    """Do one of the parts of a run, such as `1/4`, and return how many files were made.

    Other parts may be done at the same time, by processes that share the output's disk. A `run`
    merges them at last.

    >>> recipe = load_recipe("recipe.yaml", output="parts")
    >>> sum(run_part(recipe, part, jobs=1) for part in ("1/2", "2/2")), run(recipe, jobs=1).made
    (8, 0)
    """
    from augcli.part import part_of
    from augcli.part import run_part as run_part_of

    some = part_of(part)
    engine = engine or local_engine(recipe, jobs)
    place = _cache(cache, reads=not force, writes=cache_writes)
    return run_part_of(recipe, some, engine, progress, force=force, verify=verify, cache=place)


def local_engine(recipe: Recipe, jobs: int | None = None) -> Engine:
    """Return the engine for a recipe on this machine: in this process where `jobs` is 1.

    Steps that are not ours may end a process, so these are asked in another one even then.
    """
    from augcli.engines.cpus import available_cpus, limit_threads
    from augcli.engines.local import LocalEngine, make_engine
    from augcli.kind import load_kind
    from augcli.work.jobs import are_apart

    jobs = jobs or available_cpus()
    limit_threads(jobs)
    preload = load_kind(recipe.dataset.kind).preload
    if are_apart(recipe):
        return LocalEngine(jobs, recipe.timeout, preload)
    return make_engine(jobs, recipe.timeout, preload)


def engine_named(
    recipe: Recipe,
    name: str,
    jobs: int | None = None,
    *,
    site_cpus: int | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> Engine:
    """Return the engine for a recipe that `local`, `ray` or `ray:ADDRESS` names.

    On Ray `jobs` is the number of CPUs, all that the cluster has if left out; `site_cpus` of them
    make one site, whose loss is made up for by others. What is not done there is told. Raises
    UsageError for another name.
    """
    from augcli.engines.named import chosen, on_ray

    choice = chosen(name, jobs, site_cpus)
    if choice.is_here:
        return local_engine(recipe, jobs)
    from augcli.engines.site import Equipment
    from augcli.kind import load_kind
    from augcli.work.jobs import foreign_modules
    from augcli.work.site_check import SiteCheck

    preload = load_kind(recipe.dataset.kind).preload
    equipment = Equipment(recipe.timeout, preload, recipe.isa)
    terms = SiteCheck(recipe, foreign_modules(recipe.all_steps))
    return on_ray(choice, equipment, terms, local_engine(recipe), tell)


def load(output: str | Path, sources: str | Path | None = None) -> Outputs:
    """Return the samples of an output folder, each read when it is asked for.

    They are a sequence, as loaders of PyTorch and others take it. A file that is gone is made
    again from the sources, which are where run.json tells, or at `sources`.

    >>> recipe = load_recipe("recipe.yaml")
    >>> _ = run(recipe, jobs=1)
    >>> [(sample.label, sample.is_new) for sample in load(recipe.output_folder).where(label="dog")]
    [('dog', False), ('dog', True)]
    """
    from augcli.outputs import Outputs
    from augcli.store.places import at_hand

    here = at_hand(output, Path(output))
    return Outputs(here, None if sources is None else at_hand(sources, Path(sources)))


def augment(recipe: Recipe, sample: Any, copies: int = 1, *, label: str | None = None) -> list[Any]:
    """Return what a recipe makes of one sample: `copies` of it, and nothing is written.

    A sample is a file (Path) or what `load` gives: a picture (H×W×C array, RGB), a text, a series
    (channels × time). `label` is its class, for steps that ask: any name, as those of the dataset
    are not looked up. A file of the dataset becomes what a run makes of it; objects in pictures are
    not looked for. Raises SampleError where a copy cannot be made, UsageError where a sample means
    nothing without others: rows of tables, and steps that mix.

    >>> import numpy as np
    >>> gray = np.full((8, 6, 1), 99, np.uint8)
    >>> [copy.shape for copy in augment(load_recipe("recipe.yaml"), gray, copies=2)]
    [(8, 6, 1), (8, 6, 1)]
    """
    from augcli.commands.single import augment as augment_one

    return augment_one(recipe, sample, copies, label)


@_safe
def plan(recipe: Recipe) -> Forecast:
    """Return what a run would do, with the classes' counts before and after; writes nothing.

    >>> plan(load_recipe("recipe.yaml", output="elsewhere")).work_remains
    True
    """
    from augcli.commands.forecast import forecast

    return forecast(recipe)


@_safe
def check(recipe: Recipe) -> list[Problem]:
    """Return what is wrong, or may be, with a recipe, its dataset and its splits.

    >>> {problem.severity for problem in check(load_recipe("recipe.yaml"))} <= {"note", "warning"}
    True
    """
    from augcli.commands.check import findings

    return list(findings(recipe))


@_safe
def preview(recipe: Recipe, *, sources: int = 5, copies: int = 4, jobs: int | None = None) -> bytes:
    """Return a PNG of a few samples beside what a recipe makes of them, drawn by `jobs` processes.

    >>> preview(load_recipe("recipe.yaml"), sources=1, copies=1)[1:4]
    b'PNG'
    """
    from augcli.commands.preview import drawn_by, processes_for
    from augcli.commands.preview import preview as draw

    engine = local_engine(recipe, jobs or processes_for(sources))
    return draw(recipe, sources, copies, drawn_by(engine))


@_safe
def learn(
    recipe: Recipe,
    jobs: int | None = None,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    engine: Engine | None = None,
) -> Learned:
    """Return what the steps of a recipe learn from its dataset: `models` by their names.

    Nothing is written; a model's `text()` is what `augment learn` writes to a file.

    >>> recipe = load_recipe("recipe.yaml", ["steps=[learned_normalize]"])
    >>> list(learn(recipe, jobs=1).models)
    ['learned_normalize']
    """
    from augcli.commands.learn import learn as learn_recipe

    return learn_recipe(recipe, engine or local_engine(recipe, jobs), progress)


@_safe
def evaluate(  # noqa: PLR0913 – as the command has options
    recipe: Recipe,
    against: Recipe | None = None,
    *,
    folds: int | None = None,
    repeats: int | None = None,
    quick: bool = False,
    train: str | Path | None = None,
    train_timeout: float = 3600,
    network: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    engine: Engine | None = None,
) -> Verdict:
    """Return whether a recipe helps on its data, beside no copies or beside another recipe's.

    Copies are kept below the recipe's output, so that the next evaluation makes only what changed.
    `train` is a program that judges in place of learners of ours, called with TRAIN_DIR, TEST_DIR,
    OUT.csv and SEED; a call of more than `train_timeout` seconds ends it all (UsageError).
    `network` has a small network judge pictures, which needs the extra `torch`.

    >>> evaluate(load_recipe("recipe.yaml"), quick=True).reason  # of so few samples
    'too_few'
    """
    from augcli.commands.bench import Terms
    from augcli.commands.evaluate import evaluate as evaluate_recipe

    program = _program(train, train_timeout, network=network)
    terms = Terms(folds, repeats, quick, program, network)
    return evaluate_recipe(recipe, against, terms, engine or local_engine(recipe), progress)


def _program(train: str | Path | None, timeout: float, *, network: bool) -> Program | None:
    from augcli.commands.program import Program
    from augcli.errors import UsageError

    if train is not None and network:
        raise UsageError("a program and a network cannot both judge; ask one after the other")
    return None if train is None else Program(Path(train).absolute(), timeout)


@_safe
def ablate(  # noqa: PLR0913 – as the command has options
    recipe: Recipe,
    *,
    folds: int | None = None,
    repeats: int | None = None,
    quick: bool = False,
    train: str | Path | None = None,
    train_timeout: float = 3600,
    network: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    engine: Engine | None = None,
) -> dict[str, Verdict]:
    """Return for each step of a recipe whether it is better with that step than without.

    >>> {step: found.verdict for step, found in ablate(load_recipe("recipe.yaml")).items()}
    {'horizontal_flip': 'no_evidence'}
    """
    from augcli.commands.bench import Terms
    from augcli.commands.evaluate import ablate as ablate_recipe

    program = _program(train, train_timeout, network=network)
    terms = Terms(folds, repeats, quick, program, network)
    return dict(ablate_recipe(recipe, terms, engine or local_engine(recipe), progress))
