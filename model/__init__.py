"""The world: parameters, population, market, law, elections, schedule."""
