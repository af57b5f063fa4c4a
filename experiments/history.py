"""History: a free run over many presidential terms, exposure assigned at month 0, alternations as they happen."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..agents.electorate.columns import (
    ASSIGNED,
    ASSIGNED_STAKE,
    ELIGIBLE,
    INCOME,
    IRA,
    IRA_FUND,
    PLAN,
    PRODUCT,
    UNITS,
)
from ..agents.electorate.electorate import Block
from ..model.government import mean_visible_stake
from ..model.parameters import Parameters
from ..model.population import build_population
from ..model.world import World
from .history_estimands import Administration, administration, restored, run_outcomes
from .protocols import Arm, ReplicateResult, StressDesign, arm_list, endowment_usd, measure, with_dose


class HistoryDesign(NamedTuple):
    """Arms of a history and its length.

    breadths and visibilities are crossed; breadth 0 is run once. cycles: presidential terms, the first of them the
    author's from January 2025.
    """

    breadths: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
    visibilities: tuple[float, ...] = (1.0,)
    cycles: int = 12


def history_arms(p: Parameters, design: HistoryDesign) -> list[Arm]:
    """Arms of a history, the zero-exposure arm first."""
    return arm_list(p, StressDesign(design.breadths, design.visibilities, layers=()))


def run_history(parameters: Parameters, design: HistoryDesign, seed: int, replicate: int) -> ReplicateResult:
    """Run every arm of one replicate on common draws: a row per arm and a row per presidential term."""
    population = build_population(parameters, World.draws_of(seed, replicate))
    runs, cycles = [], []
    for arm in history_arms(parameters, design):
        world = World(with_dose(parameters, arm.breadth, arm.visibility), seed, replicate, population)
        at_start = _arm_columns(arm, world)
        terms, administrations = free_run(world, design.cycles)
        months, events = world.record, world.events
        outcomes = run_outcomes(months, events, administrations, world.parameters.policy)
        runs.append(
            {"replicate": replicate, "seed": seed, "arm": arm.name}
            | at_start
            | {"cycles": design.cycles}
            | outcomes._asdict()
            | {"final_price": world.market.price}
        )
        cycles += [{"replicate": replicate, "arm": arm.name, **_dose(arm), **term} for term in terms]
    return ReplicateResult(runs, cycles)


def free_run(world: World, cycles: int) -> tuple[list[dict[str, Any]], list[Administration]]:
    """Run a new world for a number of terms with policy released from the start; a row and outcomes per term.

    The friendly policy takes effect in its month (policy.friendly_month), as in the stress test.
    """
    world.released = True
    first = world.electorate.dynamic.copy()
    rows: list[dict[str, Any]] = []
    found: list[Administration] = []
    for number in range(cycles):
        if number > 0:
            hold_accounts(world, first)
        exposure, price = mean_visible_stake(world), world.market.price
        before = found[-1].role if found else world.in_office
        world.advance(world.parameters.institutions.term_months)
        one = administration(world.record, measure(world), world.term_start, before, world.parameters.policy)
        found.append(one)
        rows.append(
            {
                "number": number,
                "role": one.role,
                "party": world.party(one.role).label,
                "alternated": one.alternated,
                "at_risk": one.at_risk,
                "terms_in_office": world.terms_in_office,
                "inherited_policy": one.inherited,
                "exposure": exposure,
                "exposure_end": mean_visible_stake(world),
                "price_at_inauguration": price,
                "vote_share": world.results[-1].author_share,
            }
            | one.outcomes._asdict()
        )
    for row, one, following in zip(rows, found, [*found[1:], None], strict=True):
        back = None if following is None else restored(one, following)
        row["net_restricted"] = None if back is None else int(one.outcomes.restricted and not back)
        row["net_reversed"] = None if back is None else int(one.outcomes.reversed and not back)
    return rows, found


def hold_accounts(world: World, first: Block) -> None:
    """Bring accounts back to their month-0 balances and, while policy lets new money in, to the assigned stakes.

    first: dynamic columns of month 0. The model has no ageing, retirement or death yet: without this, decades of
    contributions and returns pile up on the same people, and a price path turns a stake of weeks of income into years.
    Where policy admits no new money, a stake is never raised: who was made to sell stays without. Reference prices,
    attention, opinion and grievance are left as they are; nothing is bought or sold, so no price moves.
    """
    fixed, dynamic = world.electorate.fixed, world.electorate.dynamic
    price = world.electorate.unit_prices(world.product_prices)
    income = fixed[INCOME].astype(np.float64)
    assigned = dynamic[ASSIGNED_STAKE].astype(np.float64) * income
    in_plan = (fixed[ELIGIBLE] > 0.0) & (dynamic[PRODUCT] != IRA_FUND)
    # An assigned stake lay beside the balances of month 0; what savers took up since came out of them.
    beside = np.where(dynamic[PRODUCT] == ASSIGNED, assigned, 0.0)
    now = world.in_force
    value = np.minimum(assigned, beside + np.where(in_plan, first[PLAN], first[IRA]))
    if now.closed or now.theta <= 0.0:
        value = np.minimum(value, dynamic[UNITS].astype(np.float64) * price)
    dynamic[UNITS] = value / price
    dynamic[PLAN] = first[PLAN] + np.where(in_plan, beside - value, 0.0)
    dynamic[IRA] = first[IRA] + np.where(in_plan, 0.0, beside - value)


def _dose(arm: Arm) -> dict[str, Any]:
    return {"layer": arm.layer, "breadth": arm.breadth, "visibility": arm.visibility}


def _arm_columns(arm: Arm, world: World) -> dict[str, Any]:
    p = world.parameters
    stake = world.electorate.dynamic[ASSIGNED_STAKE]
    return _dose(arm) | {
        "allocation": p.exposure.allocation,
        "skew": p.exposure.skew,
        "grandfathering": p.exposure.grandfathering,
        "voters": p.electorate.voters,
        "rule": p.party.rule,
        "mean_stake": float(stake[stake > 0.0].mean(dtype=np.float64)) if bool((stake > 0.0).any()) else 0.0,
        "exposed_usd_bn": endowment_usd(world) / 1e9,
        "beyond_coverage": int(arm.breadth > p.accounts.share_with_account),
    }
