"""Phase 2: the rule pipeline, agencies, sunsets and suits."""

from __future__ import annotations

from ...agents.electorate.voting.kernel import grieve
from ...agents.perception import Option, Stand
from ...agents.regulator.decisions import brings_case, drift_ideal
from ...agents.regulator.docket import Docket, haste, slow_roll_factor, stage_count, stage_months
from ..elections.lame_duck import lame_duck
from ..elections.vote_effect import feared_size
from ..policy.events import Event
from ..policy.law import LAYERS, NO_SUNSET, effective, enact, lapse, next_expiry, openness, renew
from ..policy.legislature import MAJORITY, bargains, passage
from ..policy.menu import restrictive_fall
from ..policy.public_facts import on_budget, policy_state, reconciliation_open, reviewable
from ..state import WorldState
from .courts import decide_suit, sue


def pipeline(state: WorldState) -> None:
    """Run phase 2: agencies drift, the friendly rule becomes final, the docket advances, courts decide."""
    p = state.parameters
    drift(state)
    if state.friendly_pending and state.month >= p.policy.friendly_month:
        state.take_friendly_policy()
    while state.docket is not None and state.docket.due <= state.month:
        _advance_docket(state, state.docket)
    while (due := next_expiry(state.law)) is not None and due[1] <= state.month:
        if not put_off(state, *due):
            _lapse(state, due[0])
    for suit in [suit for suit in state.suits if suit.decided <= state.month]:
        state.suits.remove(suit)
        decide_suit(state, suit)


def drift(state: WorldState) -> None:
    """Move agencies with confirmed heads towards the president's ideal (ODD: drift_ideal)."""
    president, regulator = state.party(state.in_office).ideal, state.parameters.regulator
    for agency in state.agencies.values():
        confirmed = state.month >= agency.confirmed_at
        agency.ideal = drift_ideal(agency.ideal, president, agency.independence, confirmed, regulator)


def _stage_due(state: WorldState, option: Option, role: str, started: int, stage: int, since: float) -> float:
    p = state.parameters.regulator
    draw = state.draws.uniform(f"docket {role}", stage + 16 * option.number, started)
    factor = slow_roll_factor(state.agencies[option.agency].ideal, option.stand.openness, p)
    months = stage_months(option.instrument, draw, factor, p)
    return since + months * haste(option.name, option.instrument, lame_duck(state), p)


def open_docket(state: WorldState, option: Option, restricts: bool) -> None:
    """Put an option on the docket of the administration."""
    due = _stage_due(state, option, state.in_office, state.month, 0, float(state.month))
    state.docket = Docket(option, state.in_office, state.month, 0, due, restricts)
    state.announced = option.stand
    state.note("docketed", state.in_office, option, restricts)


def _advance_docket(state: WorldState, docket: Docket) -> None:
    p = state.parameters.regulator
    stage = docket.stage + 1
    if stage < stage_count(docket.option.instrument, p):
        due = _stage_due(state, docket.option, docket.role, docket.started, stage, docket.due)
        state.docket = docket._replace(stage=stage, due=due)
        return
    state.docket = None
    option = docket.option
    passed = _congress_passes(state, option, docket.role)
    reconciled = not passed and reconciliation_open(state) and _congress_passes(state, option, docket.role, True)
    if _moot(state, option) or not (passed or reconciled):
        state.note("withdrawn", docket.role, option, docket.restrictive)
        state.announced = None
        return
    if reconciled:
        state.note("reconciled", docket.role, option, docket.restrictive)
    if option.instrument == "enforcement" and option.name == "enforce":
        agency = state.agencies["SEC"]
        draw = state.draws.uniform(f"refusal {docket.role}", 0, docket.started)
        policy = policy_state(state, docket.role)
        if not brings_case(draw, agency.independence, agency.ideal, option.stand.openness, policy, p):
            state.note("refused", docket.role, option, docket.restrictive)
            state.announced = None
            return
    take_effect(state, option, docket.role, docket.started, docket.restrictive)


def _moot(state: WorldState, option: Option) -> bool:
    """Return whether a court or a sunset has removed the rule that a resolution or renewal is about."""
    if option.name == "disapprove":
        return not reviewable(state)
    layer = getattr(state.law, option.instrument) if option.name == "renew" else None
    return option.name == "renew" and (layer is None or layer.expires < 0)


def _congress_passes(state: WorldState, option: Option, role: str, reconciled: bool = False) -> bool:
    """Return whether the present Congress passes an item that ripens; True for items without a vote."""
    opens = option.stand.openness >= state.openness
    if option.name == "renew":
        opens = state.openness >= openness(effective(lapse(state.law, option.instrument)), state.parameters.policy.cap)
    return passage(state.congress, role, state.parameters.institutions, reconciled).of(option.instrument, opens)


def put_off(state: WorldState, layer: str, expires: int) -> bool:
    """Put off a sunset that is due if the side that wants the provision bargains for it; return whether it did."""
    p, role = state.parameters, getattr(state.law, layer).role
    institutions, sunset = p.institutions, p.policy.sunset_months
    if institutions.sunset_bargain == 0.0:
        return False
    threshold = MAJORITY if on_budget(p) else institutions.senate_threshold
    able = bargains(state.congress, role, state.in_office, threshold, institutions)
    if not able or state.draws.uniform("sunset bargain", LAYERS.index(layer), expires) >= institutions.sunset_bargain:
        return False
    state.law = renew(state.law, layer, state.month + sunset if sunset > 0 else NO_SUNSET)
    state.refresh_policy()
    state.events.append(Event(state.month, "bargained", role, "", layer, False))
    if state.docket is not None and (state.docket.option.name, state.docket.option.instrument) == ("renew", layer):
        state.note("withdrawn", state.docket.role, state.docket.option, False)
        state.docket = state.announced = None
    return True


def _lapse(state: WorldState, layer: str) -> None:
    """Let a sunset take effect: the layer beneath applies; the government is blamed for a part of it."""
    p, was, forced = state.parameters, state.openness, state.in_force.forced
    role = getattr(state.law, layer).role
    state.law = lapse(state.law, layer)
    state.refresh_policy()
    state.events.append(Event(state.month, "lapsed", role, "", layer, restrictive_fall(was, state.openness)))
    state.news += p.market.rule_news_jump * (state.openness - was)
    if state.docket is not None and state.docket.option.name == "renew":
        state.note("withdrawn", state.docket.role, state.docket.option, False)
        state.docket = None
    if state.docket is None and not state.friendly_pending:
        state.announced = None
    _resent(state, was, forced, state.in_office, p.policy.lapse_blame)


def _resent(state: WorldState, was: float, forced: float, role: str, share: float = 1.0) -> None:
    """Add grievances after a change that lowers openness or forces a sale; share: part of the blame that it gets."""
    imposed = max(0.0, state.in_force.forced - forced)
    if share > 0.0 and (state.openness < was - 1e-9 or imposed > 0.0):
        stand = Stand(openness=state.openness, forced=imposed, protected=state.in_force.protected)
        leave_grievance(state, was, stand, role, share)


def take_effect(state: WorldState, option: Option, role: str, started: int, restricts: bool) -> None:
    """Put an item into force: law, grievance, news, and possibly a suit."""
    before = state.law
    kind = {"disapprove": "voided", "renew": "renewed"}.get(option.name, "enacted")
    put_in_force(state, option, role, kind, restricts)
    if option.instrument == "rule" and option.name != "renew":
        sue(state, option, before, role, started, restricts)


def put_in_force(state: WorldState, option: Option, role: str, kind: str, restricts: bool) -> None:
    """Make an item law: note it, with the news and the grievances that follow."""
    p = state.parameters
    was, forced = state.openness, state.in_force.forced
    binds = option.name == "renew" or p.policy.sunset_covers == "all"
    state.law = enact(state.law, option, role, state.month, p.policy.sunset_months if binds else 0)
    state.refresh_policy()
    if option.name == "support":
        state.take_over_losses()
    state.note(kind, role, option, restricts)
    state.news += p.market.rule_news_jump * (state.openness - was)
    _resent(state, was, forced, role)


def leave_grievance(state: WorldState, was: float, stand: Stand, role: str, share: float = 1.0) -> None:
    """Add holders' grievance against the party behind a restriction (ODD: grieve); share: part blamed on it."""
    size = share * feared_size(state.parameters, was, stand.openness, stand.forced, stand.protected)
    by_d = (role == "author") == (state.sign < 0)
    grieve(
        state.electorate.fixed,
        state.electorate.dynamic,
        state.product_prices,
        size,
        1.0 if by_d else -1.0,
        state.vote_coefficients,
    )
