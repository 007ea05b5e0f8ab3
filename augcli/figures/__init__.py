"""What pages and sheets show: which samples, steps along their ranges, pictures in rows."""
