"""What a command costs: CPU of it and all its descendants, wall time, and peak memory."""

from __future__ import annotations

import ctypes
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

_PR_SET_CHILD_SUBREAPER = 36
_LOOK_EVERY = 0.01
_SEE_EVERY = 0.05
_LONGEST = 900
"""Seconds after which a command is given up."""

Command = Sequence[str]


class Cost(Struct, frozen=True):
    """What one execution took."""

    cpu: float
    """Seconds of user and system time, all processes together."""
    wall: float
    peak: int
    """Largest resident size of the command's first process, in bytes; 0 unless asked for."""
    workers: int = 0
    """The same of the largest process that it started."""


class Spread(Struct, frozen=True):
    """Several measurements of one thing."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        return f"{self.median:.2f} ({min(self.values):.2f}–{max(self.values):.2f})"


class Contender(Struct, frozen=True):
    """A command, and how many things it makes."""

    command: Command
    things: int


class Costs(Struct, frozen=True):
    """What one contender took in several rounds."""

    rounds: tuple[Cost, ...]
    things: int = 1

    @property
    def each(self) -> Spread:
        """Milliseconds of CPU for each thing made."""
        return Spread(tuple(cost.cpu / self.things * 1000 for cost in self.rounds))

    @property
    def cpu(self) -> Spread:
        return Spread(tuple(cost.cpu for cost in self.rounds))

    @property
    def wall(self) -> Spread:
        return Spread(tuple(cost.wall for cost in self.rounds))

    @property
    def peak(self) -> int:
        return max(cost.peak for cost in self.rounds)

    @property
    def workers(self) -> int:
        return max(cost.workers for cost in self.rounds)


def interleaved(
    contenders: Mapping[str, Contender],
    rounds: int,
    before: Callable[[], None],
    *,
    watch_memory: bool = False,
    measured: Callable[..., Cost] | None = None,
) -> dict[str, Costs]:
    """Run all in turn, round after round; what a machine does meanwhile hits all alike."""
    measured = measured or partial(run, watch_memory=watch_memory)
    found: dict[str, list[Cost]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, contender in contenders.items():
            before()
            found[name].append(measured(contender.command))
            cost = found[name][-1]
            say(f"  round {number + 1}: {name}: {cost.cpu:.2f} s CPU, {cost.wall:.2f} s")
    return {name: Costs(tuple(costs), contenders[name].things) for name, costs in found.items()}


def ratio(ours: Costs, theirs: Costs) -> Spread:
    """Return how much more CPU they took for each thing, round by round."""
    pairs = zip(ours.each.values, theirs.each.values, strict=True)
    return Spread(tuple(other / own for own, other in pairs))


def run(command: Command, *, watch_memory: bool = False) -> Cost:
    """Run a command to the end of its last descendant; raises if it fails or takes too long.

    Orphans (a fork server with its workers) come to us, so that their time is counted too.
    """
    _adopt_orphans()
    before, started = _cpu_of_children(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = _Peak(process.pid) if watch_memory else None
    try:
        _, errors = process.communicate(timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    wall = time.perf_counter() - started
    with suppress(ChildProcessError):
        while True:
            os.wait()
    if process.returncode:
        said = errors.decode()[-2000:]
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    sizes = (peak.bytes, peak.workers) if peak else (0, 0)
    return Cost(_cpu_of_children() - before, wall, *sizes)


def run_seen(command: Command) -> Cost:
    """Run a command as `run` does; its CPU is what its descendants were seen to have used.

    Some daemons (Ray's) never ask what became of their children, whose time is then told nobody.
    """
    seen, done = {}, threading.Event()
    watch = threading.Thread(target=_watch_descendants, args=(seen, done), daemon=True)
    watch.start()
    try:
        cost = run(command)
    finally:
        done.set()
        watch.join()
    return replace(cost, cpu=sum(seen.values()) / os.sysconf("SC_CLK_TCK"))


def _watch_descendants(seen: dict[tuple[int, str], int], done: threading.Event) -> None:
    """Note the ticks of all descendants, by process and when it began, again and again."""
    while not done.wait(_SEE_EVERY):
        parents, ticks = {}, {}
        for file in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has ended meanwhile
                told = file.read_text().rpartition(")")[2].split()
                pid = int(file.parent.name)
                parents[pid], ticks[pid] = int(told[1]), (told[19], int(told[11]) + int(told[12]))
        ours = {os.getpid()}
        while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
            ours |= more
        seen.update({(pid, ticks[pid][0]): ticks[pid][1] for pid in ours - {os.getpid()}})


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@cache
def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


class _Peak:
    """Looks at the largest resident size of one process, and at that of those it started."""

    def __init__(self, pid: int):
        self.bytes = self.workers = 0
        self._process = Path(f"/proc/{pid}")
        self._children = self._process / f"task/{pid}/children"
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        with suppress(OSError):
            while size := _size(self._process):
                self.bytes = size
                for pid in self._children.read_text().split():
                    with suppress(OSError):  # it has ended meanwhile
                        self.workers = max(self.workers, _size(Path(f"/proc/{pid}")))
                time.sleep(_LOOK_EVERY)


def _size(process: Path) -> int:
    """Return the largest resident size that a process had so far; 0 where it has ended."""
    return next(iter(_sizes((process / "status").read_text().splitlines())), 0)


def _sizes(status: Iterable[str]) -> list[int]:
    return [int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")]


def say(text: str) -> None:
    """Tell how far we are."""
    print(text, file=sys.stderr, flush=True)
