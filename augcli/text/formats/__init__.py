"""Files of many texts: rows out, rows with other texts in."""
