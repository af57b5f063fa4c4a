"""Protocol mediation: the effect split among causal paths."""
