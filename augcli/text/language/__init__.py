"""What is known of languages: a folder each, found out by stop words."""
