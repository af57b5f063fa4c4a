"""The electorate in whole-array NumPy: the same rules as the compiled kernels, written as one would without a compiler.

It shares no code with the kernels and imports none. State is float32, arithmetic and totals float64. Holders are
picked out by their numbers, so that nobody else pays for their rules; a pass goes through slices of `SLICE` voters,
whose temporary arrays stay in the cache of one core (whole columns are slower from about 100,000 voters on).
Neighbours are a sparse matrix of SciPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from political_moat.agents.electorate import columns as at

Block = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

SLICE = 8_192
"""Voters of one pass where there are many: a float64 array of them is 64 KB, which the allocator gives back at once."""
WHOLE = 16_384
"""Up to so many voters are one pass: calls cost more than the cache saves."""
REST = 1e-9


def slices(begin: int, end: int) -> Iterator[slice]:
    """The voters begin .. end-1, SLICE at a time, or all at once where they are few."""
    step = SLICE if end - begin > WHOLE else max(1, end - begin)
    return (slice(start, min(start + step, end)) for start in range(begin, end, step))


def wide(column: Block) -> Reals:
    """A column, or part of one, in float64."""
    return column.astype(np.float64)


def of(column: Block, held: Numbers) -> Reals:
    """The values of some voters in float64; `take` is faster than an index."""
    return column.take(held).astype(np.float64)


def put(column: Block, held: Numbers, values: Reals) -> None:
    """Store values of some voters; rounding them first is faster than doing so while they are scattered."""
    column[held] = values.astype(np.float32)


def approach(gap: Reals, up: float, down: float) -> Reals:
    """up * gap where the gap is positive, down * gap where it is not; `where` would take twice the time."""
    return np.asarray((np.maximum if up >= down else np.minimum)(up * gap, down * gap))


def unit_prices(prices: Reals, product: Block) -> Reals:
    """Price of the product that each of some voters holds."""
    return np.asarray(prices[product.astype(np.intp)])


def accounts_month(
    fixed: Block,
    dynamic: Block,
    products: Reals,
    stock_return: float,
    bond_return: float,
    rebalancing: float,
    keep_share: float,
    drawdown: float,
    retirement_age: float,
) -> Reals:
    """One month of every account; totals: flow into the coin, contributions, gains, coin value, withdrawals."""
    totals = np.zeros(5)
    for part in slices(0, fixed.shape[1]):
        people, state = fixed[:, part], dynamic[:, part]
        growth = np.multiply(people[at.EQUITY], stock_return - bond_return, dtype=np.float64)
        growth += bond_return
        plan, ira = wide(state[at.PLAN]), wide(state[at.IRA])
        gains = plan @ growth + ira @ growth
        growth += 1.0
        plan *= growth
        plan += people[at.CONTRIBUTION]
        ira *= growth
        out = np.where(people[at.AGE] >= retirement_age, drawdown, 0.0) if drawdown > 0.0 else None
        totals += (0.0, people[at.CONTRIBUTION].sum(dtype=np.float64), gains, 0.0, 0.0)
        held = np.flatnonzero((state[at.ASSIGNED_STAKE] > 0.0) | (state[at.UNITS] > 0.0))
        if held.size:
            totals += _holdings_month(people, state, held, plan, ira, products, rebalancing, keep_share, out)
        if out is not None:
            totals[4] += out @ plan + out @ ira
            plan *= 1.0 - out
            ira *= 1.0 - out
        state[at.PLAN] = plan
        state[at.IRA] = ira
    return totals


def _holdings_month(
    people: Block,
    state: Block,
    held: Numbers,
    plan: Reals,
    ira: Reals,
    products: Reals,
    rebalancing: float,
    keep_share: float,
    out: Reals | None,
) -> tuple[float, ...]:
    """What holders buy, sell and draw down; moves their plan and IRA in place. Returns what it adds to the totals."""
    product = state[at.PRODUCT].take(held).astype(np.intp)
    # Where everybody holds one and the same product, its row is a number for all.
    number = product[0] if product[0] == product[-1] and (product == product[0]).all() else product
    price, before, new_money, is_open, limit, coin = products[:, number]
    units, stake = of(state[at.UNITS], held), of(state[at.ASSIGNED_STAKE], held)
    gains = float((units * (price - before)).sum())
    value = units * price
    bought = np.where(stake > 0.0, of(people[at.CONTRIBUTION], held) * new_money, 0.0)
    shift = stake * people[at.INCOME].take(held)
    shift -= value
    shift *= rebalancing
    shift = np.where(is_open > 0.0, shift, np.minimum(shift, 0.0))
    of_plan, of_ira = plan.take(held), ira.take(held)
    if keep_share < 1.0:
        excess = value - limit * (value + of_plan + of_ira)
        shift = np.where(excess > 0.0, (keep_share - 1.0) * excess, shift)
    from_plan = (people[at.ELIGIBLE].take(held) > 0.0) & (number != at.IRA_FUND)
    shift = np.minimum(shift, np.where(from_plan, np.maximum(0.0, of_plan - bought), of_ira))
    bought += shift
    plan[held] = of_plan - np.where(from_plan, bought, 0.0)
    ira[held] = of_ira - np.where(from_plan, 0.0, bought)
    left = units + bought / price
    left[left <= REST * units] = 0.0
    bought *= coin
    flow, taken = float(bought.sum()), 0.0
    if out is not None:
        drawn = out.take(held)
        sold = drawn * left * price
        taken = float(sold.sum())
        flow -= float((coin * sold).sum())
        left *= 1.0 - drawn
        put(state[at.ASSIGNED_STAKE], held, stake * (1.0 - drawn))
    put(state[at.UNITS], held, left)
    return flow, 0.0, gains, float((coin * price * left).sum()), taken


def opinion_month(
    fixed: Block,
    dynamic: Block,
    prices: Reals,
    openness: float,
    threat: float,
    media: float,
    stand_r: float,
    stand_d: float,
    fall: float,
    c: Any,
) -> None:
    """Move every opinion by a month: reference point, blame, salience, ideal policy, grievance."""
    for part in slices(0, fixed.shape[1]):
        people, state = fixed[:, part], dynamic[:, part]
        held = np.flatnonzero(state[at.UNITS] > 0.0)
        blame = wide(state[at.BLAME])
        blame_goal, attention, shift = _holders_goals(people, state, held, prices, openness, threat, c)
        # Without a holding the goal is 0 and blame fades; holders go their own way.
        goal = np.zeros(blame.size)
        goal[held] = blame_goal
        goal -= blame
        blame += approach(goal, c.blame_up, c.blame_down)
        state[at.BLAME] = blame
        against, silent = wide(people[at.OPPOSED]), np.zeros(blame.size)
        silent[held] = state[at.VISIBILITY].take(held)
        awakened = (c.opposed_salience * openness + c.opposed_crash_salience * fall) * against
        awakened -= c.silenced_attention * silent * awakened
        _saliences(people, state, held, attention, awakened, threat, media, c)

        partisanship, base = wide(people[at.PARTISANSHIP]), wide(people[at.IDEAL_BASE])
        goal = np.where(partisanship > 0.0, stand_r, stand_d)
        goal -= base
        np.abs(partisanship, out=partisanship)
        goal *= partisanship
        partisanship += 1.0
        goal /= partisanship
        goal *= c.cue_weight
        goal += base
        goal[held] = goal.take(held) + shift
        goal -= c.opposed_shift * (against - c.silenced_shift * silent * against)
        blame *= c.blame_shift
        goal -= blame
        goal -= c.thermostat * (openness - 0.5)
        np.maximum(goal, 0.0, out=goal)
        np.minimum(goal, 1.0, out=goal)
        ideal = wide(state[at.IDEAL])
        goal -= ideal
        goal *= c.relaxation
        ideal += goal
        state[at.IDEAL] = ideal
        np.multiply(
            state[at.GRIEVANCE], c.grievance_keep, out=state[at.GRIEVANCE], dtype=np.float64, casting="same_kind"
        )


def _holders_goals(
    people: Block, state: Block, held: Numbers, prices: Reals, openness: float, threat: float, c: Any
) -> tuple[Reals, Reals, Reals]:
    """Reference points of holders move; their goal of blame, and what holding adds to salience and to the ideal."""
    price = unit_prices(prices, state[at.PRODUCT].take(held))
    reference, visibility = of(state[at.REFERENCE], held), of(state[at.VISIBILITY], held)
    gap = price - reference
    pace = np.where(gap > 0.0, 2.0 * c.reference_up, 2.0 * c.reference_down)
    pace *= people[at.ATTENTION].take(held)
    reference += np.minimum(1.0, pace) * gap
    put(state[at.REFERENCE], held, reference)
    loss = 1.0 - price / reference
    loss -= c.blame_threshold
    np.maximum(loss, 0.0, out=loss)
    blame = visibility * loss
    blame *= c.blame_policy_share * openness / (1.0 - c.blame_threshold)
    stake = of(state[at.UNITS], held)
    stake *= price
    stake /= people[at.INCOME].take(held)
    attention = stake / (stake + c.stake_half)
    attention *= visibility
    attention *= c.salience_stake * c.stake_unprotected + c.salience_threat * threat * c.unprotected
    visibility *= c.ownership_shift
    return blame, attention, visibility


def _saliences(
    people: Block, state: Block, held: Numbers, attention: Reals, awakened: Reals, threat: float, media: float, c: Any
) -> None:
    """Salience moves towards its goal, at its own speed up and down; awakened: what opposition adds to the goal."""
    salience = wide(state[at.SALIENCE])
    gap = (c.salience_base + c.salience_media * media) - salience
    gap[held] = gap.take(held) + attention
    gap += awakened
    if c.public_usd > 0.0:
        share = c.public_usd / wide(people[at.INCOME])
        gap += c.public_visibility * (c.salience_stake + c.salience_threat * threat) * share / (share + c.stake_half)
    salience += approach(gap, c.salience_up, c.salience_down)
    state[at.SALIENCE] = salience


def talk_matrix(starts: npt.NDArray[np.int64], neighbours: npt.NDArray[np.int32]) -> csr_array:
    """Matrix whose product with the ideals is the mean of self and neighbours; made once for a network."""
    voters = starts.size - 1
    degrees = np.diff(starts)
    own = np.arange(voters)
    rows = np.concatenate([np.repeat(own, degrees), own])
    table = csr_array((np.ones(rows.size), (rows, np.concatenate([neighbours, own]))), shape=(voters, voters))
    table.sort_indices()
    table.data /= np.repeat(1.0 + degrees, degrees + 1)
    return table


def neighbours_meet(dynamic: Block, talk: csr_array, influence: float) -> None:
    """One month of talk: ideal policy moves towards the mean of self and neighbours."""
    ideal = wide(dynamic[at.IDEAL])
    mean = talk @ ideal
    mean -= ideal
    mean *= influence
    ideal += mean
    dynamic[at.IDEAL] = ideal


def neighbours_share(starts: npt.NDArray[np.int64], neighbours: npt.NDArray[np.int32], flags: Block) -> Block:
    """Share of each voter's neighbours for whom a column holds; 0 without neighbours."""
    voters = flags.size
    table = csr_array((np.ones(neighbours.size), neighbours, starts), shape=(voters, voters))
    return np.asarray((table @ wide(flags)) / np.maximum(1, np.diff(starts)), dtype=np.float32)
