"""The compiled month of every mind. Plain reference in tests/reference, equations in the ODD (opinion_month).

Written like accounts_kernels: short loops over rows of working space, which compilers turn into vector instructions.
"""

from __future__ import annotations

import numba
import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from .blocks import GROUP, ROW, Block, Totals, share_out
from .coefficients import OpinionCoefficients, as_row
from .columns import (
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

_BLAME_GOAL, _SALIENCE_GOAL, _IDEAL_GOAL, _PRICE, _REFERENCE = (ROW * row for row in range(5))
_BLAME, _SALIENCE, _IDEAL, _GRIEVANCE = (ROW * row for row in range(5, 9))
_SPACE = 9 * ROW
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
    share_out(fixed.shape[1], _opinion, fixed, dynamic, prices, openness, threat, media, stand_r, stand_d, as_row(c))


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _opinion(
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
    space = np.empty(_SPACE)
    calm_salience = c.salience_base + c.salience_media * media
    stake_salience = c.salience_stake + c.salience_threat * threat * c.unprotected
    public_salience = c.salience_stake + c.salience_threat * threat
    thermostat = c.thermostat * (openness - 0.5)
    for start in range(first, last, GROUP):
        stop = min(start + GROUP, last)
        count = stop - start
        base, income = fixed[IDEAL_BASE, start:stop], fixed[INCOME, start:stop]
        partisanship, attention = fixed[PARTISANSHIP, start:stop], fixed[ATTENTION, start:stop]
        units, visibility = dynamic[UNITS, start:stop], dynamic[VISIBILITY, start:stop]
        reference, product = dynamic[REFERENCE, start:stop], dynamic[PRODUCT, start:stop]
        blame, salience = dynamic[BLAME, start:stop], dynamic[SALIENCE, start:stop]
        ideal, grievance = dynamic[IDEAL, start:stop], dynamic[GRIEVANCE, start:stop]
        holders, other = 0, 0
        for j in range(count):
            holders += 1 if units[j] > 0.0 else 0
        if holders == 0:
            for j in range(count):
                space[_BLAME_GOAL + j] = 0.0
                space[_SALIENCE_GOAL + j] = calm_salience
                space[_IDEAL_GOAL + j] = np.float64(base[j])
        else:
            for j in range(count):
                other += 1 if product[j] != 0.0 else 0
            if other == 0:
                for j in range(count):
                    space[_PRICE + j] = prices[0]
            else:
                for j in range(count):
                    space[_PRICE + j] = prices[int(product[j])]
            for j in range(count):
                held, price, seen = np.float64(units[j]), space[_PRICE + j], np.float64(visibility[j])
                is_holder = held > 0.0
                before = np.float64(reference[j])
                speed = c.reference_up if price > before else c.reference_down
                after = before + min(1.0, 2.0 * np.float64(attention[j]) * speed) * (price - before)
                space[_REFERENCE + j] = after if is_holder else before
                loss = 1.0 - price / after
                large = (loss - c.blame_threshold) / (1.0 - c.blame_threshold)
                blamed = c.blame_policy_share * seen * openness * large
                space[_BLAME_GOAL + j] = blamed if is_holder and loss > c.blame_threshold else 0.0
                stake = held * price / np.float64(income[j])
                noticed = seen * stake / (stake + c.stake_half)
                space[_SALIENCE_GOAL + j] = calm_salience + noticed * stake_salience if is_holder else calm_salience
                own = np.float64(base[j])
                space[_IDEAL_GOAL + j] = own + c.ownership_shift * seen if is_holder else own
            for j in range(count):
                reference[j] = space[_REFERENCE + j]
        if c.public_usd > 0.0:
            for j in range(count):
                share = c.public_usd / np.float64(income[j])
                space[_SALIENCE_GOAL + j] += c.public_visibility * share / (share + c.stake_half) * public_salience
        for j in range(count):
            goal, now = space[_BLAME_GOAL + j], np.float64(blame[j])
            now += (c.blame_up if goal > now else c.blame_down) * (goal - now)
            space[_BLAME + j] = now
            goal, felt = space[_SALIENCE_GOAL + j], np.float64(salience[j])
            space[_SALIENCE + j] = felt + (c.salience_up if goal > felt else c.salience_down) * (goal - felt)
            side = np.float64(partisanship[j])
            party = stand_r if side > 0.0 else stand_d
            strength = abs(side) / (1.0 + abs(side))
            wanted = space[_IDEAL_GOAL + j] + c.cue_weight * strength * (party - np.float64(base[j]))
            wanted -= c.blame_shift * now + thermostat
            wanted = min(1.0, max(0.0, wanted))
            before = np.float64(ideal[j])
            space[_IDEAL + j] = before + c.relaxation * (wanted - before)
            space[_GRIEVANCE + j] = np.float64(grievance[j]) * c.grievance_keep
        for j in range(count):
            blame[j] = space[_BLAME + j]
        for j in range(count):
            salience[j] = space[_SALIENCE + j]
        for j in range(count):
            ideal[j] = space[_IDEAL + j]
        for j in range(count):
            grievance[j] = space[_GRIEVANCE + j]
