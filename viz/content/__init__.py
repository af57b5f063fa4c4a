"""Texts, data and browser code of the page."""
