"""How many CPUs this process may use: its affinity, and the quota of its control group."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

_ROOT = Path("/")


def available_cpus(root: Path = _ROOT) -> int:
    """Return the CPUs this process may use, at least 1; `root` is where /proc and /sys lie."""
    return max(1, min([_allowed(), *map(int, _quotas(root))]))


def limit_threads(jobs: int) -> None:
    """Have the libraries that this process is still to import use so many threads."""
    for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, str(jobs))


@contextmanager
def one_thread() -> Iterator[None]:
    """Have linear algebra done by one thread, as the last digits hang on how many there are."""
    with _pools(len(sys.modules)).limit(limits=1):
        yield


@lru_cache(maxsize=1)
def _pools(_modules: int) -> Any:
    """Return the pools of threads of what is loaded; they come with modules, so many by now."""
    return import_module("threadpoolctl").ThreadpoolController()


def _allowed() -> int:
    """Return the CPUs that the scheduler may put this process on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(root: Path) -> Iterator[float]:
    """Yield the CPU quota of every control group around this process that has one."""
    for folder in _groups(root):
        quota = _quota(folder)
        if quota is not None:
            yield quota


def _groups(root: Path) -> Iterator[Path]:
    """Yield the folders of this process's control groups (v1 and v2) and of their ancestors.

    Inside a container the names in /proc may be the host's, while the mount shows only the
    container's own group as its top: that is an ancestor of every name.
    """
    base = root / "sys/fs/cgroup"
    for line in _lines(root / "proc/self/cgroup"):
        controllers, _, name = line.partition(":")[2].partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        group = PurePosixPath(name.lstrip("/"))
        mount = base / controllers if controllers else base
        if controllers and not mount.is_dir():
            mount = base / "cpu"
        yield from (mount / path for path in (group, *group.parents))


def _quota(folder: Path) -> float | None:
    """Return the CPUs that one control group grants, None where it sets no limit."""
    v2 = "".join(_lines(folder / "cpu.max")).split()
    v1 = _lines(folder / "cpu.cfs_quota_us") + _lines(folder / "cpu.cfs_period_us")
    limit, period = v2 if len(v2) == 2 else v1 if len(v1) == 2 else ("max", "1")
    try:
        return int(limit) / int(period) if int(limit) > 0 else None
    except (ValueError, ZeroDivisionError):
        return None


def _lines(file: Path) -> list[str]:
    """Return the lines of a file, none where it cannot be read."""
    try:
        return file.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
