"""What a recipe asks of one split of a table, and what is drawn for each new row."""
