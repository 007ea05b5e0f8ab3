"""Put on PYTHONPATH, it disturbs a run at a certain moment.

AUGMENT_TEST_DEATH is `event|part of a path|marker|times`: workers kill themselves before such a
change of the disk; each death leaves a file `marker.N`.

AUGMENT_TEST_STRIKE is `blow|number|folder|marker`: before so manyth a change below a folder, a
process of the run does the blow, once in all, and leaves `marker`.
"""

import multiprocessing
import os
import signal
import sys

from changes import Change


def _folder(handle: object) -> str:
    """Return the path of an open folder that names are relative to."""
    path = f"/proc/self/fd/{handle}"
    is_open = isinstance(handle, int) and os.path.exists(path)  # noqa: PTH110
    return f"{os.readlink(path)}/" if is_open else ""  # noqa: PTH115


def _arm(event: str, part: str, marker: str, times: str) -> None:
    def hook(name: str, args: tuple[object, ...]) -> None:
        if (
            name == event
            and part in str([*args, *map(_folder, args)])
            and multiprocessing.parent_process()
        ):
            for number in range(int(times)):
                if not os.path.exists(f"{marker}.{number}"):  # noqa: PTH110
                    os.mkdir(f"{marker}.{number}")  # noqa: PTH102
                    os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _strike(blow: str, number: str, folder: str, marker: str) -> None:
    """Have the run, which leads its process group, or a worker of it, be struck."""

    def struck() -> None:
        is_it = is_parent() if blow.endswith("parent") else multiprocessing.parent_process()
        if is_it and not os.path.exists(marker):  # noqa: PTH110
            os.mkdir(marker)  # noqa: PTH102
            BLOWS[blow]()

    def anew() -> None:
        hook.left = int(number)

    hook = Change(folder, int(number), struck)
    os.register_at_fork(after_in_child=anew)
    sys.addaudithook(hook)


def is_parent() -> bool:
    return os.getpid() == os.getpgrp()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _orphan() -> None:
    """Stop this worker, and then kill its parent."""
    child = os.fork()
    if not child:
        os.kill(os.getppid(), signal.SIGSTOP)
        os.kill(os.getpgrp(), signal.SIGKILL)
        os._exit(0)
    os.waitpid(child, 0)


BLOWS = {
    "kill the parent": _kill,
    "kill a worker": _kill,
    "stop the parent": _stop,
    "stop a worker": _stop,
    "stop a worker for good": _orphan,
}

if "AUGMENT_TEST_DEATH" in os.environ:
    _arm(*os.environ["AUGMENT_TEST_DEATH"].split("|"))
if "AUGMENT_TEST_STRIKE" in os.environ:
    _strike(*os.environ["AUGMENT_TEST_STRIKE"].split("|"))
