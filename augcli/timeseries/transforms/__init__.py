"""The catalogue: every module here declares transforms."""
