"""Printed answers of the commands."""
