"""Coefficients of the kernels of opinion and vote."""

from __future__ import annotations

from typing import NamedTuple

from ...agents.electorate.opinion.coefficients import OpinionCoefficients, opinion_coefficients
from ...agents.electorate.voting.coefficients import VoteCoefficients, vote_coefficients
from ..parameters.tree import Parameters
from .vote_effect import VoteEffect, touchable_share


class Coefficients(NamedTuple):
    """Coefficients of the two kernels."""

    opinion: OpinionCoefficients
    vote: VoteCoefficients


def voter_coefficients(p: Parameters, effect: VoteEffect) -> Coefficients:
    """Return the coefficients of a tree and its vote effect; a channel that is off has its weight at zero."""
    on = p.channels
    opinion = opinion_coefficients(
        p.opinion,
        p.exposure,
        effect.stake_scale,
        ideal_shift=on.ideal_shift,
        retrospective=on.retrospective,
        salience=on.salience,
        public_visibility=p.fund.visibility,
        touchable=touchable_share(p),
    )
    vote = vote_coefficients(
        p.voting,
        p.opinion,
        p.exposure,
        effect.loss_weight,
        effect.stake_scale,
        prospective=on.prospective,
        retrospective=on.retrospective,
        salience=on.salience,
        backstop=p.party.support_move,
        public_visibility=p.fund.visibility,
    )
    return Coefficients(opinion, vote)
