"""The formats of texts; importing this package registers them."""

from augcli.text.formats import csv, folders, json_array, lines, parquet

__all__ = ["csv", "folders", "json_array", "lines", "parquet"]
