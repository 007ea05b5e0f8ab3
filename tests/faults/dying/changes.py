"""Counts what a process does, for tests that disturb it in the midst of that."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Change:
    """An audit hook that does something before a change of the disk below a folder."""

    def __init__(self, folder: str, number: int, action: Callable[[], None]):
        self._folder = folder
        self.left = number
        self._action = action

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in CHANGES or (event == "open" and not args[2] & WRITING):
            return
        if any(self._is_below(each) for each in args[: 1 if event == "open" else 2]):
            self.left -= 1
            if not self.left:
                self._action()

    def _is_below(self, path: Any) -> bool:
        """Return whether a change is in the folder: augment names what it changes from there."""
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        return not os.path.isabs(path) or self._folder in os.fsdecode(path)  # noqa: PTH117
