"""What a run tells when it ends: the summary, run.json, files that list the outputs."""
