"""Networks that make rows: how columns are told to them, and how they are trained."""
