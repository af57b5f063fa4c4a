"""Texts and widget of the page."""
