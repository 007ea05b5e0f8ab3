"""Fixtures of all fault tests."""

from collections.abc import Iterator

import pytest
from served import Commands
from watched import undisturbed, watched

__all__ = ["undisturbed", "watched"]


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """Return the command line, served."""
    commands = Commands()
    yield commands
    commands.end()
