"""Learner: satisfied with what did well enough, searches when it did not."""

from __future__ import annotations

from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters
from .contract import Rule, towards_rival, within_scale


class Learner(Rule):
    """Repeats its aim while the share it brings reaches the aspiration, searches otherwise (Bendor et al. 2011).

    The payoff of an aim is the own share polled at the next decision. It searches around the aim that has paid best,
    on the rival's side first, and like the hunter it asks no what-if questions.
    """

    name = "learner"
    heeds_polls = False
    remembers = True

    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """The last aim if it satisfied; else a step not yet tried from the aim that paid best; else that aim itself."""
        if not memory.aims:
            return ideal
        payoffs = (*memory.shares[1:], poll.shares[poll.standing])
        if payoffs[-1] >= _aspiration(memory.shares, parameters) - parameters.noticed_gain:
            return memory.aims[-1]
        step = parameters.search_step
        best = max(memory.aims, key=lambda aim: _mean_payoff(aim, memory.aims, payoffs))
        first = towards_rival(best, ideal, policy) * step
        for candidate in (within_scale(best + first), within_scale(best - first)):
            if not any(_same(candidate, aim) for aim in memory.aims):
                return candidate
        return best


def _aspiration(shares: tuple[float, ...], parameters: PartyParameters) -> float:
    """Share that satisfies: the first share polled, moved by a part of every later payoff's distance from it."""
    aspiration = shares[0]
    for payoff in shares[1:]:
        aspiration += parameters.aspiration_speed * (payoff - aspiration)
    return aspiration


def _same(one: float, other: float) -> bool:
    """Whether two aims are one position, up to the rounding of the steps that led there."""
    return abs(one - other) < 1e-9


def _mean_payoff(aim: float, aims: tuple[float, ...], payoffs: tuple[float, ...]) -> float:
    """Mean payoff of all decisions taken with this aim."""
    found = [payoff for one, payoff in zip(aims, payoffs, strict=True) if _same(one, aim)]
    return sum(found) / len(found)
