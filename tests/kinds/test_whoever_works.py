"""The same recipe and dataset give the same bytes: outputs, manifest, provenance."""

import os

import numpy as np
import pytest
from helpers import run, tree
from made import by
from seeds import EXAMPLES, MANY_FILES

from augcli.dataset import files
from augcli.draws import ManyDraws
from augcli.nearest import in_blocks
from augcli.tabular import drawn
from augcli.tabular.writing import output
from augcli.text import augment, blocks
from augcli.timeseries import writing


@pytest.fixture
def small_blocks(made, monkeypatch):
    """Have files of many samples made in as many blocks as can be, but for what is held against."""
    for module, name, size in (
        (augment, "_BLOCK", 1),
        (writing, "_VALUES", 1),
        (in_blocks, "_DISTANCES", 1),
        (drawn, "ROWS", 1),
        (output, "_CELLS", 1),
    ):
        assert getattr(module, name) > size
        monkeypatch.setattr(module, name, size)


@pytest.mark.usefixtures("small_blocks")
def test_any_number_of_blocks(made, memory):
    test_any_number_of_workers_and_of_blocks(made, memory, 1)


@by(*EXAMPLES, *MANY_FILES)
@pytest.mark.usefixtures("small_blocks")
def test_any_number_of_workers_and_of_blocks(made, memory, jobs=2):
    there = made.anew(memory / "some" / "where")
    run(there.dataset, there.output, jobs=jobs, **made.seed.recipe)
    assert tree(there.output) == tree(made.output)


@pytest.mark.faults
@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("jobs", [2, 5])
def test_any_number_of_workers_for_any_format(made, memory, jobs):
    test_any_number_of_workers_and_of_blocks(made, memory, jobs)


@by("text csv")
def test_a_worker_that_has_a_say_is_noticed(made, memory, monkeypatch):
    here, real = os.getpid(), blocks.draw_copies

    def biased(steps, seed, originals):
        return real(steps, seed + (os.getpid() != here), originals)

    monkeypatch.setattr(blocks, "draw_copies", biased)
    test_a_run_in_another_folder(made, memory / "alone")
    with pytest.raises(AssertionError):
        test_any_number_of_workers_and_of_blocks(made, memory, 2)


def test_a_run_in_another_folder(made, memory):
    there = made.anew(memory / "some" / "where")
    there.run()
    assert tree(there.output) == tree(made.output)


class Backward:
    """A folder that is listed in another order."""

    real = os.scandir

    def __init__(self, path):
        with self.real(path) as entries:
            self._entries = sorted(entries, key=lambda each: each.name, reverse=True)

    def __enter__(self):
        return iter(self._entries)

    def __exit__(self, *_):
        pass


def test_any_order_of_a_folder(made, memory, monkeypatch):
    monkeypatch.setattr(os, "scandir", Backward)
    there = made.anew(memory / "there")
    there.run()
    monkeypatch.undo()
    assert tree(there.output) == tree(made.output)


@by("image png")
def test_a_draw_by_chance_is_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(ManyDraws, "uniform", lambda many, *_: np.random.random(len(many)))
    with pytest.raises(AssertionError):
        test_a_run_in_another_folder(made, memory)


@by("text csv")
def test_an_order_as_found_is_noticed(made, memory, monkeypatch):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "sorted", list, raising=False)
        with pytest.raises(AssertionError):
            test_any_order_of_a_folder(made, memory, monkeypatch)
