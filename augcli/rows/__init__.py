"""What kinds with many samples in a file share."""
