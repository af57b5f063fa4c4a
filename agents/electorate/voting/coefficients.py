"""Plain numbers the kernels need, packed once per world from the parameter groups and the channel switches."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..opinion.parameters import OpinionParameters, VotingParameters
from ..parameters import ExposureParameters


class OpinionCoefficients(NamedTuple):
    """Coefficients of `opinion_month`; names as in the ODD document."""

    relaxation: float
    ownership_shift: float
    blame_shift: float
    cue_weight: float
    thermostat: float
    salience_base: float
    salience_stake: float
    salience_threat: float
    salience_media: float
    stake_half: float
    salience_up: float
    salience_down: float
    reference_up: float
    reference_down: float
    blame_threshold: float
    blame_up: float
    blame_down: float
    blame_policy_share: float
    grievance_keep: float
    unprotected: float
    public_usd: float
    public_visibility: float


class VoteCoefficients(NamedTuple):
    """Coefficients of `support`; names as in the ODD document."""

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


@lru_cache(maxsize=256)
def as_row(c: OpinionCoefficients | VoteCoefficients) -> npt.NDArray[np.float64]:
    """The coefficients as a read-only array, which a compiled function takes many times faster than a tuple."""
    row = np.array(c)
    row.flags.writeable = False
    return row


def opinion_coefficients(
    opinion: OpinionParameters,
    exposure: ExposureParameters,
    stake_scale: float,
    *,
    ideal_shift: bool,
    retrospective: bool,
    salience: bool,
    public_visibility: float,
) -> OpinionCoefficients:
    """Monthly coefficients; a channel that is off has its weight at zero.

    stake_scale: scale of attention and ownership that asset_vote_effect leaves (1 unless it is small).
    """
    stake = stake_scale if salience else 0.0
    return OpinionCoefficients(
        relaxation=opinion.relaxation,
        ownership_shift=stake_scale * opinion.ownership_shift if ideal_shift else 0.0,
        blame_shift=opinion.blame_shift if retrospective else 0.0,
        cue_weight=opinion.cue_weight,
        thermostat=opinion.thermostat,
        salience_base=opinion.salience_base,
        salience_stake=stake * opinion.salience_stake,
        salience_threat=stake * opinion.salience_threat,
        salience_media=opinion.salience_media,
        stake_half=opinion.stake_half,
        salience_up=1.0 - 0.5 ** (1.0 / opinion.salience_half_life_up),
        salience_down=1.0 - 0.5 ** (1.0 / opinion.salience_half_life_down),
        reference_up=opinion.reference_up,
        reference_down=opinion.reference_down,
        blame_threshold=opinion.blame_threshold,
        blame_up=opinion.blame_up,
        blame_down=opinion.blame_down,
        blame_policy_share=opinion.blame_policy_share,
        grievance_keep=2.718281828459045 ** (-1.0 / opinion.grievance_months),
        unprotected=1.0 - exposure.grandfathering,
        public_usd=0.0,
        public_visibility=public_visibility,
    )


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
    """Coefficients of the vote; loss_weight and stake_scale solve asset_vote_effect. Turnout is a kernel flag."""
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
