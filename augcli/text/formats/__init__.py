"""The formats of texts; importing this package registers them."""

from augcli.text.formats import conll, csv, folders, json_array, lines, parquet

__all__ = ["conll", "csv", "folders", "json_array", "lines", "parquet"]
