"""Second, slow implementation of employers and adoption: W5 to W46 of docs/odd/adoption.md in plain Python.

Written from the document as an oracle for the compiled kernels and the arrays of employers; it imports none of them. A
voter is any object that has the columns as attributes, an employer a `Sponsor`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from plain_electorate import block_sums, stored

from political_moat.agents.draws import squares32

SLEEVE, OWN_IRA = 4, 5
PRODUCTS = range(6)


class Sponsor:
    """One employer: what it offers, its sector and its record-keeper."""

    def __init__(self, offers: set[int], sector: int, keeper: int) -> None:
        """offers: numbers of products on the menu."""
        self.offers = offers
        self.sector = sector
        self.keeper = keeper


def opening(openness: float, e: Any) -> float:
    """W5."""
    if openness < e.neutral_openness - 1e-9:
        return 0.0
    step = (openness - e.neutral_openness) / (e.safe_harbour_openness - e.neutral_openness)
    return max(0.0, e.neutral_opening + (1.0 - e.neutral_opening) * step)


def share_of(sponsors: Sequence[Sponsor]) -> float:
    """Share that offers anything."""
    return sum(1 for sponsor in sponsors if sponsor.offers) / len(sponsors) if sponsors else 0.0


def menus_month(
    sponsors: list[Sponsor],
    ready: dict[int, bool],
    openness: float,
    prohibited: bool,
    suit: float,
    crash: float,
    rate: float,
    draws: Any,
    month: int,
    e: Any,
    weights: Sequence[float],
    least: Sequence[float],
) -> list[set[int]]:
    """W9 to W16: one month of every menu, one employer after the other; what each took off itself."""
    if prohibited:
        for sponsor in sponsors:
            sponsor.offers = set()
        return [set() for _ in sponsors]
    example = [
        e.sector_weight * share_of([other for other in sponsors if other.sector == sponsor.sector])
        + (1.0 - e.sector_weight) * share_of(sponsors)
        for sponsor in sponsors
    ]
    taken = []
    chance = 1.0 - (1.0 - e.removal_crash * crash) * (1.0 - e.removal_suit * suit)
    for number, sponsor in enumerate(sponsors):
        gone = set()
        for product in sorted(sponsor.offers):
            if draws.uniform("employer removal", product * len(sponsors) + number, month) < chance:
                gone.add(product)
        sponsor.offers = sponsor.offers - gone
        taken.append(gone)
    reach = opening(openness, e)
    for keeper in range(e.record_keepers):
        if reach <= 0.0:
            chance = 0.0
        else:
            chance = 1.0 - math.exp(-reach / e.record_keeper_months) if e.record_keeper_months > 0.0 else 1.0
        if draws.uniform("record-keeper", keeper, month) < chance:
            ready[keeper] = True
    for number, sponsor in enumerate(sponsors):
        hazard = rate * reach * math.exp(-e.suit_weight * suit - e.crash_weight * crash)
        hazard *= 1.0 - e.peer_weight + e.peer_weight * example[number]
        if sponsor.offers:
            hazard *= e.further_options
        if not ready.get(sponsor.keeper, False):
            continue
        if draws.uniform("employer addition", number, month) >= 1.0 - math.exp(-hazard):
            continue
        open_to = [
            (product, weights[product])
            for product in range(1, OWN_IRA)
            if product not in sponsor.offers and openness >= least[product] - 1e-9 and weights[product] > 0.0
        ]
        mark = draws.uniform("employer product", number, month + 1) * sum(weight for _, weight in open_to)
        for product, weight in open_to:
            if mark < weight or product == open_to[-1][0]:
                sponsor.offers = sponsor.offers | {product}
                break
            mark -= weight
    return taken


def factor(voter: Any, common: float, share: float, t: Any) -> float:
    """W30."""
    utility = common + t.attitude_weight * (voter.ideal - t.neutral_ideal)
    utility += t.age_weight * (t.neutral_age - voter.age) / 10.0
    return math.exp(utility + t.neighbour_weight * share)


def exchange(voter: Any, product: int, allocation: float, price: float, visibility: float) -> float:
    """W31: into a product."""
    account = "ira" if product == OWN_IRA else "plan"
    balance = getattr(voter, account)
    spent = allocation * max(0.0, balance)
    if spent > 0.0:
        setattr(voter, account, stored(balance - spent))
        voter.units = stored(spent / price)
        voter.assigned_stake = stored(spent / voter.income)
        voter.visibility = stored(visibility)
        voter.reference = stored(price)
        voter.product = float(product)
    return spent


def sell_all(voter: Any, price: float, last: float) -> float:
    """W32: out of the product held."""
    account = "ira" if voter.product == OWN_IRA else "plan"
    received = voter.units * price
    setattr(voter, account, stored(getattr(voter, account) + received))
    voter.units = voter.assigned_stake = voter.visibility = 0.0
    voter.product = last
    return received


def leaves(voter: Any, price: float, inertia: float, odds: float, draw: Sequence[float], t: Any) -> bool:
    """W33."""
    loss = 1.0 - price / voter.reference
    hazard = t.warning_hazard
    if loss > t.fall_threshold:
        hazard += t.fall_hazard * (loss - t.fall_threshold) / (1.0 - t.fall_threshold)
    hazard *= voter.visibility
    if hazard > 0.0 and draw[3] < 1.0 - math.exp(-hazard):
        return True
    if voter.product == SLEEVE or draw[0] >= inertia:
        return False
    return draw[1] * (1.0 + odds) >= odds


def saver_month(
    voter: Any,
    number: int,
    menu: set[int],
    taken: set[int],
    table: Any,
    share: float,
    keys: Sequence[int],
    common_plan: float,
    common_ira: float,
    t: Any,
) -> list[float]:
    """W31 to W37 for one voter: what she adds to bought, sold, adopted and left, product by product."""
    amounts = {kind: [0.0] * len(PRODUCTS) for kind in ("bought", "sold", "adopted", "left")}

    def totals() -> list[float]:
        return amounts["bought"] + amounts["sold"] + amounts["adopted"] + amounts["left"]

    price, allocation, visibility, weight = ([float(x) for x in row] for row in table)
    draw = [((squares32(number, key) >> 8) + 0.5) * 2.0**-24 for key in keys]
    product = int(voter.product)
    inertia = t.inertia * (1.0 + t.attention_slope * (2.0 * voter.attention - 1.0))
    employed = voter.employer >= 0.0
    if voter.units > 0.0 or voter.assigned_stake > 0.0:
        if product == 0:
            return totals()
        if voter.units <= 0.0:
            sell_all(voter, price[product], 0.0)
            amounts["left"][product] = 1.0
            return totals()
        gone, last = employed and product != OWN_IRA and product in taken, 0.0
        if not gone and t.giving_up > 0.0:
            odds = t.odds_ira * factor(voter, common_ira, share, t)
            if product != OWN_IRA:
                odds = t.odds_plan * factor(voter, common_plan, share, t)
            gone, last = leaves(voter, price[product], inertia, odds, draw, t), float(product)
        if gone:
            amounts["sold"][product] = sell_all(voter, price[product], last)
            amounts["left"][product] = 1.0
        return totals()
    chosen = -1
    employed = employed and voter.contribution > 0.0
    if employed and product == 0 and SLEEVE in menu and allocation[SLEEVE] > 0.0 and draw[4] < t.default_share:
        chosen = SLEEVE
    elif draw[0] < inertia:
        on_menu = [
            option
            for option in (1, 2, 3)
            if employed and option in menu and allocation[option] > 0.0 and weight[option] > 0.0
        ]
        plan = ira = 0.0
        if on_menu and voter.plan > 0.0:
            plan = t.odds_plan * factor(voter, common_plan, share, t)
        if allocation[OWN_IRA] > 0.0 and voter.ira > 0.0:
            ira = t.odds_ira * factor(voter, common_ira, share, t)
        mark = draw[1] * (1.0 + plan + ira)
        if mark < plan:
            position = draw[2] * sum(weight[option] for option in on_menu)
            reached = 0.0
            for option in on_menu:
                if chosen < 0 or position >= reached:
                    chosen = option
                reached += weight[option]
        elif mark < plan + ira:
            chosen = OWN_IRA
    if chosen >= 0:
        spent = exchange(voter, chosen, allocation[chosen], price[chosen], visibility[chosen])
        if spent > 0.0:
            amounts["bought"][chosen] = spent
            amounts["adopted"][chosen] = 1.0
    return totals()


def adoption_month(
    voters: Sequence[Any],
    offers: Any,
    taken: Any,
    table: Any,
    starts: Any,
    neighbours: Any,
    holds: Any,
    keys: Any,
    common_plan: float,
    common_ira: float,
    t: Any,
) -> list[list[float]]:
    """Move all savers by a month; totals as four rows of products."""
    menus = [{j for j in PRODUCTS if offers[j, e] > 0} for e in range(offers.shape[1])]
    gone = [{j for j in PRODUCTS if taken[j, e] > 0} for e in range(offers.shape[1])]
    rows = []
    for i, voter in enumerate(voters):
        share = t.share_holding
        if len(starts):
            friends = [bool(holds[j]) for j in neighbours[starts[i] : starts[i + 1]]]
            share = sum(friends) / max(1, len(friends))
        e = int(voter.employer)
        menu, left = (menus[e], gone[e]) if e >= 0 else (set(), set())
        rows.append(saver_month(voter, i, menu, left, table, share, [int(k) for k in keys], common_plan, common_ira, t))
    sums = block_sums(rows, 4 * len(PRODUCTS))
    return [sums[start : start + len(PRODUCTS)] for start in range(0, len(sums), len(PRODUCTS))]


def holdings(voters: Sequence[Any]) -> list[list[float]]:
    """Units of each product, and holders (W29)."""
    rows = []
    for voter in voters:
        row = [0.0] * (2 * len(PRODUCTS))
        if voter.units > 0.0:
            row[int(voter.product)] = voter.units
            row[len(PRODUCTS) + int(voter.product)] = 1.0
        rows.append(row)
    sums = block_sums(rows, 2 * len(PRODUCTS))
    return [sums[: len(PRODUCTS)], sums[len(PRODUCTS) :]]


def offering_path(rate: float, months: int, e: Any) -> list[float]:
    """W17 by classes of employers, each month's probabilities multiplied out."""
    start = e.share_plans_offering_crypto_t0
    chance = 1.0 - math.exp(-1.0 / e.record_keeper_months) if e.record_keeper_months > 0.0 else 1.0
    cohorts = [0.0] * (months + 1)
    unready, path = 1.0 - start, [start]
    for month in range(1, months + 1):
        quiet = math.exp(-rate * (1.0 - e.peer_weight + e.peer_weight * path[-1]))
        cohorts[month] = unready * chance
        unready -= cohorts[month]
        cohorts = [share * quiet for share in cohorts]
        path.append(1.0 - unready - sum(cohorts))
    return path
