"""What a recipe may say, as far as kinds share it; each adds its own keys."""
