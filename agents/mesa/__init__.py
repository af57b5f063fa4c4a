"""Mesa base classes: agents and lazily created agent sets."""
