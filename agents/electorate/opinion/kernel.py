"""The compiled month of every mind. Plain reference in tests/reference, equations in the ODD (opinion_month).

Written like accounts_kernels: loops without branches, which compilers turn into vector instructions.
"""

from __future__ import annotations

import numba
import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from ...numerics.blocks import GROUP, Block, Totals, share_out
from ..coefficient_row import as_row
from ..columns import (
    ATTENTION,
    BLAME,
    GRIEVANCE,
    IDEAL,
    IDEAL_BASE,
    INCOME,
    PARTISANSHIP,
    PRODUCT,
    REFERENCE,
    SALIENCE,
    UNITS,
    VISIBILITY,
)
from .coefficients import OpinionCoefficients

_COUNT = len(OpinionCoefficients._fields)


def opinion_month(
    fixed: Block,
    dynamic: Block,
    prices: Totals,
    openness: float,
    threat: float,
    media: float,
    stand_r: float,
    stand_d: float,
    c: OpinionCoefficients,
) -> None:
    """One month of every mind: reference point, blame, salience, ideal policy, grievance (ODD: opinion_month)."""
    share_out(fixed.shape[1], move_minds, fixed, dynamic, prices, openness, threat, media, stand_r, stand_d, as_row(c))


@numba.njit(error_model="numpy", forceinline=True)
def _move(
    fixed: Block,
    dynamic: Block,
    start: int,
    stop: int,
    prices: Totals,
    price_of: Totals,
    openness: float,
    threat: float,
    media: float,
    stand_r: float,
    stand_d: float,
    c: OpinionCoefficients,
    held_any: bool,
    listed: bool,
    public: bool,
) -> None:  # pragma: no cover - compiled
    """Minds of a group of voters after the month.

    held_any: somebody holds something; listed: products may differ, so that price_of says what each voter's is worth,
    and a holder may have lost enough to blame somebody; public: everybody holds something, through a public fund.
    """
    base, income = fixed[IDEAL_BASE, start:stop], fixed[INCOME, start:stop]
    partisanship, attention = fixed[PARTISANSHIP, start:stop], fixed[ATTENTION, start:stop]
    units, visibility = dynamic[UNITS, start:stop], dynamic[VISIBILITY, start:stop]
    reference = dynamic[REFERENCE, start:stop]
    blame, salience = dynamic[BLAME, start:stop], dynamic[SALIENCE, start:stop]
    ideal, grievance = dynamic[IDEAL, start:stop], dynamic[GRIEVANCE, start:stop]
    calm_salience = c.salience_base + c.salience_media * media
    stake_salience = c.salience_stake + c.salience_threat * threat * c.unprotected
    public_salience = c.salience_stake + c.salience_threat * threat
    thermostat = c.thermostat * (openness - 0.5)
    price = prices[0]
    for j in range(stop - start):
        own = np.float64(base[j])
        blame_goal, salience_goal, ideal_goal = 0.0, calm_salience, own
        if held_any:
            if listed:
                price = price_of[j]
            held, seen = np.float64(units[j]), np.float64(visibility[j])
            is_holder = held > 0.0
            before = np.float64(reference[j])
            speed = c.reference_up if price > before else c.reference_down
            after = before + min(1.0, 2.0 * np.float64(attention[j]) * speed) * (price - before)
            reference[j] = after if is_holder else before
            if listed:
                loss = 1.0 - price / after
                large = (loss - c.blame_threshold) / (1.0 - c.blame_threshold)
                blamed = c.blame_policy_share * seen * openness * large
                blame_goal = blamed if is_holder and loss > c.blame_threshold else 0.0
            stake = held * price / np.float64(income[j])
            noticed = seen * stake / (stake + c.stake_half)
            salience_goal = calm_salience + noticed * stake_salience if is_holder else calm_salience
            ideal_goal = own + c.ownership_shift * seen if is_holder else own
        if public:
            share = c.public_usd / np.float64(income[j])
            salience_goal += c.public_visibility * share / (share + c.stake_half) * public_salience
        now, felt = np.float64(blame[j]), np.float64(salience[j])
        now += (c.blame_up if blame_goal > now else c.blame_down) * (blame_goal - now)
        blame[j] = now
        salience[j] = felt + (c.salience_up if salience_goal > felt else c.salience_down) * (salience_goal - felt)
        side = np.float64(partisanship[j])
        party = stand_r if side > 0.0 else stand_d
        strength = abs(side) / (1.0 + abs(side))
        wanted: float = ideal_goal + c.cue_weight * strength * (party - own)
        wanted -= c.blame_shift * now + thermostat
        wanted = min(1.0, max(0.0, wanted))
        was = np.float64(ideal[j])
        ideal[j] = was + c.relaxation * (wanted - was)
        grievance[j] = np.float64(grievance[j]) * c.grievance_keep


@numba.njit(cache=True, error_model="numpy", nogil=True)
def move_minds(
    first: int,
    last: int,
    fixed: Block,
    dynamic: Block,
    prices: Totals,
    openness: float,
    threat: float,
    media: float,
    stand_r: float,
    stand_d: float,
    row: Totals,
) -> None:  # pragma: no cover - compiled
    """Months of the minds of voters first .. last-1."""
    c = OpinionCoefficients(*to_fixed_tuple(row, _COUNT))  # type: ignore[call-arg]
    price_of = np.empty(GROUP)
    month = (prices, price_of, openness, threat, media, stand_r, stand_d, c)
    for start in range(first, last, GROUP):
        stop = min(start + GROUP, last)
        units, product = dynamic[UNITS, start:stop], dynamic[PRODUCT, start:stop]
        holders, other = 0, 0
        for j in range(stop - start):
            holders += 1 if units[j] > 0.0 else 0
        public = c.public_usd > 0.0
        if holders == 0 and not public:
            _move(fixed, dynamic, start, stop, *month, False, False, False)
            continue
        for j in range(stop - start):
            other += 1 if product[j] != 0.0 else 0
        reference = dynamic[REFERENCE, start:stop]
        if other == 0 and not public and not _may_have_lost(units, reference, prices[0], c.blame_threshold):
            _move(fixed, dynamic, start, stop, *month, True, False, False)
            continue
        for j in range(stop - start):
            price_of[j] = prices[int(product[j])]
        if public:
            _move(fixed, dynamic, start, stop, *month, True, True, True)
        else:
            _move(fixed, dynamic, start, stop, *month, True, True, False)


@numba.njit(error_model="numpy", forceinline=True)
def _may_have_lost(
    units: Block, reference: Block, price: float, threshold: float
) -> bool:  # pragma: no cover - compiled
    """Whether the price is so far below a holder's reference point that she may blame somebody for it.

    A reference point moves towards the price, so that a loss on the new one is no larger than on the old one.
    """
    most = price / (1.0 - threshold) * (1.0 - 1e-6)
    found = 0
    for j in range(reference.size):
        found += 1 if units[j] > 0.0 and np.float64(reference[j]) > most else 0
    return found > 0
