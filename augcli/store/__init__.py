"""The output folder: its lock, its files, the manifest; and the sources that go in."""
