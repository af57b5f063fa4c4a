"""Studies: protocols, estimands, statistics, the runner and the command line."""
