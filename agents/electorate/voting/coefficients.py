"""Coefficients of the vote, packed once per world from the parameter groups and the channel switches."""

from __future__ import annotations

from typing import NamedTuple

from ..opinion.parameters import OpinionParameters
from ..parameters import ExposureParameters
from .parameters import VotingParameters


class VoteCoefficients(NamedTuple):
    """Coefficients of `expected_votes`; names as in the ODD document."""

    ideal_weight: float
    loss_weight: float
    loss_aversion: float
    curvature: float
    unprotected: float
    stake_half: float
    salience_threat: float
    retrospective_weight: float
    retrospective_cap: float
    blame_incumbent: float
    blame_incumbent_partisan: float
    turnout_gap_weight: float
    backstop: float
    backstop_dislike: float
    public_usd: float
    public_visibility: float


def vote_coefficients(
    voting: VotingParameters,
    opinion: OpinionParameters,
    exposure: ExposureParameters,
    loss_weight: float,
    stake_scale: float,
    *,
    prospective: bool,
    retrospective: bool,
    salience: bool,
    backstop: bool,
    public_visibility: float,
) -> VoteCoefficients:
    """Return the coefficients of the vote; loss_weight and stake_scale solve asset_vote_effect."""
    return VoteCoefficients(
        ideal_weight=voting.ideal_weight,
        loss_weight=loss_weight if prospective else 0.0,
        loss_aversion=opinion.loss_aversion,
        curvature=opinion.curvature,
        unprotected=1.0 - exposure.grandfathering,
        stake_half=opinion.stake_half,
        salience_threat=stake_scale * opinion.salience_threat if salience else 0.0,
        retrospective_weight=voting.retrospective_weight if retrospective else 0.0,
        retrospective_cap=voting.retrospective_cap,
        blame_incumbent=voting.blame_incumbent,
        blame_incumbent_partisan=voting.blame_incumbent_partisan,
        turnout_gap_weight=voting.turnout_gap_weight,
        backstop=1.0 if backstop and prospective else 0.0,
        backstop_dislike=voting.backstop_dislike,
        public_usd=0.0,
        public_visibility=public_visibility,
    )
