"""A progress bar, on terminals only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from augcli.commands.signals import Heeding


@contextmanager
def progress_bar(engine: Heeding, *, show: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield a function of (done, total) that draws a bar on stderr, if that is a terminal.

    It shows rate, time left, and how much came to nothing on the engine.
    """
    if not show or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread: its writes could fall into a decoder's watched stderr
    with tqdm(unit=" sources", dynamic_ncols=True, leave=False) as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total
            bar.set_postfix_str(f"{engine.failed} failed" if engine.failed else "", refresh=False)
            bar.update(done - bar.n)
            if done == total:
                bar.refresh()  # the last one may come too soon to be drawn

        yield advance
