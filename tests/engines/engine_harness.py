"""What the engine tests share: items to hand out, accounts to settle, whole programs."""

import faulthandler
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from clusters import begun
from sites_here import Sites, fleet_on

from augcli.engines.local import InProcess, LocalEngine
from augcli.engines.site import Equipment

HERE = Path(__file__).parent
OBEDIENT = "engine_functions:obedient"
DEADLINE = 20


class OnSites(int):
    """So many jobs, each at a site of its own in this process."""


class OnRay(OnSites):
    """So many jobs, each at a site of its own on a cluster of Ray."""


SITES = pytest.param(OnSites(2), id="sites")
RAY = pytest.param(OnRay(2), id="ray", marks=pytest.mark.cluster)
every_engine = pytest.mark.parametrize("jobs", [0, 1, 2, 4, SITES, RAY])
engines_here = pytest.mark.parametrize("jobs", [0, 1, 2, 4])
local_engines = pytest.mark.parametrize("jobs", [1, 2, 4])


def engine_for(jobs, timeout=60.0):
    if isinstance(jobs, OnRay):
        return fleet_on(ray_cluster(jobs, timeout))
    if isinstance(jobs, OnSites):
        return fleet_on(Sites(jobs, 1, timeout))
    return LocalEngine(jobs, timeout) if jobs else InProcess()


def ray_cluster(jobs, timeout):
    """Return a cluster of our own, which ends with this process; the second call joins it again."""
    pytest.importorskip("ray", reason="pip install 'augcli[ray]'")
    from augcli.engines.on_ray import join

    end_in_time(600)  # a busy machine takes long to begin a cluster, and each site
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, [HERE, HERE.parent])))  # for the nodes
        return begun(lambda: join("local", jobs, 1, Equipment(timeout)))


def end_in_time(seconds=3 * DEADLINE):
    """Have a test that hangs end, with all of its run, and tell where it is."""
    faulthandler.dump_traceback_later(seconds, exit=True)


def most_ahead(jobs):
    """Return how many chunks may be pulled before they are done: sites have more in hand."""
    return (3 if isinstance(jobs, OnSites) else 2) * max(jobs, 1)


def chunked(items, size=5):
    return [items[start : start + size] for start in range(0, len(items), size)]


def fine(count, start=0):
    return [[name, "ok"] for name in range(start, start + count)]


def run(engine, folder, chunks, function=OBEDIENT):
    return list(engine.run(function, {"folder": str(folder)}, chunks))


def done(outcomes):
    """The ids in receipts, sorted."""
    return sorted(name for outcome in outcomes for name in outcome.receipt or ())


def lost(outcomes):
    return [(outcome.items[0][0], outcome.loss) for outcome in outcomes if outcome.loss]


def assert_all_accounted(outcomes, items):
    """Each item is in exactly one outcome, and done exactly if it is not lost."""
    assert Counter(str(item) for outcome in outcomes for item in outcome.items) == Counter(
        map(str, items)
    )
    assert sorted(done(outcomes) + [name for name, _ in lost(outcomes)]) == sorted(
        name for name, *_ in items
    )


def when_started(folder, action, release=True):
    """In a thread: wait for the rendezvous, act, let the item go on."""

    def meet():
        (folder / "started").open().close()
        action()
        if release:
            (folder / "go").open("w").close()

    thread = threading.Thread(target=meet, daemon=True)
    thread.start()
    return thread


PROGRAM = """
import signal, sys
from augcli.engines.local import LocalEngine

def run(chunks, function="engine_functions:obedient"):
    return engine.run(function, {"folder": FOLDER}, chunks)

FOLDER = sys.argv[1]
engine = LocalEngine(2, 60)
"""


class Program:
    """A Python program that uses the engine, in a session of its own."""

    def __init__(self, folder, code, cwd=None):
        script = folder / "program"
        script.write_text(PROGRAM + code)
        self.process = subprocess.Popen(
            [sys.executable, script, folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd or folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])},
            start_new_session=True,
        )

    def end(self):
        """Return the output, once every process that inherited it is gone."""
        try:
            return self.process.communicate(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    def signal(self, number):
        os.killpg(self.process.pid, number)


def going_on(folder):
    """Let items go on as long as this is open; to open it for reading too waits for nobody."""
    return (folder / "go").open("r+b", buffering=0)
