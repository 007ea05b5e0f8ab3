"""`augment`, and `python -m augcli`: Ctrl-C is answered from the first moment on."""

import sys


def main() -> None:
    """Run the command line, and say no more of an interrupted start than that."""
    try:
        from augcli.cli.main import main as run

        run()
    except KeyboardInterrupt:
        from augcli.system.terminal import warn

        warn("augment: interrupted")
        sys.exit(130)


if __name__ == "__main__":
    main()
