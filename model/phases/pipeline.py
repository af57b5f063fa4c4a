"""Offices, the docket and agenda: the phases of the schedule that belong to government."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...agents.electorate.voting.kernel import grieve
from ...agents.perception import Option, Stand
from ...agents.regulator.decisions import brings_case, drift_ideal
from ...agents.regulator.docket import Docket, haste, slow_roll_factor, stage_count, stage_months
from ..elections.vote_effect import feared_size
from ..policy.events import Event
from ..policy.law import effective, enact, lapse, next_expiry, openness
from ..policy.legislature import passage
from ..policy.menu import restrictive_fall
from .courts import decide_suit, sue
from .lame_duck import lame_duck
from .public_facts import policy_state, reviewable

if TYPE_CHECKING:
    from ..world import World


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
