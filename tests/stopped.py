"""An engine that is stopped as a signal would stop it."""

import signal

from augcli.engines.local import InProcess
from augcli.errors import StoppedError


class Stopped(InProcess):
    """Works in this process until it is stopped, before so manyth an item or block."""

    def __init__(self, left):
        super().__init__()
        self._left = left

    def spread(self, work, chunks):
        yield from super().spread(work, chunks)
        if self._stopped:
            raise StoppedError(signal.SIGINT, "stopped")

    def _beat(self, item):
        self._left -= 1
        if not self._left:
            self.stop()
        return super()._beat(item)
