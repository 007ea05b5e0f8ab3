"""How outputs lie in their folder: as files, or joined into shards that loaders stream."""
