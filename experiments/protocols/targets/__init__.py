"""Protocol targets: moments of free histories beside the record."""
