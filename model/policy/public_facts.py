"""Public facts of policy and law, which parties may know."""

from __future__ import annotations

from ...agents.perception import NEVER, LawState, PolicyState
from ...agents.regulator.docket import Docket, expected_months, haste, slow_roll_factor, stage_count
from ..calendar import half_term
from ..elections.lame_duck import lame_duck
from ..elections.national_vote import incumbency_points
from ..parameters.tree import Parameters
from ..phases.courts import mean_visible_stake
from ..state import WorldState
from .events import other
from .law import effective, lapse, next_expiry, openness
from .legislature import chambers_held

YEAR = 12
"""Months of a calendar year; month 0 is a January."""


def unified(state: WorldState, role: str) -> bool:
    """Return whether a role holds the presidency and every chamber."""
    return role == state.in_office and all(held(state, role))


def held(state: WorldState, role: str) -> list[bool]:
    """Return whether a role holds each chamber."""
    return chambers_held(state.congress, role, state.in_office, state.parameters.institutions)


def reviewable(state: WorldState) -> bool:
    """Return whether the other party made the standing rule so late in the last term that Congress may review it."""
    institutions, rule = state.parameters.institutions, state.law.rule
    if not institutions.review_act or rule is None or rule.role == state.in_office:
        return False
    return 0 < state.term_start - rule.month <= institutions.review_lookback


def review_open(state: WorldState) -> bool:
    """Return whether a resolution against the standing rule can still be put on the agenda."""
    return reviewable(state) and state.month - state.term_start < state.parameters.institutions.review_window


def on_budget(p: Parameters) -> bool:
    """Return whether statutes on the policy may go through budget reconciliation, which needs half of the Senate."""
    return p.institutions.reconciliation and p.policy.on_money


def reconciliation_open(state: WorldState) -> bool:
    """Return whether the present Congress may still reconcile a statute on money in this calendar year."""
    p, month = state.parameters, state.month
    if not on_budget(p):
        return False
    since = month - min(month % YEAR, month % half_term(p))
    used = (event.kind == "reconciled" and event.month >= since for event in state.events)
    return not any(used)


def next_lapse(state: WorldState) -> tuple[float, float]:
    """Return months until the next sunset (NEVER without one), and openness after it if nothing else changes."""
    due = next_expiry(state.law)
    if due is None:
        return NEVER, 0.0
    after = openness(effective(lapse(state.law, due[0])), state.parameters.policy.cap)
    return max(0.0, float(due[1] - state.month)), after


def policy_state(state: WorldState, role: str) -> PolicyState:
    """Return a party's knowledge of policy and politics, which is public facts only."""
    p = state.parameters
    points = incumbency_points(state.terms_in_office, p)
    pledges = 0.0
    if p.channels.donors and p.party.donors_per_stake != 0.0:
        pledges = mean_visible_stake(state)
    left = p.institutions.term_months - (state.month % p.institutions.term_months)
    lapse_months, lapse_openness = next_lapse(state)
    return PolicyState(
        month=state.month,
        openness=state.openness,
        theta=state.in_force.theta,
        kappa=state.in_force.kappa,
        in_office=state.in_office,
        own_role=role,
        own_platform=state.party(role).platform,
        rival_platform=state.stand(other(role)).openness,
        hostile_chambers=held(state, role).count(False),
        terms_in_office=state.terms_in_office,
        incumbency_share=0.01 * points,
        months_left=left,
        pledges=pledges,
        lapse_months=lapse_months,
        lapse_openness=lapse_openness,
    )


def law_state(state: WorldState) -> LawState:
    """Return a party's knowledge of the law."""
    docket, law = state.docket, state.law
    return LawState(
        layer=law.layer,
        docket="" if docket is None else docket.option.name,
        docket_months=0.0 if docket is None else remaining_months(state, docket),
        vacated=[event.kind for event in state.events].count("vacated"),
        salted=law.salted_from is not None or law.salted_to is not None,
        review=review_open(state),
    )


def remaining_months(state: WorldState, docket: Docket) -> float:
    """Return the expected months of a live item's remaining stages, as the public knows them."""
    p, option = state.parameters.regulator, docket.option
    factor = slow_roll_factor(state.agencies[option.agency].ideal, option.stand.openness, p)
    whole = expected_months(option.instrument, factor, p)
    whole *= haste(option.name, option.instrument, lame_duck(state), p)
    if option.instrument in ("rule", "statute"):
        return whole * (1.0 - docket.stage / stage_count(option.instrument, p))
    return max(0.0, whole - (state.month - docket.started))
