"""Datasets of pictures with objects or masks: one module for each way of keeping these."""
