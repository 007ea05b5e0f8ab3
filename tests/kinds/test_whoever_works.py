"""The same recipe and dataset give the same bytes: outputs, manifest, provenance."""

import os
import random

import pytest
from helpers import run, tree
from made import by

from augcli import files
from augcli.draws import Draws


def test_two_workers_in_another_folder(made, memory):
    there = made.anew(memory / "some" / "where")
    run(there.dataset, there.output, jobs=2, **made.seed.recipe)
    assert tree(there.output) == tree(made.output)


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
    monkeypatch.setattr(Draws, "uniform", lambda *_: random.random())
    with pytest.raises(AssertionError):
        test_a_run_in_another_folder(made, memory)


@by("text csv")
def test_an_order_as_found_is_noticed(made, memory, monkeypatch):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "sorted", list, raising=False)
        with pytest.raises(AssertionError):
            test_any_order_of_a_folder(made, memory, monkeypatch)
