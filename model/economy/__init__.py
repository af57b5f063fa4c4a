"""Market, products, employers and the public fund."""
