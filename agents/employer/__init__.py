"""Employers: the sponsors who decide on the menu of a retirement plan."""
