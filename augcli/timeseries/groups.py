"""Channels that belong together, as steps are told of them: those of one sensor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

Channel = Annotated[int, Field(ge=0)]
Told = TypeVar("Told", bound=Sequence[Sequence[int]])


def _apart(groups: Told) -> Told:
    """Return groups; ValueError where a channel is in them twice."""
    twice = [each for each, times in Counter(_channels(groups)).items() if times > 1]
    if twice:
        raise ValueError(f"channel {twice[0]} is in it twice")
    return groups


Apart = AfterValidator(_apart)
"""Marks fields of groups of which each channel is in one at most."""


def refusal(groups: Sequence[Sequence[int]], channels: int) -> str | None:
    """Return why a series of so many channels has no such groups, None if it has."""
    most = max(_channels(groups), default=0)
    return f"there is no channel {most}: there are {channels}, from 0" if most >= channels else None


def _channels(groups: Sequence[Sequence[int]]) -> list[int]:
    return [channel for group in groups for channel in group]
