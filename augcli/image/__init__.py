"""Pictures: reading, transforms, and the work on one chunk of sources."""
