"""Fixtures of the suite that holds every kind and format to every promise."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from made import Made, first
from seeds import SEEDS


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """Return what gives the run of a seed, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("kinds")
    return cache(lambda name: first(name, folder / name.replace(" ", "-")))


@pytest.fixture(params=SEEDS)
def made(request: Any, undisturbed: Callable[[str], Made]) -> Made:
    """Return the undisturbed run of a seed; it is not to be changed."""
    return undisturbed(request.param)
