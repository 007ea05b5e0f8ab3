"""What a recipe may say of stages: copies of several strengths."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from augcli.settings.base import Settings

ShortName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]*$", max_length=32)]
"""Becomes part of names of files."""


class StageSettings(Settings):
    """One of the recipe's `stages:`."""

    name: ShortName = Field(description="marks its copies, in the manifest and in their names")
    copies: int = Field(1, ge=0, le=100_000, description="new samples per source sample")
    strength: float = Field(
        1, ge=0, le=1, description="moves every magnitude towards neutral, and scales every p"
    )
