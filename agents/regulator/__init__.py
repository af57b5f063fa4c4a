"""Regulators: the Department of Labor (menus) and the SEC (products), and the docket they work through."""
