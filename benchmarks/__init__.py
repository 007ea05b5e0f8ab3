"""Side by side with what people use today; `python -m benchmarks` writes RESULTS.md."""
