"""Programs of people's own that make samples, and the answers of theirs that an output keeps.

A program is started once in each process that works, in the recipe's folder, never by a shell. It
is told a request a line on its stdin, as JSON, and answers with a line on its stdout:

- `{"id", "seed", "label", "params", "source", "output"}`: a picture (PNG) and where to write
  another; `{"id"}`, or `{"id", "file"}` where it has another ending.
- `{"id", "seed", "label", "params", "text"}`: `{"id", "text"}`.
- `{"id", "error"}`: there is none for this request.

What it answered lies in the output under the hash of all that it was asked, so that neither the
next run nor a replay asks again.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from augcli.disk.disk import storage_errors
from augcli.disk.folder import Folder
from augcli.disk.inside import fresh
from augcli.errors import EngineError, LostError, SampleError, StepError, StorageError
from augcli.requests.commands import files_of, words_of

if TYPE_CHECKING:
    from augcli.system.dialogue import Dialogue

PLACE = ".augment/generated"
"""Where in an output answers lie."""
_SCRATCH = ".augment/scratch"
_IN_TIME = 0.9
"""Of the seconds that a sample may take: who gives a program up is its process, not the run."""
_SHOWN = 200


class Request(Struct, frozen=True):
    """What a program is asked."""

    command: str
    key: str
    """The hash of all that it is asked."""
    told: Mapping[str, Any]
    """Seed, label and params."""


class Answers:
    """The answers that an output has; no program is asked."""

    def __init__(self, output: Path):
        self._output = Folder(output)

    def recalled(self, key: str, _make: Callable[[Programs], bytes]) -> bytes:
        """Return an answer; SampleError where there is none."""
        found = self._kept(key)
        if found is None:
            text = f"what a program made of it is not in {PLACE}, and only a run asks programs"
            raise SampleError(f"{text}: `augment run --force` makes it again")
        return found

    def _kept(self, key: str) -> bytes | None:
        try:
            return self._output.read(_place(key))
        except (FileNotFoundError, NotADirectoryError):
            return None


class Programs(Answers):
    """The programs of a recipe, and what they answered; each is started when it is first asked."""

    def __init__(
        self,
        home: Path,
        files: Mapping[str, Mapping[str, str]],
        timeout: float,
        output: Path | None = None,
    ):
        self._home = home
        self._files = files
        """Commands, each with the hashes of its files."""
        self._seconds = _IN_TIME * timeout
        super().__init__(output or self._passing())
        self._owner = 0
        self._running: dict[str, Dialogue] = {}
        self._heard: set[str] = set()
        """The commands that have answered."""

    def _passing(self) -> Path:
        """Return a folder that stands for an output, as long as this is needed."""
        folder = tempfile.mkdtemp(prefix="augment-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)

    def recalled(self, key: str, make: Callable[[Programs], bytes]) -> bytes:
        """Return the answer under a key; if there is none, that which is made, and keep it."""
        found = self._kept(key)
        if found is None:
            found = make(self)
            with storage_errors(self._output.path):
                self._output.make(PLACE)
                self._output.write_whole(_place(key), found)
        return found

    def ask(self, request: Request, **about: str) -> Mapping[str, Any]:
        """Return what a program answers.

        Raises StepError where it has none, LostError where it ends, takes too long, or says what
        is no answer, and EngineError where it does so before it has answered anything.
        """
        from augcli.system.dialogue import SilentError

        told = {"id": request.key, **request.told, **about}
        running = self._started(request)
        try:
            line = running.asked(json.dumps(told).encode() + b"\n", self._seconds)
        except SilentError as error:
            raise self._over(request, str(error)) from None
        answer = _answer(line, request.key)
        if answer is None:
            shown = line.decode("utf-8", "replace")[:_SHOWN]
            text = f"said {shown!r}, which is no answer to {request.key}"
            raise self._over(request, f"{text}; only answers go to its stdout")
        self._heard.add(request.command)
        if "error" in answer:
            raise StepError(f"`{request.command}`: {str(answer['error'])[:_SHOWN]}")
        return answer

    def _over(self, request: Request, why: str) -> EngineError | LostError:
        """End a program; returns the error that says why."""
        self._running.pop(request.command).end()
        kind = LostError if request.command in self._heard else EngineError
        return kind(f"`{request.command}` {why}")

    @contextmanager
    def room(self) -> Iterator[Path]:
        """Give the start of names of files that are gone afterwards."""
        with storage_errors(self._output.path):
            self._output.make(_SCRATCH)
        start = self._output.path / fresh(f"{_SCRATCH}/")
        try:
            yield start
        finally:
            for name in self._output.names(_SCRATCH):
                if name.startswith(start.name):
                    self._output.unlink(f"{_SCRATCH}/{name}")

    def written(self, path: Path, most: int) -> bytes:
        """Return what a program wrote; StepError where it is nothing, or too much."""
        try:
            with self._output.open(f"{_SCRATCH}/{path.name}") as file:
                data = file.read(most + 1)
        except (OSError, StorageError) as error:
            raise StepError(f"what the program wrote cannot be read: {error}") from None
        if len(data) > most:
            raise StepError(f"the program wrote more than {most} bytes")
        return data

    def _started(self, request: Request) -> Dialogue:
        """Return the running program; one that a fork of this process has is none of its own."""
        from augcli.system.dialogue import Dialogue  # most recipes start none

        if self._owner != os.getpid():
            self._owner, self._running = os.getpid(), {}
        if request.command not in self._running:
            if files_of(request.command, self._home) != self._files[request.command]:
                text = f"a file of `{request.command}` changed during the run"
                raise StorageError(f"{text}; run the same command again")
            try:
                running = Dialogue(words_of(request.command, self._home), self._home)
            except OSError as error:
                text = f"`{request.command}` cannot be started: {error.strerror}"
                raise EngineError(text) from error
            self._running[request.command] = running
        return self._running[request.command]


@contextmanager
def sharing(one: Path, other: Path) -> Iterator[None]:
    """Have two outputs know each other's answers, and afterwards those that came meanwhile."""
    outputs = Folder(one), Folder(other)
    _hand_on(*outputs)
    yield
    _hand_on(*reversed(outputs))


def _hand_on(giver: Folder, taker: Folder) -> None:
    """Give an output the answers of another that it has not."""
    more = {*giver.names(PLACE)} - {*taker.names(PLACE)}
    with storage_errors(taker.path):
        for name in map(_place, filter(str.isalnum, more)):
            taker.make(PLACE)
            try:
                taker.link(giver.proven(name), name)
            except OSError:  # not every disk has links
                taker.write_whole(name, giver.read(name))


def _place(key: str) -> str:
    if not key.isalnum():
        raise SampleError(f"{key!r} is no name of what a program made")
    return f"{PLACE}/{key}"


def _answer(line: bytes, key: str) -> dict[str, Any] | None:
    """Return the answer in a line; None where it is none to this request."""
    with suppress(ValueError, RecursionError):
        found = json.loads(line)
        if isinstance(found, dict) and found.get("id") == key:
            return found
    return None
