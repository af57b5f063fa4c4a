"""Public facts that parties may know of policy and law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...agents.perception import NEVER, LawState, PolicyState
from ...agents.regulator.docket import Docket, expected_months, haste, slow_roll_factor, stage_count
from ..elections.national_vote import incumbency_points
from ..policy.events import other
from ..policy.law import effective, lapse, next_expiry, openness
from ..policy.legislature import chambers_held
from .courts import mean_visible_stake
from .lame_duck import lame_duck

if TYPE_CHECKING:
    from ..world import World


def unified(world: World, role: str) -> bool:
    """President and every chamber that the form of government has of one party."""
    return role == world.in_office and all(held(world, role))


def held(world: World, role: str) -> list[bool]:
    """Whether a role holds each chamber."""
    return chambers_held(world.congress, role, world.in_office, world.parameters.institutions)


def reviewable(world: World) -> bool:
    """Whether the standing rule was made late by the party that then lost office, so that Congress may look back."""
    institutions, rule = world.parameters.institutions, world.law.rule
    if not institutions.review_act or rule is None or rule.role == world.in_office:
        return False
    return 0 < world.term_start - rule.month <= institutions.review_lookback


def review_open(world: World) -> bool:
    """Whether a resolution against the standing rule can still be put on the agenda."""
    return reviewable(world) and world.month - world.term_start < world.parameters.institutions.review_window


def next_lapse(world: World) -> tuple[float, float]:
    """Months until the next sunset (NEVER if there is none), and openness then if nothing else changes."""
    due = next_expiry(world.law)
    if due is None:
        return NEVER, 0.0
    after = openness(effective(lapse(world.law, due[0])), world.parameters.policy.cap)
    return max(0.0, float(due[1] - world.month)), after


def policy_state(world: World, role: str) -> PolicyState:
    """What a party may know of policy and politics; public facts only."""
    p = world.parameters
    points = incumbency_points(world.terms_in_office, p)
    pledges = 0.0
    if p.channels.donors and p.party.donors_per_stake != 0.0:
        pledges = mean_visible_stake(world)
    left = p.institutions.term_months - (world.month % p.institutions.term_months)
    lapse_months, lapse_openness = next_lapse(world)
    return PolicyState(
        month=world.month,
        openness=world.openness,
        theta=world.in_force.theta,
        kappa=world.in_force.kappa,
        in_office=world.in_office,
        own_role=role,
        own_platform=world.party(role).platform,
        rival_platform=world.stand(other(role)).openness,
        hostile_chambers=held(world, role).count(False),
        terms_in_office=world.terms_in_office,
        incumbency_share=0.01 * points,
        months_left=left,
        pledges=pledges,
        lapse_months=lapse_months,
        lapse_openness=lapse_openness,
    )


def law_state(world: World) -> LawState:
    """What a party may know of the law."""
    docket, law = world.docket, world.law
    return LawState(
        layer=law.layer,
        docket="" if docket is None else docket.option.name,
        docket_months=0.0 if docket is None else remaining_months(world, docket),
        vacated=[event.kind for event in world.events].count("vacated"),
        salted=law.salted_from is not None or law.salted_to is not None,
        review=review_open(world),
    )


def remaining_months(world: World, docket: Docket) -> float:
    """Months a live item is expected to need still: its mean time for the stages left, as the public knows it."""
    p, option = world.parameters.regulator, docket.option
    factor = slow_roll_factor(world.agencies[option.agency].ideal, option.stand.openness, p)
    whole = expected_months(option.instrument, factor, p)
    whole *= haste(option.name, option.instrument, lame_duck(world), p)
    if option.instrument in ("rule", "statute"):
        return whole * (1.0 - docket.stage / stage_count(option.instrument, p))
    return max(0.0, whole - (world.month - docket.started))
