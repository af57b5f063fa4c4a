"""Reports, printed text and tables."""
