"""Offices, the docket and agenda: the phases of the schedule that belong to government."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...agents.electorate.kernels import grieve
from ...agents.party.decisions import agenda_decision, agenda_opens, platform_candidates, platform_decision, remember
from ...agents.perception import NEVER, LawState, Option, PolicyState, Stand
from ...agents.regulator.decisions import brings_case, confirmation_months, drift_ideal
from ...agents.regulator.docket import Docket, expected_months, haste, slow_roll_factor, stage_count, stage_months
from ..elections.national_vote import half_term, incumbency_points, level_sd
from ..interventions import hold_platforms
from ..policy.choice_shocks import platform_draws, tastes
from ..policy.events import Event, other
from ..policy.law import effective, enact, lapse, next_expiry, openness, platform_stand
from ..policy.legislature import NOTHING, chambers_held, passage
from ..policy.menu import MOVES, menu, restrictive, restrictive_fall
from ..population.builder import feared_size
from .courts import Suit, decide_suit, mean_visible_stake, reliance, sue
from .lame_duck import lame_duck
from .polling import ask

if TYPE_CHECKING:
    from ..world import World

QUARTER = 3
"""Months between a party's decisions, at least."""


def transition(world: World) -> None:
    """Phase 1: winners take office; the docket of the old administration is frozen, agencies await new heads."""
    month, p = world.month, world.parameters
    if month % half_term(p) != 0 or month == 0:
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
    drift(world)
    if world.friendly_pending and world.month >= p.policy.friendly_month:
        world.take_friendly_policy()
    while world.docket is not None and world.docket.due <= world.month:
        _advance_docket(world, world.docket)
    while (due := next_expiry(world.law)) is not None and due[1] <= world.month:
        _lapse(world, due[0])
    for suit in [one for one in world.suits if one.decided <= world.month]:
        world.suits.remove(suit)
        decide_suit(world, suit)


def drift(world: World) -> None:
    """Agencies drift towards the president, once their heads are confirmed (ODD: drift_ideal)."""
    president, regulator = world.party(world.in_office).ideal, world.parameters.regulator
    for agency in world.agencies.values():
        confirmed = world.month >= agency.confirmed_at
        agency.ideal = drift_ideal(agency.ideal, president, agency.independence, confirmed, regulator)


def _stage_due(world: World, option: Option, role: str, started: int, stage: int, since: float) -> float:
    p = world.parameters.regulator
    draw = world.draws.uniform(f"docket {role}", stage + 16 * option.number, started)
    factor = slow_roll_factor(world.agencies[option.agency].ideal, option.stand.openness, p)
    months = stage_months(option.instrument, draw, factor, p)
    return since + months * haste(option.name, option.instrument, lame_duck(world), p)


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
    if _moot(world, option) or not _congress_passes(world, option, docket.role):
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


def _moot(world: World, option: Option) -> bool:
    """Whether a resolution or renewal has lost its object on the way: a court or a sunset was there first."""
    if option.name == "disapprove":
        return not reviewable(world)
    layer = getattr(world.law, option.instrument) if option.name == "renew" else None
    return option.name == "renew" and (layer is None or layer.expires < 0)


def _congress_passes(world: World, option: Option, role: str) -> bool:
    """Whether the Congress that sits when a bill ripens passes it; True for what needs no vote."""
    opens = option.stand.openness >= world.openness
    if option.name == "renew":
        opens = world.openness >= openness(effective(lapse(world.law, option.instrument)), world.parameters.policy.cap)
    return passage(world.congress, role, world.parameters.institutions).of(option.instrument, opens)


def _lapse(world: World, layer: str) -> None:
    """A sunset falls: what stands beneath applies, and the government that let it come is blamed for a part of it."""
    p, was, forced = world.parameters, world.openness, world.in_force.forced
    role = getattr(world.law, layer).role
    world.law = lapse(world.law, layer)
    world.refresh_policy()
    world.events.append(Event(world.month, "lapsed", role, "", layer, restrictive_fall(was, world.openness)))
    world.news += p.market.rule_news_jump * (world.openness - was)
    if world.docket is not None and world.docket.option.name == "renew":
        world.note("withdrawn", world.docket.role, world.docket.option, False)
        world.docket = None
    if world.docket is None and not world.friendly_pending:
        world.announced = None
    _resent(world, was, forced, world.in_office, p.policy.lapse_blame)


def _resent(world: World, was: float, forced: float, role: str, share: float = 1.0) -> None:
    """Grievance over what has just come into force, if it lowers openness or forces a sale."""
    imposed = max(0.0, world.in_force.forced - forced)
    if share > 0.0 and (world.openness < was - 1e-9 or imposed > 0.0):
        stand = Stand(openness=world.openness, forced=imposed, protected=world.in_force.protected)
        leave_grievance(world, was, stand, role, share)


def take_effect(world: World, option: Option, role: str, started: int, restricts: bool) -> None:
    """An item comes into force: law, grievance, news, and perhaps a suit."""
    p = world.parameters
    before, was, forced = world.law, world.openness, world.in_force.forced
    binds = option.name == "renew" or p.policy.sunset_covers == "all"
    world.law = enact(before, option, role, world.month, p.policy.sunset_months if binds else 0)
    world.refresh_policy()
    if option.name == "support":
        world.take_over_losses()
    world.note({"disapprove": "voided", "renew": "renewed"}.get(option.name, "enacted"), role, option, restricts)
    world.news += p.market.rule_news_jump * (world.openness - was)
    _resent(world, was, forced, role)
    if option.instrument == "rule" and option.name != "renew":
        sue(world, option, before, role, started, restricts)


def leave_grievance(world: World, was: float, stand: Stand, role: str, share: float = 1.0) -> None:
    """Holders resent the party behind a restriction (ODD: grieve); share: how far it is blamed for it."""
    size = share * feared_size(world.parameters, was, stand.openness, stand.forced, stand.protected)
    by_d = (role == "author") == (world.sign < 0)
    grieve(
        world.electorate.fixed,
        world.electorate.dynamic,
        world.product_prices,
        size,
        1.0 if by_d else -1.0,
        world.vote_coefficients,
    )


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


def platforms(world: World) -> None:
    """Phase 8: the challenger reconsiders its platform on the quarter's panel; an experiment may hold platforms."""
    reconsider(world)
    hold_platforms(world)


def platform_due(world: World, month: int) -> bool:
    """Whether the challenger of now gets to its platform in a month: some quarters, by its own draws."""
    if month % QUARTER != 0:
        return False
    role = other(world.in_office)
    return world.draws.uniform(f"platform gate {role}", 0, month) < world.parameters.party.platform_gate


def agenda_due(world: World, month: int) -> bool:
    """Whether the issue reaches the agenda of the administration of now in a month: some quarters, by its own draws."""
    if month % QUARTER != 0 or not world.released:
        return False
    return agenda_opens(world.draws.uniform(f"agenda {world.in_office}", 0, month), world.parameters.party)


def reconsider(world: World) -> None:
    """The challenger's decision on its platform, once a quarter and where it gets to it (ODD: platforms)."""
    if not platform_due(world, world.month):
        return
    p, role = world.parameters, other(world.in_office)
    party, rival = world.party(role), world.stand(world.in_office)
    candidates = platform_candidates(party.platform, p.party.platform_step)
    stands = [platform_stand(candidate, p.policy.warn_floor) for candidate in candidates]
    report = ask(world, role, [(one, rival) if role == "author" else (rival, one) for one in stands])
    draws = platform_draws(world.draws.key(f"platform {role}"), len(candidates), world.month)
    state = policy_state(world, role)
    party.platform = platform_decision(
        candidates, report, state, party.ideal, 0.01 * level_sd(p), p.party, draws, party.memory
    )
    party.memory = remember(party.memory, report, state, party.ideal, p.party)


def agenda(world: World) -> None:
    """Phase 9: the administration's agenda decision of the quarter, at most one item."""
    if not agenda_due(world, world.month):
        return
    p, role = world.parameters, world.in_office
    options = available_options(world)
    challenger = world.stand(other(role))
    report = ask(
        world,
        role,
        [(one.stand, challenger) if role == "author" else (challenger, one.stand) for one in options],
        standing=0 if world.docket is None else 1,
    )
    party, state = world.party(role), policy_state(world, role)
    moves, nests = tastes(
        world.draws.key(f"choice {role}"),
        tuple([option.number for option in options]),
        world.term_start,
        world.month,
        p.party.choice_persistence,
    )
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


def available_options(world: World) -> list[Option]:
    """The menu; with a docket live it is to withdraw (hold) or to go on."""
    p = world.parameters
    ideals = {name: agency.ideal for name, agency in world.agencies.items()}
    fallen = 1.0 - world.market.price / world.market.peak
    if world.docket is not None:
        live = world.docket.option._replace(months=remaining_months(world, world.docket))
        return [menu(world.law, p, ideals, NOTHING, 0.0)[0], live]
    bills = passage(world.congress, world.in_office, p.institutions)
    return menu(world.law, p, ideals, bills, fallen, review=review_open(world), month=world.month)


def remaining_months(world: World, docket: Docket) -> float:
    """Months a live item is expected to need still: its mean time for the stages left, as the public knows it."""
    p, option = world.parameters.regulator, docket.option
    factor = slow_roll_factor(world.agencies[option.agency].ideal, option.stand.openness, p)
    whole = expected_months(option.instrument, factor, p)
    whole *= haste(option.name, option.instrument, lame_duck(world), p)
    if option.instrument in ("rule", "statute"):
        return whole * (1.0 - docket.stage / stage_count(option.instrument, p))
    return max(0.0, whole - (world.month - docket.started))


__all__ = [
    "MOVES",
    "Event",
    "Suit",
    "agenda",
    "mean_visible_stake",
    "pipeline",
    "platforms",
    "policy_state",
    "reliance",
    "transition",
]
