"""Numerical building blocks without politics: blocked loops, exponentials, powers, quantiles."""
