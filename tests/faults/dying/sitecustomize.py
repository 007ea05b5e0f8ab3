"""Put on PYTHONPATH, it has workers kill themselves before a certain change of the disk.

AUGMENT_TEST_DEATH is `event|part of a path|marker|times`: each death leaves a file `marker.N`.
"""

import multiprocessing
import os
import signal
import sys


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


if "AUGMENT_TEST_DEATH" in os.environ:
    _arm(*os.environ["AUGMENT_TEST_DEATH"].split("|"))
