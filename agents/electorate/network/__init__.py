"""Opinions on a social network: parameters, equations and the monthly kernel."""
