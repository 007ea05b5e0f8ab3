"""Time series, spectrograms and sound as a kind of dataset."""
