"""The catalogue: every module here registers its transforms on import."""
