"""What the command line offers beside `run`; each is one module with one entry."""
