"""Law, menu of moves, legislature, lawsuits and choice shocks."""
