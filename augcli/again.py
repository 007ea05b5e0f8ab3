"""Samples in files of many that are no new ones, as notes tell them and summaries count them."""

from __future__ import annotations

from msgspec import Struct

AGAIN = "nothing new: "
"""How a note begins that samples are no new ones."""


class Again(Struct, frozen=True):
    """Samples that are no new ones, in files of many."""

    count: int
    told: str

    def __str__(self) -> str:
        return f"{AGAIN}{self.told}"
