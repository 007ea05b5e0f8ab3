"""Texts: edits by character offset, synthetic rows beside the originals in the same file."""
