"""The commands of `augment`: parse, call, print."""
