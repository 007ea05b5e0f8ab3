"""`augment`, and `python -m augcli`: Ctrl-C is answered from the first moment on."""

import gc
import sys

_THRESHOLD = 50_000
"""Objects between two looks for garbage: a start makes many that stay, and Python's 700 look at
them again and again."""


def main() -> None:
    """Run the command line, and say no more of an interrupted start than that."""
    gc.set_threshold(_THRESHOLD)
    try:
        from augcli.cli.main import main as run

        run()
    except KeyboardInterrupt:
        from augcli.system.terminal import warn

        warn("augment: interrupted")
        sys.exit(130)


if __name__ == "__main__":
    main()
