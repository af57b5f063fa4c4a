"""Protocol targets: moments of free histories compared with the record."""
