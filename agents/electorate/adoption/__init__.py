"""Adoption of crypto products by savers: parameters, equations and the monthly kernel."""
