"""Engines: run a function over chunks of work, here or elsewhere; they know nothing else."""
