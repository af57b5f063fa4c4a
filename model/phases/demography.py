"""Phase 4, people: ageing, deaths and entry."""

from __future__ import annotations

import math

import numpy as np

from ...agents.electorate import columns
from ...agents.electorate.demography.kernel import enter, people_month
from ..population.demography import FEW, Entrants, PeopleState, Reals, Rows, entrant_traits
from ..population.traits import (
    Traits,
    author_sign,
    median_balance,
    write_traits,
)
from ..state import WorldState


def people(state: WorldState, products: Reals) -> tuple[float, float, float, float]:
    """Run the people's part of phase 4; return flow, contributions, gains and withdrawals (USD of model voters).

    products: `product_table` of the month. Deaths, entry and earnings depend on draws alone, never on exposure: arms
    share their people.
    """
    p, month, people_state, electorate = state.parameters, state.month, state.people, state.electorate
    if people_state is None:
        return 0.0, 0.0, 0.0, 0.0
    n = len(electorate)
    died = np.zeros(n, dtype=np.bool_)
    level = math.exp(p.people.income_growth * month / 12.0)
    totals = people_month(
        electorate.fixed,
        electorate.dynamic,
        products,
        state.derived.allocations,
        people_state.by_age,
        state.draws.uniforms("death", n, month),
        state.draws.uniforms("job change", n, month),
        state.draws.uniforms("leaving a plan", n, month),
        people_state.places,
        level,
        people_state.coefficients,
        died,
    )
    rows = np.flatnonzero(died)
    if rows.size:
        totals[1] += admit(state, people_state, rows, level)
    state.deaths += int(rows.size)
    return float(totals[0]), float(totals[1]), float(totals[2]), float(totals[3])


def admit(state: WorldState, people_state: PeopleState, rows: Rows, level: float) -> float:
    """Put entrants of voting age into the rows of the dead; return the balances granted to them (USD)."""
    p, electorate = state.parameters, state.electorate
    eligible = electorate.fixed[columns.ELIGIBLE, rows].astype(np.float64)
    traits = entrants(state, people_state, rows, eligible, level)
    fixed = np.zeros((len(columns.FIXED), rows.size), dtype=np.float32)
    write_traits(fixed, traits, author_sign(p))
    fixed[columns.EMPLOYER] = electorate.fixed[columns.EMPLOYER, rows]
    dynamic = np.zeros((len(columns.DYNAMIC), rows.size), dtype=np.float32)
    dynamic[columns.REFERENCE] = state.product_prices[columns.ASSIGNED]
    dynamic[columns.IDEAL] = fixed[columns.IDEAL_BASE]
    dynamic[columns.SALIENCE] = p.opinion.salience_base
    blind = dynamic.copy()
    holds = people_state.places[rows]
    granted = np.where(
        holds & (eligible == 0.0), median_balance(p, traits.age) * people_state.balance_scale * level, 0.0
    )
    dynamic[columns.IRA] = granted
    dynamic[columns.VISIBILITY, holds] = p.exposure.visibility
    # An entrant's stake is a share of her first contribution or granted balance; from a birthday on, of the account.
    first = np.maximum(granted, traits.contribution) / traits.income
    dynamic[columns.ASSIGNED_STAKE] = np.where(holds, state.derived.allocations[columns.ASSIGNED] * first, 0.0)
    enter(electorate.fixed, electorate.dynamic, rows, fixed, dynamic)
    if state.blind is not None:
        enter(state.blind.fixed, state.blind.dynamic, rows, fixed, blind)
    return float(dynamic[columns.IRA].sum(dtype=np.float64))


def entrants(state: WorldState, people_state: PeopleState, rows: Rows, eligible: Reals, level: float) -> Traits:
    """Return the traits of entrants in these rows; up to FEW entrants are drawn once for all arms of a replicate."""
    draws, month, scores = state.draws, state.month, people_state.scores[rows]

    def drawn() -> Traits:
        sample = Entrants(draws, rows, month)
        return entrant_traits(state.parameters, scores, people_state.lean_shift, sample, eligible, level)

    if rows.size > FEW:
        return drawn()
    people = (month, rows.tobytes(), eligible.tobytes(), scores.tobytes(), people_state.lean_shift, level)
    return draws.once(("entrants", state.derived.without_dose, *people), drawn)
