"""The transforms of texts, all registered on import."""

from augcli.text.transforms import characters, models, surface, words

__all__ = ["characters", "models", "surface", "words"]
