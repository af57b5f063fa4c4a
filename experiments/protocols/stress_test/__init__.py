"""Protocol stress-test: paired arms with an installed opponent."""
