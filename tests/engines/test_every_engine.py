"""One suite that every engine passes."""

import itertools
import traceback

import pytest
from engine_harness import (
    OBEDIENT,
    assert_all_accounted,
    chunked,
    engine_for,
    engines_here,
    every_engine,
    fine,
    most_ahead,
    run,
    when_started,
)

from augcli.engines import Outcome
from augcli.engines.local import InProcess, LocalEngine, make_engine
from augcli.errors import RecipeError, StorageError


@every_engine
def test_every_item_once_with_its_receipt(jobs, folder):
    items = fine(103)
    outcomes = run(engine_for(jobs), folder, chunked(items))
    assert_all_accounted(outcomes, items)
    assert all(outcome.receipt == [name for name, _ in outcome.items] for outcome in outcomes)
    assert all(outcome.loss is None for outcome in outcomes)


@every_engine
def test_nothing_to_do(jobs, folder):
    assert run(engine_for(jobs), folder, []) == []


@every_engine
def test_the_factory_gets_the_context_and_is_called_once_per_worker(jobs):
    outcomes = list(
        engine_for(jobs).run("engine_functions:facts", {"seed": [1, None]}, chunked(fine(40)))
    )
    assert all(outcome.receipt["context"] == {"seed": [1, None]} for outcome in outcomes)
    assert all(outcome.receipt["built_by"] == outcome.receipt["pid"] for outcome in outcomes)
    assert len({outcome.receipt["pid"] for outcome in outcomes}) <= max(jobs, 1)


@every_engine
def test_chunks_are_pulled_as_they_are_needed(jobs, folder):
    pulled = itertools.count()
    chunks = ([[next(pulled), "ok"]] for _ in range(200))
    for finished, outcome in enumerate(engine_for(jobs).run(OBEDIENT, {"folder": ""}, chunks)):
        assert outcome.receipt is not None
        assert next(pulled) - 2 * finished <= most_ahead(jobs) + 1  # each look counts as a pull


@every_engine
@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        ("storage", StorageError, "disk full"),
        ("awkward", StorageError, "a.jpg: full"),
        ("os", OSError, r"\[Errno 28\] no space: 'a.jpg'"),
        ("recipe", RecipeError, "r.yaml:1:2: error: recipe: bad"),
    ],
)
def test_an_exception_keeps_type_message_and_traceback(jobs, folder, kind, error, message):
    chunks = chunked([*fine(7), [7, "raise", kind], *fine(50, 8)])
    with pytest.raises(error, match=message) as caught:
        run(engine_for(jobs), folder, chunks)
    assert "in blow_up" in "".join(traceback.format_exception(caught.value))
    assert getattr(caught.value, "exit_code", None) == getattr(error, "exit_code", None)


@every_engine
def test_a_factory_that_raises(jobs, folder):
    with pytest.raises(StorageError, match="no model here"):
        run(engine_for(jobs), folder, chunked(fine(3)), "engine_functions:raising")


@every_engine
def test_a_module_that_is_not_there(jobs, folder):
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        run(engine_for(jobs), folder, chunked(fine(3)), "no_such_module:factory")


@every_engine
def test_a_source_that_raises(jobs, folder):
    def chunks():
        yield fine(3)
        raise StorageError("listing failed")

    with pytest.raises(StorageError, match="listing failed"):
        run(engine_for(jobs), folder, chunks())


@engines_here
def test_stop_finishes_the_item_in_hand_and_yields_partial_receipts(jobs, folder):
    engine = engine_for(jobs)
    first = [[0, "rendezvous"], *fine(4, 1)]
    endless = (fine(5, start) for start in itertools.count(5, 5))
    thread = when_started(folder, engine.stop)
    outcomes = run(engine, folder, itertools.chain([first], endless))
    thread.join()
    assert Outcome(first, [0]) in outcomes
    assert all(outcome.receipt is not None for outcome in outcomes)


@every_engine
def test_a_stopped_engine_does_nothing_more(jobs, folder):
    engine = engine_for(jobs)
    engine.stop()
    assert run(engine, folder, chunked(fine(10))) == []


@every_engine
def test_kill_yields_nothing_more(jobs, folder):
    engine = engine_for(jobs)
    thread = when_started(folder, engine.kill, release=not jobs)
    outcomes = run(engine, folder, [[[0, "rendezvous"], *fine(4, 1)]])
    thread.join()
    assert outcomes == []


@every_engine
def test_closing_the_generator_early(jobs, folder):
    outcomes = engine_for(jobs).run(OBEDIENT, {"folder": str(folder)}, chunked(fine(100)))
    next(outcomes)
    outcomes.close()
    assert list(outcomes) == []


def test_make_engine_chooses():
    assert isinstance(make_engine(1, 60), InProcess)
    assert isinstance(make_engine(2, 60), LocalEngine)
