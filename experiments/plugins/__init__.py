"""Rules, policy moves, protocols and outcomes of a user's own, in files outside the package."""
