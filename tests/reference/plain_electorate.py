"""Second, slow implementation of equations E1 to E64, E69 to E71 and E73 of the ODD: plain Python, one voter at a time.

Written from the ODD document alone, as an oracle for the compiled kernels; it imports none of them. A voter is any
object that has the columns as attributes. State is rounded to float32 when it is stored, all else is a Python float.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Sequence
from typing import Any

from political_moat.agents.electorate.columns import DYNAMIC, FIXED

BLOCK = 512
"""Consecutive voters whose totals are added up before the sums of the blocks are (conventions of the ODD section)."""


class Person:
    """State of one voter: every column as a Python float."""

    __slots__ = FIXED + DYNAMIC


def people(fixed: Any, dynamic: Any) -> list[Person]:
    """One `Person` for each voter of two blocks of columns."""
    everybody = []
    for i in range(fixed.shape[1]):
        person = Person()
        take_columns(person, fixed, dynamic, i)
        everybody.append(person)
    return everybody


def take_columns(voter: Any, fixed: Any, dynamic: Any, i: int) -> None:
    """Give a voter the values of column i of the blocks as attributes."""
    for names, block in ((FIXED, fixed), (DYNAMIC, dynamic)):
        for name, value in zip(names, block[:, i].tolist(), strict=True):
            setattr(voter, name, value)


def stored(value: float) -> float:
    """A number as float32 keeps it."""
    return ctypes.c_float(value).value


def ratio(above: float, below: float) -> float:
    """Division as the floating-point standard has it, where Python would raise."""
    if below != 0.0:
        return above / below
    if above == 0.0 or math.isnan(above):
        return math.nan
    return math.copysign(math.inf, above) * math.copysign(1.0, below)


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)); 0 where exp overflows."""
    try:
        return 1.0 / (1.0 + math.exp(-x))
    except OverflowError:
        return 0.0


def block_sums(rows: Iterable[Sequence[float]], width: int) -> list[float]:
    """Sums of rows of numbers, in the order of the ODD document: inside blocks first, then over the blocks."""
    totals, block, count = [0.0] * width, [0.0] * width, 0
    for row in rows:
        block = [total + amount for total, amount in zip(block, row, strict=True)]
        count += 1
        if count == BLOCK:
            totals = [total + amount for total, amount in zip(totals, block, strict=True)]
            block, count = [0.0] * width, 0
    return [total + amount for total, amount in zip(totals, block, strict=True)]


def account_month(
    voter: Any,
    products: Any,
    stock_return: float,
    bond_return: float,
    rebalancing: float,
    keep_share: float,
    drawdown: float,
    retirement_age: float,
) -> tuple[float, float, float, float, float]:
    """E1 to E12 for one voter; what it adds to flow, contributions, gains, coin value and withdrawals."""
    growth = voter.equity * stock_return + (1.0 - voter.equity) * bond_return  # E1
    out = drawdown if voter.age >= retirement_age else 0.0
    gains = (voter.plan + voter.ira) * growth  # E2
    plan = voter.plan * (1.0 + growth) + voter.contribution  # E3
    ira = voter.ira * (1.0 + growth)
    flow = crypto = withdrawals = 0.0
    if voter.assigned_stake > 0.0 or voter.units > 0.0:  # E4
        price, before, new_money, is_open, limit_share, coin = (float(row[int(voter.product)]) for row in products)
        gains += voter.units * (price - before)  # E2
        value = voter.units * price  # E5
        target = voter.assigned_stake * voter.income
        bought = voter.contribution * new_money if voter.assigned_stake > 0.0 else 0.0  # E6
        shift = rebalancing * (target - value)  # E7
        if shift > 0.0 and is_open == 0.0:
            shift = 0.0
        excess = value - limit_share * (value + plan + ira)  # E8
        if excess > 0.0 and keep_share < 1.0:
            shift = -excess * (1.0 - keep_share)
        if voter.eligible > 0.0 and voter.product != 5:  # E9
            shift = min(shift, max(0.0, plan - bought))
            plan -= bought + shift
        else:
            shift = min(shift, ira)
            ira -= bought + shift
        units = max(0.0, voter.units + ratio(bought + shift, price))  # E10
        units = units if units > 1e-9 * voter.units else 0.0
        flow = coin * (bought + shift)  # E11
        if out > 0.0:
            withdrawals = out * units * price
            flow -= coin * withdrawals
            units = units * (1.0 - out)
            voter.assigned_stake = stored(voter.assigned_stake * (1.0 - out))
        voter.units = stored(units)
        crypto = coin * units * price
    if out > 0.0:
        withdrawals += out * (plan + ira)
        plan, ira = plan * (1.0 - out), ira * (1.0 - out)
    voter.plan = stored(plan)  # E12
    voter.ira = stored(ira)
    return flow, voter.contribution, gains, crypto, withdrawals


def accounts_month(voters: Iterable[Any], *arguments: Any) -> list[float]:
    """Move all accounts by a month and return the five totals; arguments of `account_month`."""
    return block_sums((account_month(voter, *arguments) for voter in voters), 5)


def voter_opinion(
    voter: Any,
    prices: Any,
    openness: float,
    threat: float,
    media: float,
    stand_r: float,
    stand_d: float,
    fall: float,
    c: Any,
) -> None:
    """E14 to E25, E69 to E71 and E73 for one voter."""
    salience_goal = c.salience_base + c.salience_media * media  # E14
    ideal_goal = voter.ideal_base
    blame_goal = 0.0
    if voter.units > 0.0:
        price = float(prices[int(voter.product)])
        speed = c.reference_up if price > voter.reference else c.reference_down  # E15
        pace = min(1.0, 2.0 * voter.attention * speed)
        reference = voter.reference + pace * (price - voter.reference)
        voter.reference = stored(reference)
        loss = 1.0 - ratio(price, reference)  # E16
        if loss > c.blame_threshold:
            beyond = (loss - c.blame_threshold) / (1.0 - c.blame_threshold)
            blame_goal = c.blame_policy_share * voter.visibility * openness * beyond
        stake = ratio(voter.units * price, voter.income)  # E17
        noticed = voter.visibility * ratio(stake, stake + c.stake_half)
        aroused = c.salience_stake * c.stake_unprotected + c.salience_threat * threat * c.unprotected
        salience_goal += noticed * aroused  # E18
        ideal_goal += c.ownership_shift * voter.visibility  # E19
    if c.public_usd > 0.0:
        share = c.public_usd / voter.income
        seen = c.public_visibility * share / (share + c.stake_half)
        salience_goal += seen * (c.salience_stake + c.salience_threat * threat)
    if voter.opposed > 0.0:
        sees = voter.visibility if voter.units > 0.0 else 0.0  # E70
        awakened = c.opposed_salience * openness + c.opposed_crash_salience * fall  # E69
        salience_goal += voter.opposed * (1.0 - sees * c.silenced_attention) * awakened
        ideal_goal -= voter.opposed * (1.0 - sees * c.silenced_shift) * c.opposed_shift  # E71
    blame = voter.blame + (c.blame_up if blame_goal > voter.blame else c.blame_down) * (blame_goal - voter.blame)  # E20
    speed = c.salience_up if salience_goal > voter.salience else c.salience_down  # E21
    voter.salience = stored(voter.salience + speed * (salience_goal - voter.salience))
    strength = abs(voter.partisanship) / (1.0 + abs(voter.partisanship))  # E22
    own = stand_r if voter.partisanship > 0.0 else stand_d
    ideal_goal += c.cue_weight * strength * (own - voter.ideal_base)
    ideal_goal -= c.blame_shift * blame + c.thermostat * (openness - 0.5)  # E23
    ideal_goal = min(1.0, max(0.0, ideal_goal))
    voter.blame = stored(blame)
    voter.ideal = stored(voter.ideal + c.relaxation * (ideal_goal - voter.ideal))  # E24
    voter.grievance = stored(voter.grievance * c.grievance_keep)  # E25


def opinion_month(voters: Iterable[Any], *arguments: Any) -> None:
    """Move all opinions by a month; arguments of `voter_opinion`."""
    for voter in voters:
        voter_opinion(voter, *arguments)


def pain(stake: float, visibility: float, belief: float, c: Any) -> float:
    """E26: prospect value of losing the whole unprotected stake."""
    if stake <= 0.0 or visibility <= 0.0 or c.unprotected <= 0.0:
        return 0.0
    return float(visibility * belief * c.loss_aversion * (c.unprotected * stake) ** c.curvature)


def retrospection(
    units: float,
    price: float,
    reference: float,
    income: float,
    visibility: float,
    partisanship: float,
    incumbent: float,
    c: Any,
) -> float:
    """E27 to E31: credit or blame of the party in office for own gains, in logit."""
    if units <= 0.0 or visibility <= 0.0 or c.retrospective_weight == 0.0:  # E27
        return 0.0
    gain = ratio(units * (price - reference), income)  # E28
    value = gain**c.curvature if gain >= 0.0 else -c.loss_aversion * (-gain) ** c.curvature  # E29
    lean = partisanship / (1.0 + abs(partisanship))  # E30
    share = c.blame_incumbent * (1.0 - c.blame_incumbent_partisan * incumbent * lean)
    push = c.retrospective_weight * share * visibility * value  # E31
    return float(incumbent * min(c.retrospective_cap, max(-c.retrospective_cap, push)))


def ballot(
    voter: Any,
    prices: Any,
    incumbent: float,
    shift: float,
    threat: float,
    turnout_row: int,
    turnout_channel: bool,
    questions: Sequence[Sequence[float]],
    c: Any,
) -> list[float]:
    """E32 to E39 for one voter: expected vote for R and for D, question after question (2 q numbers)."""
    feared = noticed = own = relief = dislike = 0.0  # E32
    if voter.units > 0.0 and voter.visibility > 0.0:
        price = float(prices[int(voter.product)])
        stake = ratio(voter.units * price, voter.income)
        feared = pain(stake, voter.visibility, voter.belief, c)
        noticed = c.salience_threat * c.unprotected * voter.visibility * ratio(stake, stake + c.stake_half)
        own = retrospection(
            voter.units, price, voter.reference, voter.income, voter.visibility, voter.partisanship, incumbent, c
        )
        if c.backstop > 0.0 and voter.reference > price:
            lost = ratio(voter.units * (voter.reference - price), voter.income)
            relief = voter.visibility * c.loss_aversion * lost**c.curvature
    elif c.backstop > 0.0:
        dislike = c.backstop_dislike
    if c.public_usd > 0.0:
        share = c.public_usd / voter.income
        feared += c.public_visibility * voter.belief * c.loss_aversion * share**c.curvature
        noticed += c.salience_threat * c.public_visibility * share / (share + c.stake_half)
    base = voter.partisanship + shift  # E33
    habit = getattr(voter, FIXED[turnout_row]) - c.turnout_gap_weight * abs(voter.partisanship)
    votes = []
    for r, d, feared_r, feared_d, imagined, relieved_r, relieved_d in questions:
        weight = voter.salience + noticed * max(0.0, imagined - threat)  # E34
        # E35 in its second form, the one that says what is meant: squared distances from the ideal.
        issue = weight * c.ideal_weight * ((d - voter.ideal) ** 2 - (r - voter.ideal) ** 2)
        stakes = weight * c.loss_weight * (feared * (feared_d - feared_r) + voter.grievance) + own  # E36
        stakes += (relieved_r - relieved_d) * (weight * c.loss_weight * relief - dislike)
        utility = base + issue + stakes  # E37
        gap = utility if turnout_channel else base + issue
        turnout = logistic(habit + c.turnout_gap_weight * abs(gap))  # E38
        choice = logistic(utility)
        votes += [turnout * choice, turnout * (1.0 - choice)]  # E39
    return votes


def panel(voters: Sequence[Any], first: int, count: int) -> list[Any]:
    """Voters first, ..., first + count - 1; past the end the panel goes on at the beginning."""
    numbers = (first + position for position in range(count))
    return [voters[number - len(voters) if number >= len(voters) else number] for number in numbers]


def expected_votes(voters: Sequence[Any], first: int, count: int, *arguments: Any) -> list[list[float]]:
    """Expected votes for R and for D of a panel, for each question; arguments of `ballot`."""
    questions = arguments[-2]
    votes = block_sums((ballot(voter, *arguments) for voter in panel(voters, first, count)), 2 * len(questions))
    return [votes[2 * q : 2 * q + 2] for q in range(len(questions))]


def resent(voter: Any, prices: Any, size: float, sign: float, c: Any) -> None:
    """E40 for one voter: the grievance a restriction in force leaves."""
    hurt = 0.0
    if voter.units > 0.0:
        stake = ratio(voter.units * float(prices[int(voter.product)]), voter.income)
        hurt = pain(stake, voter.visibility, voter.belief, c)
    if c.public_usd > 0.0:
        share = c.public_usd / voter.income
        hurt += c.public_visibility * voter.belief * c.loss_aversion * share**c.curvature
    if hurt > 0.0:
        voter.grievance = stored(voter.grievance + sign * hurt * size)


def grieve(voters: Iterable[Any], *arguments: Any) -> None:
    """E40 for all; arguments of `resent`."""
    for voter in voters:
        resent(voter, *arguments)


def endow(voter: Any, allocation: float, visibility: float) -> None:
    """P22 for one holder: a share of the balance becomes crypto; who has no account is given an IRA of it first."""
    balance = voter.potential_stake * voter.income
    if voter.eligible == 0.0:
        voter.ira = stored(balance)
    voter.assigned_stake = stored(allocation * voter.potential_stake)
    voter.units = stored(allocation * balance)
    # A column times a number stays in the column's precision.
    voter.plan, voter.ira = (stored(each * stored(1.0 - allocation)) for each in (voter.plan, voter.ira))
    voter.visibility = stored(visibility)


def reset_stake(voter: Any, prices: Any) -> None:
    """P23 for one voter: the holding goes back to the assigned stake, the difference to the rest of the account."""
    price = float(prices[int(voter.product)])
    account = "plan" if voter.eligible > 0.0 and voter.product != 5 else "ira"
    rest = getattr(voter, account)
    value = voter.units * price
    new_value = min(voter.assigned_stake * voter.income, value + rest)
    setattr(voter, account, stored(rest - (new_value - value)))
    voter.units = stored(ratio(new_value, price))


def opinion_numbers(p: Any, stake_scale: float = 1.0) -> dict[str, float]:
    """The table of coefficients of `opinion_month`, from the parameters."""
    o, on = p.opinion, p.channels
    same = (
        *("relaxation", "cue_weight", "thermostat", "salience_base", "salience_media", "stake_half", "reference_up"),
        *("reference_down", "blame_threshold", "blame_up", "blame_down", "blame_policy_share"),
    )
    return (
        {name: getattr(o, name) for name in same}
        | {
            "ownership_shift": stake_scale * o.ownership_shift if on.ideal_shift else 0.0,
            "blame_shift": o.blame_shift if on.retrospective else 0.0,
            "salience_stake": stake_scale * o.salience_stake if on.salience else 0.0,
            "salience_threat": stake_scale * o.salience_threat if on.salience else 0.0,
            "salience_up": 1.0 - 0.5 ** (1.0 / o.salience_half_life_up),
            "salience_down": 1.0 - 0.5 ** (1.0 / o.salience_half_life_down),
            "grievance_keep": math.exp(-1.0 / o.grievance_months),
            "unprotected": 1.0 - p.exposure.grandfathering,
            "public_usd": 0.0,
            "public_visibility": p.fund.visibility,
            "silenced_attention": stake_scale if on.salience else 0.0,
            "silenced_shift": stake_scale if on.ideal_shift else 0.0,
            "stake_unprotected": 1.0,
        }
        | opposed_and_touched(p, stake_scale)
    )


def opposed_and_touched(p: Any, stake_scale: float) -> dict[str, float]:
    """Coefficients of the opposed, and those of attention to a stake where it follows the believed loss (P31)."""
    o = p.opinion
    numbers = {name: getattr(o, name) for name in ("opposed_shift", "opposed_salience", "opposed_crash_salience")}
    if o.threat_from == "believed-loss":
        most = p.policy.friendly_theta * abs(o.believed_price_fall) + o.believed_sale_loss
        share = most / o.alarming_loss if most < o.alarming_loss else 1.0
        numbers["salience_stake"] = share * stake_scale * o.salience_stake if p.channels.salience else 0.0
        numbers["stake_unprotected"] = 1.0 - p.exposure.grandfathering
    return numbers


def vote_numbers(p: Any, loss_weight: float, stake_scale: float = 1.0) -> dict[str, float]:
    """The table of coefficients of `pain`, `retrospection`, `expected_votes`, `grieve`; the last two are solved."""
    v, o, on = p.voting, p.opinion, p.channels
    same = ("ideal_weight", "retrospective_cap", "blame_incumbent", "blame_incumbent_partisan", "turnout_gap_weight")
    return {name: getattr(v, name) for name in same} | {
        "retrospective_weight": v.retrospective_weight if on.retrospective else 0.0,
        "loss_weight": loss_weight if on.prospective else 0.0,
        "loss_aversion": o.loss_aversion,
        "curvature": o.curvature,
        "stake_half": o.stake_half,
        "salience_threat": stake_scale * o.salience_threat if on.salience else 0.0,
        "unprotected": 1.0 - p.exposure.grandfathering,
        "backstop": 1.0 if p.party.support_move and on.prospective else 0.0,
        "backstop_dislike": v.backstop_dislike,
        "public_usd": 0.0,
        "public_visibility": p.fund.visibility,
    }
