"""Agents: voters, employers, parties and regulators, their perception, and the random draws."""
