"""Explorer of a results folder."""
