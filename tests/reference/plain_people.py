"""Second, slow implementation of docs/odd/people.md: plain Python, one voter at a time.

Written from that document alone, as an oracle for the compiled kernel; it imports none of it. State is rounded to
float32 when it is stored.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import plain_electorate as plain

from political_moat.agents.electorate.columns import DYNAMIC, FIXED


def death_chance(age: float, c: Any) -> float:
    """Y1: chance to die within a month of life from `age`."""
    hazard = c.death_rate_65 * math.exp(c.death_growth * (age - 65.0))
    cumulated = hazard / c.death_growth * (math.exp(c.death_growth / 12.0) - 1.0)
    return 1.0 - math.exp(-cumulated)


def person_month(
    voter: Any,
    products: Any,
    allocations: Any,
    by_age: Any,
    luck: float,
    change: float,
    leaving: float,
    place: bool,
    level: float,
    c: Any,
) -> tuple[bool, list[float]]:
    """Y3 to Y12, Y19, Y20: whether she dies, and what she adds to flow, contributions, gains, withdrawals."""
    price, before, coin = (float(products[row][int(voter.product)]) for row in (0, 1, 5))
    lived = round(12.0 * voter.age)
    value = voter.units * price
    if luck < death_chance(lived / 12.0, c) or lived + 1 > 12.0 * c.oldest_age:
        books = [-coin * value, 0.0, voter.units * (price - before), voter.plan + voter.ira + value]
        voter.plan = voter.ira = voter.units = voter.assigned_stake = 0.0
        return True, books
    books = [0.0] * 4
    lived += 1
    voter.age = plain.stored(lived / 12.0)
    retired = lived >= 12.0 * c.retirement_age
    if retired:
        voter.contribution = 0.0
    if lived % 12:
        return False, books
    year = lived // 12
    saving, equity, presidential, midterm, lean, median = ([float(row[year - 1]), float(row[year])] for row in by_age)
    income = voter.income * math.exp(c.growth)
    plan, ira = voter.plan, voter.ira
    if not retired:
        saves = voter.contribution > 0.0
        if change < c.job_change:
            saves = change < c.job_change * c.active_share
            if leaving < c.cash_out + c.roll_over:
                if leaving < c.cash_out:
                    books[3] += plan
                else:
                    ira += plan
                plan = 0.0
        voter.contribution = plain.stored(income * saving[1] / 12.0) if saves and voter.eligible > 0.0 else 0.0
        if place and not voter.eligible > 0.0:
            grant = max(0.0, median[1] * level - (plan + ira + value))
            books[1] += grant
            ira += grant
    voter.income, voter.plan, voter.ira = plain.stored(income), plain.stored(plan), plain.stored(ira)
    voter.equity = plain.stored(equity[1])
    voter.turnout_presidential = plain.stored(voter.turnout_presidential + presidential[1] - presidential[0])
    voter.turnout_midterm = plain.stored(voter.turnout_midterm + midterm[1] - midterm[0])
    voter.partisanship = plain.stored(voter.partisanship + c.lean_with_age * (lean[1] - lean[0]))
    if place or value > 0.0 or voter.assigned_stake > 0.0:
        years = min(plain.ratio(plan + ira + value, income), c.largest_balance_to_income)
        voter.assigned_stake = plain.stored(float(allocations[int(voter.product)]) * years)
    return False, books


def people_month(
    voters: Sequence[Any],
    products: Any,
    allocations: Any,
    by_age: Any,
    luck: Any,
    change: Any,
    leaving: Any,
    places: Any,
    level: float,
    c: Any,
    died: Any,
) -> list[float]:
    """Move all voters by a month of life: fills `died` and returns the four totals."""

    def lives() -> Iterable[Sequence[float]]:
        for i, voter in enumerate(voters):
            died[i], books = person_month(
                voter,
                products,
                allocations,
                by_age,
                float(luck[i]),
                float(change[i]),
                float(leaving[i]),
                bool(places[i]),
                level,
                c,
            )
            yield books

    return plain.block_sums(lives(), 4)


def enter(voters: Sequence[Any], rows: Any, fixed_rows: Any, dynamic_rows: Any) -> None:
    """The columns of entrants become those of the voters in the rows of the dead."""
    for k, row in enumerate(rows.tolist()):
        for names, block in ((FIXED, fixed_rows), (DYNAMIC, dynamic_rows)):
            for name, value in zip(names, block[:, k].tolist(), strict=True):
                setattr(voters[row], name, value)
