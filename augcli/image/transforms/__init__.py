"""The catalogue: every module here registers its transforms on import."""

from augcli.image.transforms import geometry, tone

__all__ = ["geometry", "tone"]
