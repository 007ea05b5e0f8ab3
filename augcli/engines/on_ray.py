"""Sites as actors of Ray, which places them, carries chunks to them, and tells when one is gone."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from importlib import import_module
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

# No word to anyone about who uses this; it is read when Ray is imported.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
# Sites ask for no GPU, and so Ray need not tell what it is going to do about those.
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
# A node gives up where its own agent takes longer to start, which on a busy machine it does.
os.environ.setdefault("RAY_agent_register_timeout_ms", "120000")

from augcli.engines.cpus import available_cpus
from augcli.engines.fleet import shares
from augcli.engines.posts import Place, SiteLost
from augcli.engines.site import Equipment, Numbered, Question, Site
from augcli.errors import EngineError

ray: Any = import_module("ray")
worker: Any = import_module("ray._private.worker")
RayError: Any = import_module("ray.exceptions").RayError

_OBJECTS = 100 << 20
"""Bytes of shared memory that a cluster of our own sets aside: only chunks and receipts travel."""

_STOPPING = (signal.SIGINT, signal.SIGTERM)
_PATIENCE = 10.0
"""Seconds for somebody to answer at an address."""


class Actor(Struct, frozen=True):
    """One site, as it is seen from here."""

    handle: Any
    stream: Any

    def give(self, chunks: Sequence[Numbered]) -> None:
        """Send chunks."""
        self.handle.give.remote(chunks)

    def stop(self) -> None:
        """Ask it to finish what is in hand, and to end."""
        self.handle.stop.remote()

    def end(self) -> None:
        """End it at once."""
        ray.kill(self.handle)

    def hear(self) -> tuple[str, Any]:
        """Return what it says next; raises SiteLost."""
        try:
            kind, value = ray.get(next(self.stream))
        except StopIteration:
            raise SiteLost("it ended without a word") from None
        except RayError as error:
            preempted = bool(getattr(error, "preempted", False))
            raise SiteLost(_last_line(error), preempted=preempted) from None
        return kind, value


class RayCluster:
    """A cluster of Ray that this process has joined."""

    def __init__(self, sites: int, equipment: Equipment):
        self.sites = sites
        self.cpus = equipment.jobs
        self._equipment = equipment

    def place(self, question: Question, function: str, context: Any) -> Place:
        """Have a site started that works by a function."""
        options = {"num_cpus": self.cpus, "max_concurrency": 2, "max_restarts": 0}
        remote = ray.remote(Site).options(**options, scheduling_strategy="SPREAD")
        actor = remote.remote(self._equipment)
        streaming = actor.work.options(num_returns="streaming")
        return Actor(actor, streaming.remote(question, function, context))

    def speaking(self, places: Sequence[Place], patience: float) -> list[Place]:
        """Return those of several that can be heard, after so many seconds at most."""
        streams = {place.stream: place for place in places if isinstance(place, Actor)}
        some, _ = ray.wait(list(streams), num_returns=1, timeout=patience)
        more, _ = ray.wait(list(streams), num_returns=len(streams), timeout=0)
        return [streams[stream] for stream in {*some, *more}]


def join(
    address: str | None, jobs: int | None, cpus: int | None, equipment: Equipment
) -> RayCluster:
    """Return the cluster at an address, or one that is started here and ends with this process.

    Without an address it is the one that RAY_ADDRESS names. Where a program has joined one
    already, it is that.
    """
    # Never None: it would be whatever cluster was last started on this machine.
    place = address or os.environ.get("RAY_ADDRESS") or "local"
    if not ray.is_initialized():
        _begin(place, jobs)
    sizes = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    jobs, cpus = shares([size for size in sizes if size], jobs, cpus)
    return RayCluster(jobs // cpus, replace(equipment, jobs=cpus))


def _begin(place: str, jobs: int | None) -> None:
    own = {
        "num_cpus": jobs or available_cpus(),
        "include_dashboard": False,
        "object_store_memory": _OBJECTS,
    }
    told: dict[str, Any] = own if place == "local" else {}
    where = "here" if place == "local" else f"at {place}"
    try:
        _see_someone_at(place)
    except OSError as error:
        raise EngineError(f"no cluster of Ray {where}: {error.strerror or error}") from error
    try:
        # Ray has workers import from the working directory first, where a dataset may lie.
        with _own_signals(), chdir(sys.prefix):
            ray.init(address=place, log_to_driver=False, logging_level="ERROR", **told)
    except (ray.exceptions.RayError, OSError, RuntimeError, ValueError) as error:
        text = f"no cluster of Ray {where}: {_last_line(error)}"
        raise EngineError(f"{text}; one that asks for a token needs RAY_AUTH_MODE=token") from error
    _keep_stdout_for_data()


def _see_someone_at(place: str) -> None:
    """Raise OSError where nobody listens: Ray would wait for minutes for somebody to come."""
    host, _, port = place.rpartition(":")
    if port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), _PATIENCE).close()


def _keep_stdout_for_data() -> None:
    """Have Ray not print what became of its nodes, which it would do to stdout, come what may."""
    worker.print_to_stdstream = lambda *_, **__: None


class _Interrupted(BaseException):
    """A signal came: no Exception, for Ray would take that for a fault of its own and go on."""

    def __init__(self, number: int):
        self.number = number


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep the handlers of signals, which Ray replaces; one that comes meanwhile ends its work."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, _: object) -> None:
        raise _Interrupted(number)

    before = {number: signal.signal(number, interrupt) for number in _STOPPING}
    received = None
    try:
        yield
    except _Interrupted as came:
        received = came.number
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if received:
        signal.raise_signal(received)
        raise EngineError("stopped while Ray was starting")


def _last_line(error: BaseException) -> str:
    """Return the end of what Ray says, which is what matters of it."""
    return str(error).strip().rpartition("\n")[2].strip()
