"""The compiled month of all opinions (ODD: opinion_month). Plain reference in tests/reference.

Like the kernel of accounts: loops without branches, which compilers turn into vector instructions.
"""

from __future__ import annotations

import numba
import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from ...numerics.blocks import GROUP, Block, Totals, share_out
from ..accounts.equations import stake, years_of_income
from ..coefficient_row import as_row
from ..columns import (
    ATTENTION,
    BLAME,
    GRIEVANCE,
    IDEAL,
    IDEAL_BASE,
    INCOME,
    OPPOSED,
    PARTISANSHIP,
    PRODUCT,
    REFERENCE,
    SALIENCE,
    UNITS,
    VISIBILITY,
)
from .coefficients import OpinionCoefficients
from .equations import (
    blame_goal,
    calm_salience,
    ideal_goal,
    next_blame,
    next_grievance,
    next_ideal,
    next_reference,
    next_salience,
    noticed,
    opposed_attention,
    opposed_ideal,
    opposed_salience,
    opposition,
    ownership_ideal,
    painless_reference,
    party_cue,
    price_loss,
    public_salience,
    salience_goal,
)

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
    fall: float,
    c: OpinionCoefficients,
) -> None:
    """Move every opinion by a month: reference price, blame, salience, ideal policy, grievance (ODD: opinion_month).

    fall: share of the coin's price lost since its peak.
    """
    share_out(
        fixed.shape[1], move_opinions, fixed, dynamic, prices, openness, threat, media, stand_r, stand_d, fall,
        as_row(c),
    )  # fmt: skip


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
    fall: float,
    c: OpinionCoefficients,
    held_any: bool,
    listed: bool,
    public: bool,
    against: bool,
) -> None:  # pragma: no cover - compiled
    """Move the opinions of voters start .. stop-1 by a month.

    held_any: a voter of the group holds crypto; listed: products may differ, so that price_of has a price per voter,
    and a loss may exceed the threshold of blame; public: every voter has a share of a public fund;
    against: a voter of the group may be opposed to the policy.
    """
    ideal_base, income = fixed[IDEAL_BASE, start:stop], fixed[INCOME, start:stop]
    partisanship, attention = fixed[PARTISANSHIP, start:stop], fixed[ATTENTION, start:stop]
    units, visibility = dynamic[UNITS, start:stop], dynamic[VISIBILITY, start:stop]
    reference = dynamic[REFERENCE, start:stop]
    blame, salience = dynamic[BLAME, start:stop], dynamic[SALIENCE, start:stop]
    ideal, grievance = dynamic[IDEAL, start:stop], dynamic[GRIEVANCE, start:stop]
    opposed, calm, awakened = fixed[OPPOSED, start:stop], calm_salience(media, c), opposed_attention(openness, fall, c)
    price: float = prices[0]
    for j in range(stop - start):
        base: float = np.float64(ideal_base[j])
        goal_of_blame, goal_of_salience, own_ideal = 0.0, calm, base
        if held_any:
            if listed:
                price = price_of[j]
            held, seen = np.float64(units[j]), np.float64(visibility[j])
            is_holder = held > 0.0
            before = np.float64(reference[j])
            after = next_reference(before, price, np.float64(attention[j]), c)
            reference[j] = after if is_holder else before
            if listed:
                blamed = blame_goal(price_loss(price, after), seen, openness, c)
                goal_of_blame = blamed if is_holder else 0.0
            noticed_share = noticed(stake(held, price, np.float64(income[j])), seen, c.stake_half)
            goal_of_salience = salience_goal(calm, noticed_share, threat, c) if is_holder else calm
            own_ideal = ownership_ideal(base, seen, c) if is_holder else base
        if public:
            share = years_of_income(c.public_usd, np.float64(income[j]))
            goal_of_salience += public_salience(share, threat, c)
        if against:
            by_nature = np.float64(opposed[j])
            sees = np.float64(visibility[j]) if np.float64(units[j]) > 0.0 else 0.0
            loud = opposition(by_nature, sees, c.silenced_attention)
            goal_of_salience = opposed_salience(goal_of_salience, loud, awakened)
            own_ideal = opposed_ideal(own_ideal, opposition(by_nature, sees, c.silenced_shift), c)
        blamed_now = next_blame(np.float64(blame[j]), goal_of_blame, c)
        blame[j] = blamed_now
        salience[j] = next_salience(np.float64(salience[j]), goal_of_salience, c)
        cue = party_cue(np.float64(partisanship[j]), base, stand_r, stand_d, c)
        goal_of_ideal = ideal_goal(own_ideal, cue, blamed_now, openness, c)
        ideal[j] = next_ideal(np.float64(ideal[j]), goal_of_ideal, c)
        grievance[j] = next_grievance(np.float64(grievance[j]), c)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def move_opinions(
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
    fall: float,
    row: Totals,
) -> None:  # pragma: no cover - compiled
    """Move the opinions of voters first .. last-1 by a month."""
    c = OpinionCoefficients(*to_fixed_tuple(row, _COUNT))  # type: ignore[call-arg]
    price_of = np.empty(GROUP)
    month = (prices, price_of, openness, threat, media, stand_r, stand_d, fall, c)
    for start in range(first, last, GROUP):
        stop = min(start + GROUP, last)
        units, product = dynamic[UNITS, start:stop], dynamic[PRODUCT, start:stop]
        opposed, holders, against, other = fixed[OPPOSED, start:stop], 0, 0, 0
        for j in range(stop - start):
            holders += 1 if units[j] > 0.0 else 0
            against += 1 if opposed[j] > 0.0 else 0
        public = c.public_usd > 0.0
        if holders == 0 and against == 0 and not public:
            _move(fixed, dynamic, start, stop, *month, False, False, False, False)
            continue
        for j in range(stop - start):
            other += 1 if product[j] != 0.0 else 0
        reference = dynamic[REFERENCE, start:stop]
        if (
            other == 0
            and against == 0
            and not public
            and not _may_have_lost(units, reference, prices[0], c.blame_threshold)
        ):
            _move(fixed, dynamic, start, stop, *month, True, False, False, False)
            continue
        for j in range(stop - start):
            price_of[j] = prices[int(product[j])]
        if against > 0:
            _move(fixed, dynamic, start, stop, *month, True, True, public, True)
        elif public:
            _move(fixed, dynamic, start, stop, *month, True, True, True, False)
        else:
            _move(fixed, dynamic, start, stop, *month, True, True, False, False)


@numba.njit(error_model="numpy", forceinline=True)
def _may_have_lost(
    units: Block, reference: Block, price: float, threshold: float
) -> bool:  # pragma: no cover - compiled
    """Return whether any holder's loss may exceed the threshold of blame (E16); a group without one skips blame.

    A reference price moves towards the price, so that the loss on the new one is no larger than on the old one.
    """
    highest = painless_reference(price, threshold) * (1.0 - 1e-6)  # less a margin for rounding
    losers = 0
    for j in range(reference.size):
        losers += 1 if units[j] > 0.0 and np.float64(reference[j]) > highest else 0
    return losers > 0
