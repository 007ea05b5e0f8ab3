"""What a recipe may say about pictures."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ImageOutput(BaseModel):
    """The recipe's `output.image`: how results are encoded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["keep", "jpeg", "png", "webp", "tiff"] = Field(
        "keep", description="container of the results; keep is that of each source"
    )
    quality: int = Field(95, ge=1, le=100, description="of JPEG and WebP")
    convert: bool = Field(
        False, description="allow losing 16 bit, float or alpha where the container has none"
    )
