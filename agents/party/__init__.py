"""Parties: state, parameters, rules, and the choice of moves and platforms."""
