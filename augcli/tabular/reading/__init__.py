"""Files → `Table`: how they are written, what cells mean, and what each column is like."""
