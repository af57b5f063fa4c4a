"""Employers: the sponsors who decide what stands on the menu of a retirement plan."""
