"""Retirement accounts of voters: parameters, equations and the monthly kernel."""
