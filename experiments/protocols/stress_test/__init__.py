"""Protocol stress-test: paired arms, and an opponent who takes office in each of them."""
