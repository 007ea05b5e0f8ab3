"""What Wei & Zou (EDA, 2019) recommend for so many texts to learn from."""

from __future__ import annotations


def recommended_alpha(size: int) -> float:
    """Return the share of words to change: 0.05 for 500 and 2000 texts, 0.1 for 5000 and more."""
    return 0.05 if size <= 2000 else 0.1


def recommended_copies(size: int) -> int:
    """Return how many copies a text gives: 16 for 500 texts, 8 for 2000, 4 for 5000 and more."""
    return 16 if size <= 500 else 8 if size <= 2000 else 4
