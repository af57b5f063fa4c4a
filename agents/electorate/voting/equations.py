"""What a voter brings to her vote and how she judges two stands: the equations that `support` and `ballots` share.

Compiled into their callers. Arithmetic is float64. `support` takes powers of many voters at once, so what follows from
a power stands apart from the power.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from ...numerics.blocks import Block, Totals
from ..columns import BELIEF, INCOME, PARTISANSHIP, PRODUCT, REFERENCE, UNITS, VISIBILITY
from .coefficients import VoteCoefficients

OwnTerms = tuple[float, float, float, float, float]


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def worth(units: float, price: float, reference: float, income: float) -> tuple[float, float]:  # pragma: no cover
    """What a holding is worth and what it has gained on its reference point, in years of income."""
    return units * price / income, units * (price - reference) / income


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def loss(power: float, visibility: float, belief: float, c: VoteCoefficients) -> float:  # pragma: no cover - compiled
    """Prospect value of a loss, positive; power: the loss in years of income to the power of the curvature."""
    return float(visibility * belief * c.loss_aversion * power)


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def pain(stake: float, visibility: float, belief: float, c: VoteCoefficients) -> float:  # pragma: no cover - compiled
    """Prospect value of losing the whole unprotected stake (years of income), positive (ODD: pain)."""
    if stake <= 0.0 or visibility <= 0.0 or c.unprotected <= 0.0:
        return 0.0
    return float(loss((c.unprotected * stake) ** c.curvature, visibility, belief, c))


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def whole_loss(
    stake: float, visibility: float, belief: float, c: VoteCoefficients
) -> float:  # pragma: no cover - compiled
    """Prospect value of losing a stake that nothing protects, such as a share of a public fund (ODD: whole_loss)."""
    return float(loss(stake**c.curvature, visibility, belief, c))


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def retrospection(
    units: float,
    price: float,
    reference: float,
    income: float,
    visibility: float,
    partisanship: float,
    incumbent: float,
    c: VoteCoefficients,
) -> float:  # pragma: no cover - compiled
    """Credit or blame for own gains, in logit, positive to the R party (ODD: retrospection)."""
    if units <= 0.0 or visibility <= 0.0:
        return 0.0
    gain = worth(units, price, reference, income)[1]
    return float(credit(gain, abs(gain) ** c.curvature, visibility, partisanship, incumbent, c))


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def credit(
    gain: float, power: float, visibility: float, partisanship: float, incumbent: float, c: VoteCoefficients
) -> float:  # pragma: no cover - compiled
    """`retrospection` of a gain whose size to the power of the curvature is known."""
    if c.retrospective_weight == 0.0:
        return 0.0
    value = power if gain >= 0.0 else -c.loss_aversion * power
    strength = partisanship / (1.0 + abs(partisanship))
    share = c.blame_incumbent * (1.0 - c.blame_incumbent_partisan * incumbent * strength)
    push = c.retrospective_weight * share * visibility * value
    return float(incumbent * min(c.retrospective_cap, max(-c.retrospective_cap, push)))


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def holder_terms(
    stake: float,
    stake_power: float,
    gain: float,
    gain_power: float,
    visibility: float,
    belief: float,
    partisanship: float,
    incumbent: float,
    c: VoteCoefficients,
) -> tuple[float, float, float, float]:  # pragma: no cover - compiled
    """Feared loss, attention to a threat, retrospection and relief of somebody who sees what she holds.

    stake_power: the unprotected stake to the power of the curvature; gain_power: the size of the gain to that power.
    """
    attention = c.salience_threat * c.unprotected * visibility * stake / (stake + c.stake_half)
    own = credit(gain, gain_power, visibility, partisanship, incumbent, c)
    relief = visibility * c.loss_aversion * gain_power if c.backstop > 0.0 and gain < 0.0 else 0.0
    return loss(stake_power, visibility, belief, c), attention, own, relief


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def public_terms(
    share: float, power: float, belief: float, c: VoteCoefficients
) -> tuple[float, float]:  # pragma: no cover - compiled
    """Feared loss of and attention to a voter's share of a public fund (years of income); power: to the curvature."""
    attention = c.salience_threat * c.public_visibility * share / (share + c.stake_half)
    return loss(power, c.public_visibility, belief, c), attention


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def own_terms(
    fixed: Block, dynamic: Block, i: int, prices: Totals, incumbent: float, c: VoteCoefficients
) -> OwnTerms:  # pragma: no cover - compiled
    """What voter i's stakes bring to her vote (ODD: own_terms).

    Feared loss, attention to a threat, retrospection, and what a public backstop of savers' losses is worth to her:
    the prospect value of her own loss (relief), or a taxpayer's dislike in logit where she holds nothing.
    """
    units, visibility = np.float64(dynamic[UNITS, i]), np.float64(dynamic[VISIBILITY, i])
    income, belief = np.float64(fixed[INCOME, i]), np.float64(fixed[BELIEF, i])
    feared, attention, own, relief, dislike = 0.0, 0.0, 0.0, 0.0, 0.0
    if units > 0.0 and visibility > 0.0:
        price = prices[int(dynamic[PRODUCT, i])]
        stake, gain = worth(units, price, np.float64(dynamic[REFERENCE, i]), income)
        feared, attention, own, relief = holder_terms(
            stake, (c.unprotected * stake) ** c.curvature, gain, abs(gain) ** c.curvature,
            visibility, belief, np.float64(fixed[PARTISANSHIP, i]), incumbent, c,
        )  # fmt: skip
    elif c.backstop > 0.0:
        dislike = c.backstop_dislike
    if c.public_usd > 0.0:
        share = c.public_usd / income
        public = public_terms(share, share**c.curvature, belief, c)
        feared, attention = feared + public[0], attention + public[1]
    return feared, attention, own, relief, dislike


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def judge(
    base: float,
    ideal: float,
    weight: float,
    feared: float,
    grievance: float,
    own: float,
    relief: float,
    dislike: float,
    question: Sequence[float] | Totals,
    turnout_channel: bool,
    c: VoteCoefficients,
) -> tuple[float, float]:  # pragma: no cover - compiled
    """Utility of R over D at two stands, and the gap that mobilises (ODD: support). question: a row as in `support`."""
    r, d = question[0], question[1]
    issue = weight * c.ideal_weight * ((d * d - r * r) - 2.0 * ideal * (d - r))
    stakes = weight * c.loss_weight * (feared * (question[3] - question[2]) + grievance) + own
    backed = question[5] - question[6]
    if backed != 0.0:
        stakes += backed * (weight * c.loss_weight * relief - dislike)
    utility = base + issue + stakes
    return utility, abs(utility) if turnout_channel else abs(base + issue)
