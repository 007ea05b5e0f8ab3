"""Tables: rows in files, balanced by new rows that say which rows they come from."""
