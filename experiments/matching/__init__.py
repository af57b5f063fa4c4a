"""History matching: which parts of the prior the record does not rule out."""
