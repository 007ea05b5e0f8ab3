"""Where no process can be started, a run ends with a word and the exit code for it."""

from __future__ import annotations

import errno
import os

import pytest

from augcli.errors import EngineError
from augcli.pool import in_order


def test_a_pool_that_cannot_fork_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", refused)
    with pytest.raises(EngineError, match="Resource temporarily unavailable") as caught:
        list(in_order(str, [1, 2, 3], 2))
    assert caught.value.exit_code == 4
