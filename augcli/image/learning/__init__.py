"""What steps for pictures learn from them, and how."""
