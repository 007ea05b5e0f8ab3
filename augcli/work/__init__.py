"""The work of a run: what is left to do, done unit by unit on an engine."""
