"""Regulators: the Department of Labor (menus) and the SEC (products), and the docket of items under way."""
