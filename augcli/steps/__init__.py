"""What steps share beyond their declaration: choosers, turns, partners, learning, plug-ins."""
