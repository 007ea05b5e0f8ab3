"""A program of the user's own as a judge: `python train.py TRAIN_DIR TEST_DIR OUT.csv SEED`."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from msgspec import Struct

from augcli.commands import exam
from augcli.commands.answers import answers
from augcli.commands.exam import Asked
from augcli.errors import UsageError
from augcli.judges.gather import Material
from augcli.judges.measures import Turn, Values
from augcli.judges.panel import Panel
from augcli.judges.trial import recalled

_TAIL = 5
"""Lines of what it said that are shown where it failed."""


class Program(Struct, frozen=True):
    """What learns from one folder, and answers what is in another."""

    path: Path
    timeout: float
    """Seconds that a call may take."""

    @property
    def name(self) -> str:
        """Return what it is called among learners."""
        return self.path.name

    @property
    def caution(self) -> str:
        """Return what its author has to see to."""
        return (
            f"{self.name} must make as many updates whatever lies in TRAIN_DIR, or copies are "
            "merely longer training"
        )

    def turn(self, panel: Panel, trained: Material, questions: Sequence[Asked], seed: int) -> Turn:
        """Return how it does on samples that were left out; it is asked once, and that is kept."""
        key = self._key(panel, trained, questions, seed)
        scores = recalled(panel.store, key, partial(self._asked, panel, trained, questions, seed))
        rows = panel.rows(trained, trained.sources, 0)
        labels = panel.labels(exam.as_seen(questions))
        return panel.turn_of_part(scores, rows, labels, counts_rows=True)

    def _key(self, panel: Panel, trained: Material, questions: Sequence[Asked], seed: int) -> str:
        """Return a hash of all that its answers hang on, as far as that is known."""
        try:
            own = hashlib.sha256(self.path.read_bytes()).hexdigest()
        except OSError as error:
            raise UsageError(f"cannot read {self.path}: {error.strerror}") from error
        shown = [[each.output, each.sha256, each.label] for each in exam.outputs(trained)]
        tested = [each.mark for each in questions]
        told = json.dumps([own, seed, list(panel.classes), shown, tested])
        return hashlib.sha256(told.encode()).hexdigest()

    def _asked(
        self, panel: Panel, trained: Material, questions: Sequence[Asked], seed: int
    ) -> Values:
        """Return what it says of samples after a call of its own."""
        with tempfile.TemporaryDirectory(prefix="augment-") as room:
            train, test, out = (Path(room) / name for name in ("train", "test", "out.csv"))
            exam.show(train, trained, exam.outputs(trained))
            exam.ask(test, questions)
            self._call((train, test, out, seed), Path(room) / "said.txt")
            return answers(out, [each.id for each in questions], panel.classes, str(self.path))

    def _call(self, words: Sequence[object], said: Path) -> None:
        """Run it to its end; UsageError where it fails or takes too long, with its last words."""
        start = [sys.executable] if self.path.suffix == ".py" else []
        command = [*start, str(self.path), *map(str, words)]
        with said.open("wb") as file:
            code = self._code(command, file.fileno())
        if code:
            last = said.read_text("utf-8", "replace").splitlines()[-_TAIL:]
            how = f"exit code {code}" if code > 0 else f"signal {-code}"
            raise UsageError(f"{self.path} failed ({how}): {' / '.join(last) or 'it said nothing'}")

    def _code(self, command: Sequence[str], said: int) -> int:
        try:
            process = subprocess.Popen(  # noqa: S603 – the user names it
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        except OSError as error:
            raise UsageError(f"cannot start {self.path}: {error.strerror}") from error
        try:
            return process.wait(self.timeout)
        except subprocess.TimeoutExpired:
            text = f"{self.path} took longer than {self.timeout:g} s"
            raise UsageError(f"{text}; --train-timeout gives it more") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
