"""Chunk functions for the engine tests; an item is `[id, action, *arguments]`."""

import os
import signal
import sys
import threading
from pathlib import Path

from augcli.engines.local import LocalEngine
from augcli.errors import Problem, RecipeError, StorageError

IMPORTED_BY = os.getpid()


def obedient(context):
    """Do what the items say; the receipt is the ids that were finished."""
    folder = Path(context["folder"])

    def die_if(wanted, items):
        if any(action == wanted for _, action, *_ in items):
            os.kill(os.getpid(), signal.SIGKILL)

    def work(items, beat):
        die_if("die_beginning", items)
        done = []
        for index, (name, action, *arguments) in enumerate(items):
            if not beat(index):
                break
            ACTIONS[action](folder, name, *arguments)
            done.append(name)
        beat(len(items))
        die_if("die_publishing", items)
        return done

    return work


def exhaust(folder, name):
    raise MemoryError


def die_once(folder, name):
    marker = folder / f"died-{name}"
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def rendezvous(folder, name):
    """Say that the item has begun; wait until the test lets it go on."""
    (folder / "started").open("w").close()
    (folder / "go").open().close()


def hold(folder, name):
    """Hang, with a FIFO open that ends when this process does."""
    with (folder / "alive").open("w") as fifo:
        fifo.write("x")
        fifo.flush()
        threading.Event().wait()


class AwkwardError(StorageError):
    """Its constructor cannot be called with its args."""

    def __init__(self, path, reason):
        super().__init__(f"{path}: {reason}")
        self.path = path


def blow_up(folder, name, kind):
    local = type("Local", (Exception,), {})
    errors = {
        "storage": lambda: StorageError("disk full"),
        "awkward": lambda: AwkwardError("a.jpg", "full"),
        "os": lambda: OSError(28, "no space", "a.jpg"),
        "unpicklable": lambda: local("of a local class"),
        "recipe": lambda: RecipeError([Problem("r.yaml", 1, 2, "bad")]),
    }
    raise errors[kind]()


ACTIONS = {
    "ok": lambda folder, name: None,
    "die_beginning": lambda folder, name: None,
    "die_publishing": lambda folder, name: None,
    "signal": lambda folder, name, number: os.kill(os.getpid(), number),
    "os_exit": lambda folder, name: os._exit(3),
    "system_exit": lambda folder, name: sys.exit(4),
    "hang": lambda folder, name: threading.Event().wait(),
    "exhaust": exhaust,
    "die_once": die_once,
    "rendezvous": rendezvous,
    "hold": hold,
    "raise": blow_up,
}


def signed(context):
    """Receipts that begin with the worker's pid."""
    work = obedient({"folder": ""})
    return lambda items, beat: [os.getpid(), *work(items, beat)]


def facts(context):
    """Receipts that tell about the worker."""

    def work(items, beat):
        beat(0)
        names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
        return {
            "context": context,
            "pid": os.getpid(),
            "imported_by": IMPORTED_BY,
            "threads": [os.environ.get(name) for name in names],
            "built_by": built_by,
        }

    built_by = os.getpid()
    return work


def raising(context):
    raise StorageError("no model here")


def dying(context):
    os.kill(os.getpid(), signal.SIGKILL)


def answer(context, progress):
    """Do, in a host, what the context says; what is begun is cleaned up."""
    action, *arguments = context
    try:
        return ANSWERS[action](progress, *arguments)
    finally:
        Path("cleaned").touch()


def look_around(progress, variable):
    progress(1, 2)
    forks = LocalEngine(2, 60.0).spread(lambda items, _beat: [os.getppid(), *items], [[1], [2]])
    items = sorted(item for each in forks for item in each.receipt if item != os.getpid())
    return os.environ.get(variable), Path.cwd(), items, threading.active_count()


def wait_forever(progress):
    Path("alive").open("w").close()
    threading.Event().wait()


def ask_for_ever(progress):
    while True:
        progress(0, 1)


ANSWERS = {
    "look": look_around,
    "wait": wait_forever,
    "ask": ask_for_ever,
    "raise": lambda _progress, kind: blow_up(Path(), "", kind),
    "die": lambda _progress: os._exit(3),
}
