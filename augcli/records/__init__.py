"""What is told of outputs: to people in the manifest, to the next run in the journal."""
