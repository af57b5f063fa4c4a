"""The phases of a month, one file per row of the phase table."""
