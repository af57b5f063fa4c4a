"""Coefficients of the opinion kernel, derived from parameters."""

from __future__ import annotations

from typing import NamedTuple

from ..parameters import ExposureParameters
from .parameters import OpinionParameters


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
    opposed_shift: float
    opposed_salience: float
    opposed_crash_salience: float
    silenced_attention: float
    silenced_shift: float
    stake_unprotected: float
    unprotected: float
    public_usd: float
    public_visibility: float


def opinion_coefficients(
    opinion: OpinionParameters,
    exposure: ExposureParameters,
    stake_scale: float,
    *,
    ideal_shift: bool,
    retrospective: bool,
    salience: bool,
    public_visibility: float,
    touchable: float,
) -> OpinionCoefficients:
    """Return monthly coefficients; a channel that is off has its weight at zero.

    stake_scale: factor on attention and ownership that limits them to asset_vote_effect (1 unless it is small);
    touchable: `touchable_share`, 1 where threats follow openness.
    """
    by_loss = opinion.threat_from == "believed-loss"
    stake = stake_scale if salience else 0.0
    return OpinionCoefficients(
        relaxation=opinion.relaxation,
        ownership_shift=stake_scale * opinion.ownership_shift if ideal_shift else 0.0,
        blame_shift=opinion.blame_shift if retrospective else 0.0,
        cue_weight=opinion.cue_weight,
        thermostat=opinion.thermostat,
        salience_base=opinion.salience_base,
        salience_stake=stake * opinion.salience_stake * touchable,
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
        opposed_shift=opinion.opposed_shift,
        opposed_salience=opinion.opposed_salience,
        opposed_crash_salience=opinion.opposed_crash_salience,
        silenced_attention=stake,
        silenced_shift=stake_scale if ideal_shift else 0.0,
        stake_unprotected=1.0 - exposure.grandfathering if by_loss else 1.0,
        unprotected=1.0 - exposure.grandfathering,
        public_usd=0.0,
        public_visibility=public_visibility,
    )
