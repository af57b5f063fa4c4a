"""The command line `moat`."""
