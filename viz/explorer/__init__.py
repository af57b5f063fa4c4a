"""The explorer of a results folder."""
