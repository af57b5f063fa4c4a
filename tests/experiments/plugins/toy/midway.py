"""A rule of a user's own."""

from political_moat import Rule


class Midway(Rule):
    """Aims at the middle between its ideal and the rival's platform."""

    name = "midway"

    def target(self, ideal, poll, policy, parameters, memory):
        """Return the middle."""
        return 0.5 * (ideal + policy.rival_platform)
