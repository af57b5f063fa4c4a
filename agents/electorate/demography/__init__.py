"""Ageing, death and entry of voters: parameters, equations and the monthly kernel."""
