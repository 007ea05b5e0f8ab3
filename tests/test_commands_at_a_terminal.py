"""What is to be typed fits the terminal that it is told at, and a shell takes it as it stands."""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
import sys

import pytest

SAID = "from augcli.system.terminal import say_command; say_command('  echo explain', {!r})"


def at_terminal(columns: int, rest: str) -> str:
    """Return what is said at a terminal of so many columns."""
    ours, its = pty.openpty()
    command = [sys.executable, "-c", SAID.format(rest)]
    with os.fdopen(ours, "rb"):
        told = os.environ | {"COLUMNS": str(columns)}
        subprocess.run(command, stdout=its, env=told, check=True)
        os.close(its)
        return os.read(ours, 4096).decode().replace("\r\n", "\n")


@pytest.mark.parametrize(("columns", "lines"), [(120, 1), (70, 2)])
def test_a_long_command_is_on_two_lines_of_one(columns: int, lines: int) -> None:
    rest = shlex.join([f"out/train/{'a long class ' * 2}/0001.aug-000.png", "--row", "3"])
    told = at_terminal(columns, rest)
    assert [len(line) <= columns for line in told.splitlines()] == [True] * lines
    typed = subprocess.run(["sh", "-c", told], capture_output=True, text=True, check=True)
    assert typed.stdout.split() == [
        "explain",
        *shlex.join(shlex.split(rest)).replace("'", "").split(),
    ]
