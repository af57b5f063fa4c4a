"""Construction of the electorate: traits, demography, network and own populations."""
