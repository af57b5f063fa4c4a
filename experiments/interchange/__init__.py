"""Files by which other programs read a results folder: Stata, R, Frictionless Data."""
