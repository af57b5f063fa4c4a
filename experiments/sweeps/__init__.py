"""Runs of a study: stopping rule, status, export, verification."""
