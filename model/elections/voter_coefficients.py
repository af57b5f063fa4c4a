"""What a tree of parameters means for the kernels of opinion and vote, worked out once for a tree."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import BaseModel

from ...agents.electorate.opinion.coefficients import OpinionCoefficients, opinion_coefficients
from ...agents.electorate.voting.coefficients import VoteCoefficients, vote_coefficients
from ..identity_cache import by_identity
from ..parameters.tree import Parameters
from .vote_effect import solve_vote_effect


class Coefficients(NamedTuple):
    """Those of the two kernels."""

    opinion: OpinionCoefficients
    vote: VoteCoefficients


@by_identity
def coefficients(p: Parameters) -> Coefficients:
    """Coefficients of a world of these parameters; a channel that is off has its weight at zero."""
    on, effect = p.channels, _vote_effect(dose_free(p))
    opinion = opinion_coefficients(
        p.opinion,
        p.exposure,
        effect.stake_scale,
        ideal_shift=on.ideal_shift,
        retrospective=on.retrospective,
        salience=on.salience,
        public_visibility=p.fund.visibility,
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


_FRESH = Parameters()
_UNDOSED = tuple(name for name in Parameters.model_fields if name not in ("exposure", "channels", "polls"))
_vote_effect = by_identity(solve_vote_effect)


def dose_free(p: Parameters) -> Parameters:
    """The tree with exposure, channels and polls at their defaults: the loss weight is the same in every arm.

    One and the same tree for all arms, whose other groups are the same objects.
    """
    return _with_groups(*(getattr(p, name) for name in _UNDOSED))


@by_identity
def _with_groups(*undosed: BaseModel) -> Parameters:
    return _FRESH.model_copy(update=dict(zip(_UNDOSED, undosed, strict=True)))
