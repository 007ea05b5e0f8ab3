"""Fixtures of all fault tests."""

from watched import undisturbed, watched

__all__ = ["undisturbed", "watched"]
