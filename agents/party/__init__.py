"""Parties: what they want, how they choose a move and a platform."""
