"""Numbers of things in words."""

from __future__ import annotations


def several(count: int, one: str, many: str = "") -> str:
    """Return `1 picture is`, or `3 pictures are`; `many` where that is more than an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"
