"""Turnout and vote choice: parameters, equations and the kernel of polls and elections."""
