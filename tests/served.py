"""The command line as a server that forks for each command.

A crash, a hang or a greed for memory then costs the one command, and none waits for imports.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import IO, Any

from msgspec import Struct
from msgspec.structs import asdict
from pydantic import BaseModel

import augcli
from augcli.cli import main as cli
from augcli.commands import html
from augcli.kind import load_kind
from augcli.recognised import KINDS

SECONDS = 60
"""More than any command on a small dataset needs, on a machine that is busy too."""
MEMORY = 4 << 30
NO_BUILD = 99
"""How a command ends whose defence cannot be taken away, as it is not where it was."""


class Done(Struct, frozen=True):
    """How a command ended; the code is that of a signal, negative, if one ended it."""

    returncode: int
    stdout: str
    stderr: str


class Commands:
    """Runs commands one after the other."""

    worse = ""
    """A program that takes a defence away, for negative controls."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(
        self,
        *words: object,
        input: str = "",  # noqa: A002
        cwd: object = None,
        first: str = "",
    ) -> Done:
        """Run a command to its end, after a program, with one worker unless it says otherwise."""
        assert self._server.stdin
        assert self._server.stdout
        told = {
            "words": list(map(str, words)),
            "input": input,
            "cwd": str(cwd or os.getcwd()),  # noqa: PTH109
            "first": first or self.worse,
            "env": {**os.environ, "AUGMENT_JOBS": "1"},
        }
        self._server.stdin.write(json.dumps(told) + "\n")
        self._server.stdin.flush()
        done = Done(**json.loads(self._server.stdout.readline()))
        if done.returncode == NO_BUILD:
            raise RuntimeError(f"there is nothing to make worse: {done.stderr}")
        return done

    def end(self) -> None:
        """End the server."""
        self._server.communicate(timeout=60)


@cache
def commands() -> Commands:
    """Return the one server of this process."""
    server = Commands()
    atexit.register(server.end)
    return server


def served(order: dict[str, Any]) -> Done:
    """Run a command in a fork."""
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as told,
        tempfile.TemporaryFile() as errors,
    ):
        given.write(order["input"].encode())
        given.seek(0)
        child = os.fork()
        if not child:
            os.environ.clear()
            os.environ.update(order["env"])
            os.chdir(order["cwd"])
            os._exit(_command(order, given, told, errors))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return Done(code, _text_of(told), _text_of(errors))


def _command(order: dict[str, Any], *streams: IO[bytes]) -> int:
    signal.alarm(SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
    sys.argv = ["augment", *order["words"]]
    try:
        exec(order["first"])
    except Exception:  # noqa: BLE001
        traceback.print_exc()
        return NO_BUILD
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return cli.BUG


def _text_of(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="surrogateescape")


def below(cls: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield all that is derived from a class of ours."""
    for each in cls.__subclasses__():
        if each.__module__.startswith("augcli."):
            yield each
        yield from below(each)


def main() -> None:
    """Serve what comes through stdin, one command a line."""
    for module in pkgutil.walk_packages(augcli.__path__, "augcli."):
        if not module.name.endswith("__main__"):
            with suppress(ModuleNotFoundError):  # of an extra that is not installed
                importlib.import_module(module.name)
    # Or each command would do for itself what is done once in a process.
    for model in below(BaseModel):
        model.model_rebuild()
    for kind in KINDS:
        load_kind(kind).versions()
    for page in html.TEMPLATES.glob("*.html"):
        html.template(page.name)
    gc.freeze()  # or each command would look through all that was imported, and copy it
    for line in sys.stdin:
        done = served(json.loads(line))
        print(json.dumps(asdict(done)), flush=True)


if __name__ == "__main__":
    main()
