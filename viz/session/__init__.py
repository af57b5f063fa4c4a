"""Sessions of visitors, and the shared pool of worker processes."""
