"""The browser page (a later version)."""
