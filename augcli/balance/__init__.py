"""How many samples each class is to have, and what classes must not be."""
