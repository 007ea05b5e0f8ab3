"""`augment`, and `python -m augcli`: Ctrl-C is answered from the first moment on."""

import gc
import os
import signal
from types import FrameType

_THRESHOLD = 50_000
"""Objects between two looks for garbage: a start makes many that stay, and Python's 700 look at
them again and again."""


def main() -> None:
    """Run the command line, and say no more of an interrupted start than that."""
    gc.set_threshold(_THRESHOLD)
    is_heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # unlike by `nohup`
    if is_heeded:
        signal.signal(signal.SIGINT, _end)
    try:
        from augcli.cli.main import main as run

        if is_heeded:
            signal.signal(signal.SIGINT, _interrupt)
        run()
    except KeyboardInterrupt:
        _end()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the rest is Python's own end


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """End a command by its `finally`; the next signal would fall into what tells of this one."""
    signal.signal(signal.SIGINT, _end)
    raise KeyboardInterrupt


def _end(_number: int = signal.SIGINT, _frame: FrameType | None = None) -> None:
    """End this process at once, where nothing is begun or all is over."""
    os.write(2, b"augment: interrupted\n")
    os._exit(130)


if __name__ == "__main__":
    main()
