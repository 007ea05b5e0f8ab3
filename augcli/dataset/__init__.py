"""What lies in a dataset: which files are taken, of which split and class each is."""
