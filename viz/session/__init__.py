"""A visitor's session and its jobs."""
