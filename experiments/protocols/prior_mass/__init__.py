"""Protocol prior-mass: the effect over the prior of the parameters."""
