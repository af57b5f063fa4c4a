"""Studies: protocols, statistics, execution, storage, reports and the command line."""
