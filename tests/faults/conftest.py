"""Fixtures of all fault tests."""

import pytest
import served
from watched import undisturbed, watched

__all__ = ["undisturbed", "watched"]


@pytest.fixture(scope="session")
def commands() -> served.Commands:
    """Return the command line, served."""
    return served.commands()
