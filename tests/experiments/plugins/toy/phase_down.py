"""A policy move of a user's own, and outcomes that read it."""

from political_moat.model.policy.moves import ExtraMove, Terms


class PhaseDown(ExtraMove):
    """Halves the cap and protects present holdings."""

    name = "phase-down"

    def terms(self, now, parameters):
        """Return the present policy with half the cap."""
        return Terms(now.theta, 0.5 * now.cap, now.instrument)


def months_below(run):
    """Return the number of months with openness below .5 since the takeover."""
    return sum(month.openness < 0.5 for month in run.record[48:])


def openness_kept(run):
    """Return the openness of the last month less that of the zero-exposure arm."""
    return 0.0 if run.control is None else run.record[-1].openness - run.control.record[-1].openness


def docketed(run):
    """Return how often the move was put on the agenda."""
    return sum(event.kind == "docketed" and event.move == "phase-down" for event in run.events)
