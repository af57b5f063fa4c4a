"""Recorded runs: films, replicates and voter portraits."""
