"""Values derived from a parameter tree: computed once per tree and kept in the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..agents.electorate.opinion.coefficients import OpinionCoefficients
from ..agents.electorate.voting.coefficients import VoteCoefficients
from .economy.employers import offer_rate
from .economy.market import Chances, chances, market_coefficients
from .economy.products import allocations, coin_shares, price_moves
from .elections.questions import Questions
from .elections.vote_effect import VoteEffect, solve_vote_effect
from .elections.voter_coefficients import voter_coefficients
from .parameters.tree import Parameters
from .population.demography import monthly_drawdown

Reals = npt.NDArray[np.float64]
VOTE_EFFECT_GROUPS = ("electorate", "attitude", "opinion", "voting")
"""Groups on which the vote effect depends, beside policy.friendly_theta; arms differ only in other groups."""
_DEFAULTS = Parameters()


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """Values derived from one tree. Do not write to its arrays, which are not locked: kernels take writable ones.

    questions: rows of poll questions. drawdown: share of the balance that a retired person takes out in a month.
    offer_rate: of employers, 0 where exposure does not evolve. without_dose: the tree at zero exposure, equal for all
    arms that have the same entrants.
    """

    parameters: Parameters
    vote_effect: VoteEffect
    questions: Questions
    opinion: OpinionCoefficients
    vote: VoteCoefficients
    market: Reals
    chances: Chances
    price_moves: Reals
    allocations: Reals
    coin_shares: Reals
    drawdown: float
    offer_rate: float
    without_dose: Parameters

    def __reduce__(self) -> tuple[Callable[[Parameters], Derived], tuple[Parameters]]:
        """Pickle the tree alone, from which the other fields are derived."""
        return derive, (self.parameters,)


@lru_cache(maxsize=128)
def derive(p: Parameters) -> Derived:
    """Return the values derived from a tree.

    The cache is by value: each task brings its own copy of the tree. Arms of a study and its replicates share the vote
    effect (13 ms to solve) and the poll questions computed before.
    """
    base = _basis(p)
    if base == p:
        effect, questions = solve_vote_effect(p), Questions(p.opinion)
    else:
        shared = derive(base)
        effect, questions = shared.vote_effect, shared.questions
    opinion, vote = voter_coefficients(p, effect)
    dose = {"breadth": 0.0, "visibility": 0.0, "evolves": False}
    return Derived(
        parameters=p,
        vote_effect=effect,
        questions=questions,
        opinion=opinion,
        vote=vote,
        market=market_coefficients(p),
        chances=chances(p),
        price_moves=price_moves(p),
        allocations=allocations(p),
        coin_shares=coin_shares(p),
        drawdown=monthly_drawdown(p),
        offer_rate=offer_rate(p.employer) if p.exposure.evolves else 0.0,
        without_dose=p.model_copy(update={"exposure": p.exposure.model_copy(update=dose)}),
    )


def _basis(p: Parameters) -> Parameters:
    """Return the default tree with the inputs of the vote effect as in `p`: equal for all arms of a study."""
    policy = _DEFAULTS.policy.model_copy(update={"friendly_theta": p.policy.friendly_theta})
    return _DEFAULTS.model_copy(update={"policy": policy, **{name: getattr(p, name) for name in VOTE_EFFECT_GROUPS}})
