"""Recorded runs: film, voter portrait, replicates."""
