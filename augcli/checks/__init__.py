"""What is found wrong, or doubtful: each finding, and samples that are the same."""
