"""Offices, the docket, courts and agenda: the phases of the schedule that belong to government."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ..agents.draws import gumbel, persistent_gumbel
from ..agents.electorate.columns import VISIBILITY
from ..agents.electorate.kernels import grieve
from ..agents.party.decisions import agenda_decision, agenda_opens, platform_candidates, platform_decision, remember
from ..agents.perception import LawState, Option, PolicyState, Stand
from ..agents.regulator.decisions import brings_case, confirmation_months, drift_ideal
from ..agents.regulator.docket import (
    Docket,
    expected_months,
    slow_roll_factor,
    stage_count,
    stage_months,
    vacatur_probability,
)
from .elections import half_term, incumbency_points, level_sd
from .interventions import hold_platforms
from .law import Law, Provision, enact, platform_stand
from .menu import MOVES, NESTS, menu, restrictive
from .polls import ask
from .population import feared_size

if TYPE_CHECKING:
    from .world import World

_NEST_DRAWS = 64


class Suit(NamedTuple):
    """A rule in court: what it wrote, what stood before, who made it, when the court decides."""

    provision: Provision
    before: Law
    stand: Stand
    role: str
    decided: float
    restrictive: bool


class Event(NamedTuple):
    """Something a historian would note: docketed, enacted, withdrawn, frozen, refused, vacated, upheld."""

    month: int
    kind: str
    role: str
    move: str
    instrument: str
    restrictive: bool


def other(role: str) -> str:
    """The other role."""
    return "opponent" if role == "author" else "author"


def transition(world: World) -> None:
    """Phase 1: winners take office; the docket of the old administration is frozen, agencies await new heads."""
    month, p = world.month, world.parameters
    if month == 0 or month % half_term(p) != 0:
        return
    if world.elected_congress is not None:
        world.congress = world.elected_congress
    if world.imposed_congress is not None:
        world.congress = world.imposed_congress.get(month, world.congress)
    if month % p.institutions.term_months != 0:
        return
    winner = world.next_government or (world.results[-1].winner if world.results else world.in_office)
    world.next_government = None
    world.term_start = month
    if world.docket is not None and winner != world.in_office:
        world.note("frozen", world.in_office, world.docket.option, world.docket.restrictive)
        world.docket = None
    if winner == world.in_office:
        world.terms_in_office += 1
        return
    world.party(world.in_office).platform = min(1.0, max(0.0, world.stand(world.in_office).openness))
    world.in_office = winner
    world.terms_in_office = 1
    world.announced = None
    sign = 1.0 if winner == "author" else -1.0
    world.news += sign * p.market.party_control_news_jump
    confirm_agencies(world)


def confirm_agencies(world: World) -> None:
    """Draw when the heads of the two agencies are confirmed."""
    for index, agency in enumerate(world.agencies.values()):
        draw = world.draws.uniform(f"confirmation {world.in_office}", index, world.month)
        agency.confirmed_at = world.month + confirmation_months(draw, world.parameters.regulator)


def pipeline(world: World) -> None:
    """Phase 2: agencies drift, the friendly rule becomes final, the docket moves on, courts decide."""
    p = world.parameters
    president = world.party(world.in_office).ideal
    for agency in world.agencies.values():
        confirmed = world.month >= agency.confirmed_at
        agency.ideal = drift_ideal(agency.ideal, president, agency.independence, confirmed, p.regulator)
    if world.friendly_pending and world.month >= p.policy.friendly_month:
        world.take_friendly_policy()
    while world.docket is not None and world.docket.due <= world.month:
        _advance_docket(world, world.docket)
    for suit in [one for one in world.suits if one.decided <= world.month]:
        world.suits.remove(suit)
        _decide_suit(world, suit)


def _stage_due(world: World, option: Option, role: str, started: int, stage: int, since: float) -> float:
    p = world.parameters.regulator
    draw = world.draws.uniform(f"docket {role}", stage + 16 * option.number, started)
    factor = slow_roll_factor(world.agencies[option.agency].ideal, option.stand.openness, p)
    return since + stage_months(option.instrument, draw, factor, p)


def open_docket(world: World, option: Option, restricts: bool) -> None:
    """Put an option on the docket of the administration."""
    due = _stage_due(world, option, world.in_office, world.month, 0, float(world.month))
    world.docket = Docket(option, world.in_office, world.month, 0, due, restricts)
    world.announced = option.stand
    world.note("docketed", world.in_office, option, restricts)


def _advance_docket(world: World, docket: Docket) -> None:
    p = world.parameters.regulator
    stage = docket.stage + 1
    if stage < stage_count(docket.option.instrument, p):
        due = _stage_due(world, docket.option, docket.role, docket.started, stage, docket.due)
        world.docket = docket._replace(stage=stage, due=due)
        return
    world.docket = None
    option = docket.option
    if option.instrument == "statute" and not unified(world, docket.role):
        world.note("withdrawn", docket.role, option, docket.restrictive)
        world.announced = None
        return
    if option.instrument == "enforcement" and option.name == "enforce":
        agency = world.agencies["SEC"]
        draw = world.draws.uniform(f"refusal {docket.role}", 0, docket.started)
        state = policy_state(world, docket.role)
        if not brings_case(draw, agency.independence, agency.ideal, option.stand.openness, state, p):
            world.note("refused", docket.role, option, docket.restrictive)
            world.announced = None
            return
    take_effect(world, option, docket.role, docket.started, docket.restrictive)


def take_effect(world: World, option: Option, role: str, started: int, restricts: bool) -> None:
    """An item comes into force: law, grievance, news, and perhaps a suit."""
    p = world.parameters
    before, was, forced = world.law, world.openness, world.in_force.forced
    world.law = enact(before, option, role, world.month)
    world.refresh_policy()
    if option.name == "support":
        world.take_over_losses()
    world.note("enacted", role, option, restricts)
    world.news += p.market.rule_news_jump * (world.openness - was)
    imposed = max(0.0, world.in_force.forced - forced)
    if world.openness < was - 1e-9 or imposed > 0.0:
        leave_grievance(world, was, Stand(world.openness, imposed, world.in_force.protected), role)
    if option.instrument == "rule":
        _sue(world, option, before, role, started, restricts)


def leave_grievance(world: World, was: float, stand: Stand, role: str) -> None:
    """Holders resent the party behind a restriction (ODD: grieve)."""
    size = feared_size(world.parameters, was, stand.openness, stand.forced, stand.protected)
    by_d = (role == "author") == (world.sign < 0)
    grieve(
        world.electorate.fixed,
        world.electorate.dynamic,
        world.product_prices,
        size,
        1.0 if by_d else -1.0,
        world.vote_coefficients,
    )


def _sue(world: World, option: Option, before: Law, role: str, started: int, restricts: bool) -> None:
    p = world.parameters.regulator
    if world.draws.uniform(f"suit {role}", option.number, started) >= p.suit_probability:
        return
    wait = -math.log(world.draws.uniform(f"court {role}", option.number, started)) * p.court_months
    provision = world.law.rule
    if provision is not None:
        world.suits.append(Suit(provision, before, option.stand, role, world.month + wait, restricts))


def reliance(world: World) -> float:
    """Mean visible, unprotected stake of the electorate: what a court is told of reliance (the declared exception)."""
    p = world.parameters
    if not p.channels.reliance or p.regulator.reliance_weight == 0.0:
        return 0.0
    return mean_visible_stake(world) * (1.0 - p.exposure.grandfathering)


def mean_visible_stake(world: World) -> float:
    """Mean over all voters of the stake held now times its visibility, in years of income."""
    return float((world.electorate.stakes(world.product_prices) * world.electorate.dynamic[VISIBILITY]).mean())


def _decide_suit(world: World, suit: Suit) -> None:
    if world.law.rule != suit.provision:
        return
    draw = world.draws.uniform(f"vacatur {suit.role}", 0, suit.provision.month)
    relied = reliance(world) if suit.restrictive else 0.0
    if draw >= vacatur_probability(relied, world.parameters.regulator):
        world.events.append(Event(world.month, "upheld", suit.role, "", "rule", False))
        return
    was = world.openness
    world.law = world.law.with_layer("rule", suit.before.rule)
    world.refresh_policy()
    if suit.role == world.in_office:
        world.announced = suit.stand
    world.events.append(Event(world.month, "vacated", suit.role, "", "rule", world.openness > was))


def unified(world: World, role: str) -> bool:
    """President, House and Senate of one party."""
    return role == world.in_office and all(world.congress.controls(role))


def policy_state(world: World, role: str) -> PolicyState:
    """What a party may know of policy and politics; public facts only."""
    p = world.parameters
    points = incumbency_points(world.terms_in_office, p)
    pledges = 0.0
    if p.channels.donors and p.party.donors_per_stake != 0.0:
        pledges = mean_visible_stake(world)
    left = p.institutions.term_months - (world.month % p.institutions.term_months)
    return PolicyState(
        month=world.month,
        openness=world.openness,
        theta=world.in_force.theta,
        kappa=world.in_force.kappa,
        in_office=world.in_office,
        own_role=role,
        own_platform=world.party(role).platform,
        rival_platform=world.stand(other(role)).openness,
        hostile_chambers=2 - sum(world.congress.controls(role)),
        terms_in_office=world.terms_in_office,
        incumbency_share=0.01 * points,
        months_left=left,
        pledges=pledges,
    )


def law_state(world: World) -> LawState:
    """What a party may know of the law."""
    docket = world.docket
    vacated = sum(1 for event in world.events if event.kind == "vacated")
    if docket is None:
        return LawState(world.law.layer, "", 0.0, vacated)
    return LawState(world.law.layer, docket.option.name, remaining_months(world, docket), vacated)


def platforms(world: World) -> None:
    """Phase 8: the challenger reconsiders its platform on the quarter's panel; an experiment may hold platforms."""
    reconsider(world)
    hold_platforms(world)


def reconsider(world: World) -> None:
    """The challenger's decision on its platform, once a quarter and where it gets to it (ODD: platforms)."""
    if world.month % 3 != 0:
        return
    p = world.parameters
    role = other(world.in_office)
    if world.draws.uniform(f"platform gate {role}", 0, world.month) >= p.party.platform_gate:
        return
    party = world.party(role)
    candidates = platform_candidates(party.platform, p.party.platform_step)
    rival = world.stand(world.in_office)
    stands = [platform_stand(candidate, p.policy.warn_floor) for candidate in candidates]
    report = ask(world, role, [(one, rival) if role == "author" else (rival, one) for one in stands])
    draws = [gumbel(world.draws.uniform(f"platform {role}", i, world.month)) for i in range(len(candidates))]
    state = policy_state(world, role)
    party.platform = platform_decision(
        candidates, report, state, party.ideal, 0.01 * level_sd(p), p.party, draws, party.memory
    )
    party.memory = remember(party.memory, report, state, party.ideal, p.party)


def agenda(world: World) -> None:
    """Phase 9: the administration's agenda decision of the quarter, at most one item."""
    if world.month % 3 != 0 or not world.released:
        return
    p, role = world.parameters, world.in_office
    if not agenda_opens(world.draws.uniform(f"agenda {role}", 0, world.month), p.party):
        return
    options = available_options(world)
    challenger = world.stand(other(role))
    report = ask(
        world,
        role,
        [(one.stand, challenger) if role == "author" else (challenger, one.stand) for one in options],
        standing=0 if world.docket is None else 1,
    )
    party, state = world.party(role), policy_state(world, role)
    key = world.draws.key(f"choice {role}")
    moves = [_taste(world, key, option.number) for option in options]
    nests = {nest: _taste(world, key, _NEST_DRAWS + i) for i, nest in enumerate(NESTS)}
    chosen = options[
        agenda_decision(
            options,
            report,
            state,
            law_state(world),
            party.ideal,
            0.01 * level_sd(p),
            p.party,
            moves,
            nests,
            party.memory,
        )
    ]
    party.memory = remember(party.memory, report, state, party.ideal, p.party)
    world.last_poll = (report, tuple(option.name for option in options))
    if world.docket is None:
        if chosen.name != "hold":
            open_docket(world, chosen, restrictive(chosen, world.openness))
    elif chosen.name == "hold":
        world.note("withdrawn", role, world.docket.option, world.docket.restrictive)
        world.docket = None
        world.announced = None


def _taste(world: World, key: int, index: int) -> float:
    persistence = world.parameters.party.choice_persistence
    return persistent_gumbel(key, index, world.term_start, world.month, persistence)


def available_options(world: World) -> list[Option]:
    """The menu; with a docket live it is to withdraw (hold) or to go on."""
    p = world.parameters
    ideals = {name: agency.ideal for name, agency in world.agencies.items()}
    fallen = 1.0 - world.market.price / world.market.peak
    if world.docket is not None:
        live = world.docket.option._replace(months=remaining_months(world, world.docket))
        return [menu(world.law, p, ideals, False, 0.0)[0], live]
    return menu(world.law, p, ideals, unified(world, world.in_office), fallen)


def remaining_months(world: World, docket: Docket) -> float:
    """Months a live item is expected to need still: its mean time for the stages left, as the public knows it."""
    p, option = world.parameters.regulator, docket.option
    factor = slow_roll_factor(world.agencies[option.agency].ideal, option.stand.openness, p)
    whole = expected_months(option.instrument, factor, p)
    if option.instrument in ("rule", "statute"):
        return whole * (1.0 - docket.stage / stage_count(option.instrument, p))
    return max(0.0, whole - (world.month - docket.started))


__all__ = ["MOVES", "Event", "Suit", "agenda", "pipeline", "platforms", "policy_state", "transition"]
