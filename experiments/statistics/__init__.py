"""Intervals, paired tests, bands, thresholds and sensitivity."""
