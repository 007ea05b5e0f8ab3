"""This machine: what it is, its terminal, and how a process begins."""
