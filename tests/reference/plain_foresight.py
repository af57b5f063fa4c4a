"""Second, slow implementation of equations E74 to E85 of docs/odd/foresight.md: plain Python, one voter at a time.

Written from the ODD document alone, like `plain_electorate`; it imports none of the kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import plain_ballots
import plain_electorate as plain

from political_moat.agents.electorate.columns import DYNAMIC, FIXED, TURNOUT_PRESIDENTIAL


def geometric(rate: float, months: float) -> float:
    """1 + rate + ... + rate^(months - 1), also for a fraction of a month."""
    return months if abs(1.0 - rate) < 1e-9 else (1.0 - rate**months) / (1.0 - rate)


def reference_ahead(voter: Any, price: float, growth: float, months: int, c: Any) -> float:
    """E15 month after month, at a price that grows."""
    speed = c.reference_up if price > voter.reference else c.reference_down
    pace = min(1.0, 2.0 * voter.attention * speed)
    reference = voter.reference
    for month in range(1, months + 1):
        reference += pace * (price * growth**month - reference)
    return float(reference)


def sold_or_grown(
    voter: Any, value: float, elapsed: float, stretch: Sequence[float], table: Any, growth: float, rebalancing: float
) -> tuple[float, float]:
    """E80 to E85: value of a holding at the end of a stretch, and the value that is attended to."""
    months, kept = stretch[0], stretch[4]
    if value <= 0.0:
        return 0.0, 0.0
    _, _, new_money, is_open, limit_share, _ = (float(row[int(voter.product)]) for row in table)
    paid = voter.contribution if voter.assigned_stake > 0.0 else 0.0
    limit = limit_share * (value + voter.plan + voter.ira + elapsed * paid)
    grown = value * growth**months
    if kept < 1.0 and value > limit:
        after = grown - (1.0 - kept) * max(0.0, grown - limit)
        return after, (value + after) / 2.0
    target = voter.assigned_stake * voter.income
    if is_open == 0.0 and value < target:
        return grown, grown
    rate = growth * (1.0 - rebalancing)
    after = value * rate**months + (paid * new_money + rebalancing * target) * geometric(rate, months)
    return after, after


def at_election(
    voter: Any,
    prices: Any,
    growth: Any,
    months: int,
    question: Sequence[float],
    stretches: Sequence[Sequence[float]],
    tables: Any,
    rebalancing: float,
    fall: float,
    o: Any,
    c: Any,
) -> Any:
    """One voter as she is expected to be at the election."""
    then = SimpleNamespace(**{name: getattr(voter, name) for name in FIXED + DYNAMIC})
    product = int(voter.product)
    price, factor = float(prices[product]), float(growth[product])
    value, salience, ideal, grievance = voter.units * price, voter.salience, voter.ideal, voter.grievance
    blame = voter.blame * (1.0 - o.blame_down) ** months
    strength = abs(voter.partisanship) / (1.0 + abs(voter.partisanship))
    cue = o.cue_weight * strength * ((question[0] if voter.partisanship > 0.0 else question[1]) - voter.ideal_base)
    elapsed = 0.0
    for stretch in stretches:
        length, openness, threat, media, _, law, resented = stretch
        if length <= 0.0:
            continue
        if resented != 0.0:
            hurt = plain.pain(value / voter.income, voter.visibility, voter.belief, c)
            if c.public_usd > 0.0:
                share = c.public_usd / voter.income
                hurt += c.public_visibility * voter.belief * c.loss_aversion * share**c.curvature
            grievance += resented * hurt
        value, attended = sold_or_grown(voter, value, elapsed, stretch, tables[int(law)], factor, rebalancing)
        goal = o.salience_base + o.salience_media * media
        if attended > 0.0:
            stake = attended / voter.income
            noticed = voter.visibility * stake / (stake + o.stake_half)
            aroused = o.salience_stake * o.stake_unprotected + o.salience_threat * threat * o.unprotected
            goal += noticed * aroused
        if o.public_usd > 0.0:
            share = o.public_usd / voter.income
            seen = o.public_visibility * share / (share + o.stake_half)
            goal += seen * (o.salience_stake + o.salience_threat * threat)
        against = voter.opposed
        seen = voter.visibility if attended > 0.0 else 0.0
        goal += (
            against
            * (1.0 - o.silenced_attention * seen)
            * (o.opposed_salience * openness + o.opposed_crash_salience * fall)
        )
        speed = o.salience_up if goal > salience else o.salience_down
        salience = goal + (salience - goal) * (1.0 - speed) ** length
        wanted = voter.ideal_base + (o.ownership_shift * voter.visibility if attended > 0.0 else 0.0)
        wanted -= against * (1.0 - o.silenced_shift * seen) * o.opposed_shift
        wanted += cue - o.blame_shift * blame - o.thermostat * (openness - 0.5)
        wanted = min(1.0, max(0.0, wanted))
        ideal = wanted + (ideal - wanted) * (1.0 - o.relaxation) ** length
        grievance *= o.grievance_keep**length
        elapsed += length
    if voter.units > 0.0:
        then.reference = plain.stored(reference_ahead(voter, price, factor, months, o))
        then.units = plain.stored(value / (price * factor**months))
    then.salience, then.ideal, then.grievance = map(plain.stored, (salience, ideal, grievance))
    return then


def projected_votes(
    voters: Sequence[Any],
    first: int,
    count: int,
    prices: Any,
    growth: Any,
    months: int,
    incumbent: float,
    turnout_channel: bool,
    questions: Any,
    stretches: Any,
    tables: Any,
    rebalancing: float,
    fall: float,
    o: Any,
    c: Any,
    uniforms: Sequence[tuple[float, float]] = (),
) -> list[list[float]]:
    """Expected votes for R and for D of a panel at the election, for each question; with uniforms their ballots."""
    ahead = [float(price) * float(factor) ** months for price, factor in zip(prices, growth, strict=True)]
    totals = []
    for question, lengths in zip(questions.tolist(), stretches.tolist(), strict=True):
        ballots = []
        for position, voter in enumerate(plain.panel(voters, first, count)):
            then = at_election(voter, prices, growth, months, question, lengths, tables, rebalancing, fall, o, c)
            asked = (then, ahead, incumbent, 0.0, question[4], TURNOUT_PRESIDENTIAL, turnout_channel, [question], c)
            ballots.append(plain_ballots.named(*asked, uniforms[position]) if uniforms else plain.ballot(*asked))
        totals.append(plain.block_sums(ballots, 2))
    return totals
