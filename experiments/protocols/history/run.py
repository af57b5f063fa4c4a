"""History: a free run over many presidential terms with assigned or evolving exposure; elections decide who governs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ....agents.electorate.columns import (
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
from ....agents.electorate.electorate import Block
from ....agents.numerics.ordered_sum import ordered_sum
from ....model.fast_forward import advance
from ....model.parameters.tree import Parameters
from ....model.phases.courts import mean_visible_stake
from ....model.state import WorldState
from ..arms import Arm, ReplicateResult
from ..finished_run import keep_world
from ..run_inputs import NO_INPUTS, RunInputs
from ..stress_test.run import endowment_usd, measure, with_dose
from .design import EVOLVING, HistoryDesign, history_arms
from .outcomes import Administration, administration, restored, run_outcomes

QUARTER = 3


class Holding(NamedTuple):
    """Exposure at one moment: share of voters holding, and visible stake in years of income, mean over all voters."""

    share: float
    stake: float


def arm_parameters(p: Parameters, arm: Arm) -> Parameters:
    """Return the tree of an arm: its dose, and exposure that evolves in the arm of that name alone."""
    dosed = with_dose(p, arm.breadth, arm.visibility)
    exposure = dosed.exposure.model_copy(update={"evolves": arm.name == EVOLVING})
    return dosed.model_copy(update={"exposure": exposure})


def holding(world: WorldState) -> Holding:
    """Return the present exposure of a world."""
    share = float(np.count_nonzero(world.electorate.dynamic[UNITS])) / len(world.electorate)
    return Holding(share, mean_visible_stake(world))


def run_history(
    parameters: Parameters, design: HistoryDesign, seed: int, replicate: int, inputs: RunInputs = NO_INPUTS
) -> ReplicateResult:
    """Run every arm of one replicate on common draws: a row per arm and a row per presidential term."""
    population = inputs.population(parameters, seed, replicate)
    runs, cycles, records = [], [], {}
    for arm in history_arms(parameters, design):
        p = arm_parameters(parameters, arm)
        world = inputs.world(p, seed, replicate, population, inputs.events_of(arm.name))
        at_start = _arm_columns(arm, world)
        terms, administrations = free_run(world, design.cycles)
        keep_world(arm.name, world)
        months, events = world.record, world.events
        outcomes = run_outcomes(months, events, administrations, world.parameters.policy)
        runs.append(
            {"replicate": replicate, "seed": seed, "arm": arm.name}
            | at_start
            | {"cycles": design.cycles}
            | {
                name: ordered_sum(term[name] for term in terms) / len(terms)
                for name in ("share_holding_mean", "exposure_mean")
            }
            | outcomes._asdict()
            | {"final_price": world.market.price}
        )
        cycles += [{"replicate": replicate, "arm": arm.name, **_dose(arm), **term} for term in terms]
        records[arm.name] = world.record
    return ReplicateResult(runs, cycles, records)


def free_run(world: WorldState, cycles: int) -> tuple[list[dict[str, Any]], list[Administration]]:
    """Run a new world for `cycles` terms, policy released from the start; return a row and the outcomes of each term.

    The friendly policy takes effect in its month (policy.friendly_month), as in the stress test.
    """
    world.released = True
    first, policy = world.electorate.dynamic.copy(), world.parameters.policy
    rows: list[dict[str, Any]] = []
    terms: list[Administration] = []
    for number in range(cycles):
        begin_term(world, first, number)
        price = world.market.price
        before = terms[-1].role if terms else world.in_office
        seen = run_term(world)
        term = administration(world.record, world.events, measure(world), world.term_start, before, policy)
        terms.append(term)
        rows.append(
            {
                "number": number,
                "role": term.role,
                "party": world.party(term.role).label,
                "alternated": term.alternated,
                "at_risk": term.at_risk,
                "terms_in_office": world.terms_in_office,
                "inherited_policy": term.inherited,
                "exposure": seen[0].stake,
                "exposure_mean": ordered_sum(each.stake for each in seen[:-1]) / len(seen[:-1]),
                "exposure_end": seen[-1].stake,
                "share_holding": seen[0].share,
                "share_holding_mean": ordered_sum(each.share for each in seen[:-1]) / len(seen[:-1]),
                "share_holding_end": seen[-1].share,
                "price_at_inauguration": price,
                "vote_share": world.results[-1].author_share,
                "moderated": term.moderated,
            }
            | term.outcomes._asdict()
        )
    for row, term, following in zip(rows, terms, [*terms[1:], None], strict=True):
        back = None if following is None else restored(term, following)
        row["net_restricted"] = None if back is None else int(term.outcomes.restricted and not back)
        row["net_reversed"] = None if back is None else int(term.outcomes.reversed and not back)
    return rows, terms


def begin_term(world: WorldState, first: Block, number: int) -> None:
    """Bring accounts back to month 0 before term `number` where nobody ages (first: dynamic columns of month 0)."""
    if number > 0 and not world.parameters.people.ageing:
        hold_accounts(world, first)


def run_term(world: WorldState) -> list[Holding]:
    """Run one term; return the exposure at inauguration, every three months after it, and at the end."""
    seen = [holding(world)]
    left = world.parameters.institutions.term_months
    while left > 0:
        advance(world, min(QUARTER, left))
        left -= QUARTER
        seen.append(holding(world))
    return seen


def hold_accounts(world: WorldState, first: Block) -> None:
    """Bring accounts back to their month-0 balances and, while policy lets new money in, to the assigned stakes.

    first: dynamic columns of month 0. Where nobody ages, retires or dies (people.ageing off), decades of contributions
    and returns would pile up on the same people, and a price path would turn a stake of weeks of income into years.
    Where policy admits no new money, no stake is raised: a voter who was forced to sell stays without. Reference
    prices, attention, opinion and grievance do not change; nothing is bought or sold, so no price moves.
    """
    fixed, dynamic = world.electorate.fixed, world.electorate.dynamic
    price = world.electorate.unit_prices(world.product_prices)
    income = fixed[INCOME].astype(np.float64)
    assigned = dynamic[ASSIGNED_STAKE].astype(np.float64) * income
    in_plan = (fixed[ELIGIBLE] > 0.0) & (dynamic[PRODUCT] != IRA_FUND)
    # Assigned stakes came on top of the month-0 balances; savers paid for later purchases out of them.
    beside = np.where(dynamic[PRODUCT] == ASSIGNED, assigned, 0.0)
    now = world.in_force
    value = np.minimum(assigned, beside + np.where(in_plan, first[PLAN], first[IRA]))
    if now.closed or now.theta <= 0.0:
        value = np.minimum(value, dynamic[UNITS].astype(np.float64) * price)
    dynamic[UNITS] = value / price
    dynamic[PLAN] = first[PLAN] + np.where(in_plan, beside - value, 0.0)
    dynamic[IRA] = first[IRA] + np.where(in_plan, 0.0, beside - value)


def _dose(arm: Arm) -> dict[str, Any]:
    return {
        "layer": arm.layer,
        "breadth": arm.breadth,
        "visibility": arm.visibility,
        "evolving": int(arm.name == EVOLVING),
    }


def _arm_columns(arm: Arm, world: WorldState) -> dict[str, Any]:
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
