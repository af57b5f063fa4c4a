"""Learner: the party that repeats its aim while its share reaches its aspiration and searches otherwise."""

from __future__ import annotations

from ...numerics.ordered_sum import ordered_sum
from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters
from .contract import Rule, towards_rival, within_scale


class Learner(Rule):
    """Repeats its aim while its share reaches its aspiration, otherwise searches (ODD D25; Bendor et al. 2011).

    The payoff of an aim is the own share polled at the next decision. The search starts from the aim with the best
    mean payoff and tries the rival's side first. Like the hunter, the learner asks no hypothetical questions.
    """

    name = "learner"
    heeds_polls = False
    remembers = True

    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """Return the last aim if it satisfies; else an untried neighbour of the best aim; else the best aim."""
        if not memory.aims:
            return ideal
        payoffs = (*memory.shares[1:], poll.shares[poll.standing])
        if payoffs[-1] >= _aspiration(memory.shares, parameters) - parameters.noticed_gain:
            return memory.aims[-1]
        best = max(memory.aims, key=lambda aim: _mean_payoff(aim, memory.aims, payoffs))
        step = towards_rival(best, ideal, policy) * parameters.search_step
        for candidate in (within_scale(best + step), within_scale(best - step)):
            if not any(_is_same(candidate, aim) for aim in memory.aims):
                return candidate
        return best


def _aspiration(shares: tuple[float, ...], parameters: PartyParameters) -> float:
    """Return the aspired share: the first share polled, adjusted towards every later payoff in turn."""
    aspiration = shares[0]
    for payoff in shares[1:]:
        aspiration += parameters.aspiration_speed * (payoff - aspiration)
    return aspiration


def _is_same(aim: float, other: float) -> bool:
    """Return whether two aims are one position, up to the rounding of the steps that led there."""
    return abs(aim - other) < 1e-9


def _mean_payoff(aim: float, aims: tuple[float, ...], payoffs: tuple[float, ...]) -> float:
    """Return the mean payoff of all decisions taken with this aim."""
    same = [payoff for past, payoff in zip(aims, payoffs, strict=True) if _is_same(past, aim)]
    return ordered_sum(same) / len(same)
