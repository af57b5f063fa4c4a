"""Protocols: what a replicate runs and measures."""
