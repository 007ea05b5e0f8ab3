"""Drawn rows → files that look like the dataset's own, each with its story."""
