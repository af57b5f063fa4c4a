"""Protocol mediation: the effect decomposed into causal channels."""
