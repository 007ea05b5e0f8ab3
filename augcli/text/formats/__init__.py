"""The formats of texts; importing this package registers them."""

from augcli.text.formats import csv, folders, jsonl, lines, parquet

__all__ = ["csv", "folders", "jsonl", "lines", "parquet"]
