"""Small runs of two jobs that are struck at a certain moment, and what they give undisturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers import environment, group_members, leftovers, run, tree, write_recipe
from seeds import SEEDS
from watched import group_gone

DYING = Path(__file__).with_name("dying")
COMMAND = ["-m", "augcli"]


class Struck:
    """A seed, and an output to play on."""

    def __init__(self, name: str, folder: Path):
        self.seed, self.folder = SEEDS[name], folder
        self.output = folder / "out"
        self.dataset = self.seed.written(folder / "in")
        run(self.dataset, folder / "expected", **self.seed.recipe)
        self.expected = tree(folder / "expected")
        self.marker = folder / "struck"

    @contextmanager
    def started(
        self, blow: str, moment: int, *, timeout: float = 60, program: list[str] = COMMAND
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start a run that is struck; whatever is left of it at the end is killed."""
        recipe = write_recipe(self.dataset, self.output, timeout=timeout, **self.seed.recipe)
        strike = f"{blow}|{moment}|{self.output}|{self.marker}"
        env = environment(PYTHONPATH=str(DYING), AUGMENT_TEST_STRIKE=strike)
        command = [sys.executable, *program, "run", str(recipe), "-j", "2"]
        with tempfile.TemporaryFile() as told:  # a pipe would not end before all who hold it
            streams = {"stdout": told, "stderr": told}
            process = subprocess.Popen(command, env=env, start_new_session=True, **streams)
            try:
                yield process
            finally:
                if group_members(process.pid):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(60)

    def was_struck(self) -> bool:
        """Tell whether a run got as far as the blow, and have the next one be struck again."""
        there = self.marker.exists()
        if there:
            self.marker.rmdir()
        return there

    def check_ended(self, process: subprocess.Popen[bytes]) -> None:
        """Assert that a run ended well or was killed, and that all of its processes are gone."""
        assert process.wait(60) in {0, -signal.SIGKILL}
        group_gone(process.pid)

    def check_whole(self) -> None:
        assert tree(self.output) == self.expected
        assert leftovers(self.output) == []

    def finish(self) -> None:
        """Assert that the same run, undisturbed, ends as if nothing had happened."""
        assert run(self.dataset, self.output, **self.seed.recipe).exit_code == 0
        self.check_whole()
