"""Agenda decisions of a government: what it perceived of each move, the choice, and deterrence.

A recorded decision holds all that a choice follows from, so that the page can weigh it anew at another office rent or
choice precision (static/why/choice.js). Everything is computed on forks, so recording changes no outcome.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...agents.party.agenda import competition_probabilities
from ...agents.party.choice import probabilities
from ...agents.party.decisions import life_share, move_cost, move_utility, win_probability
from ...agents.party.parameters import PartyParameters
from ...agents.party.rules import RULES
from ...agents.perception import LawState, Option, PolicyState, PollReport
from ...model.dated_events import impose_dated_events
from ...model.elections.national_vote import level_sd_share
from ...model.parameters.tree import Parameters
from ...model.phases.agenda import agenda, available_options, choice_shocks, rival_issue
from ...model.phases.platforms import QUARTER
from ...model.phases.polling import ask
from ...model.policy.events import other
from ...model.policy.menu import restrictive
from ...model.policy.public_facts import law_state, policy_state
from ...model.schedule import PHASES
from ...model.state import WorldState

WITHOUT_OFFICE = {"office_rent": 0.0}
WEIGHED = (
    *("office_rent", "policy_weight", "choice_precision", "nest_dissimilarity", "agenda", "agenda_scope"),
    *("rival_value", "rival_log_sd", "polarisation"),
)
"""Parameters of the party that turn the terms of its moves into a choice."""
_TERMS = (
    *("office_rent", "policy_weight", "donors", "donors_per_stake", "credibility_cost", "agenda_cost"),
    *("guidance_cost", "rule_cost", "statute_cost", "resolution_cost", "renewal_cost", "divided_cost"),
)
CLOSING = "close"
"""The move that the series of chances asks about."""


class Perceived(NamedTuple):
    """All that a government knows at a decision: its options, its poll, public facts, and the target of its rule."""

    options: list[Option]
    report: PollReport
    policy: PolicyState
    law: LawState
    target: float
    level_sd: float
    parameters: PartyParameters


def before_agenda(world: WorldState) -> WorldState | None:
    """Return a fork of the coming month just before its agenda decision; None outside quarters and releases."""
    if world.month % QUARTER != 0 or not world.released:
        return None
    before = world.fork()
    before.last_poll = None
    impose_dated_events(before)
    for phase in PHASES:
        if phase.run is agenda:
            break
        phase.run(before)
    return before


def observed_decision(before: WorldState) -> dict[str, Any] | None:
    """Return the agenda decision of a world from `before_agenda`, or None if the issue is not on the agenda.

    wanted: the choice of the same government with the same draws and office rent 0; deterred: it wanted a restriction
    of .10 or more and chose none.
    """
    options, openness, docket_open = available_options(before), before.openness, before.docket is not None
    acted = before.fork()
    agenda(acted)
    if acted.last_poll is None:
        return None
    p = before.parameters
    without_office = before.fork(p.model_copy(update={"party": p.party.model_copy(update=WITHOUT_OFFICE)}))
    agenda(without_office)
    chosen, wanted = _choice(acted, options), _choice(without_office, options)
    return {
        "month": before.month,
        "role": before.in_office,
        "docket_open": docket_open,
        "chosen": chosen.name,
        "wanted": wanted.name,
        "deterred": restrictive(wanted, openness) and not restrictive(chosen, openness),
        **_perceptions(before, perceived(before, options, acted.last_poll[0])),
    }


def _choice(world: WorldState, options: list[Option]) -> Option:
    """Return the option that a government has just chosen: the one on its docket, else hold."""
    if world.docket is None:
        return options[0]
    return next((option for option in options if option.name == world.docket.option.name), options[0])


def perceived(before: WorldState, options: list[Option], report: PollReport) -> Perceived:
    """Return all that the government knows just before it decides on these options."""
    p, role = before.parameters, before.in_office
    party, policy = before.party(role), policy_state(before, role)
    target = RULES[p.party.rule]().target(party.ideal, report, policy, p.party, party.memory)
    return Perceived(options, report, policy, law_state(before), target, level_sd_share(p), p.party)


def _perceptions(before: WorldState, known: Perceived) -> dict[str, Any]:
    """Return the record of what a government knows: public facts, its draws, and a row for each move."""
    policy, party = known.policy, known.parameters
    shocks, nest_shocks = choice_shocks(before, tuple([option.number for option in known.options]))
    nests = [option.nest for option in known.options]
    values = [
        move_utility(option, share, known.target, policy, option.name == known.law.docket, known.level_sd, party)
        for option, share in zip(known.options, known.report.shares, strict=True)
    ]
    if party.agenda == "competition":
        likely = competition_probabilities(values, nests, bool(known.law.docket), party)
    else:
        likely = probabilities(values, nests, party.choice_precision, party.nest_dissimilarity)
    rows = [
        _facts_of(option, share, known)
        | _terms_of(option, share, known)
        | rounded({"utility": value, "probability": probability, "draw": shock})
        for option, share, value, probability, shock in zip(
            known.options, known.report.shares, values, likely, shocks, strict=True
        )
    ]
    facts = {
        "openness": policy.openness,
        "target": known.target,
        "own_platform": policy.own_platform,
        "rival_platform": policy.rival_platform,
        "hostile_chambers": policy.hostile_chambers,
        "incumbency_share": policy.incumbency_share,
        "months_left": policy.months_left,
        "respondents": known.report.n,
        "rival": rival_issue(before) if party.agenda == "competition" else 0.0,
        "nest_draws": {nest: nest_shocks[nest] for nest in dict.fromkeys(nests)},
    }
    return rounded(facts) | {"party": weighed_parameters(before.parameters), "moves": rows}


def _facts_of(option: Option, share: float, known: Perceived) -> dict[str, Any]:
    """Return what is public about a move, its polled share, and how much of the horizon it is expected to last."""
    facts = {
        "name": option.name,
        "nest": option.nest,
        "instrument": option.instrument,
        "openness": option.stand.openness,
        "kappa": option.kappa,
        "months": option.months,
        "share": share,
        "life": life_share(option, 12.0 * known.parameters.horizon_years, known.policy.months_left),
    }
    return rounded(facts)


def _terms_of(option: Option, share: float, known: Perceived) -> dict[str, float]:
    """Return the terms of a move's utility, to the last bit, since a choice may depend on a tie.

    utility = office_rent * win (a rule that heeds polls) - policy_weight * distance + donors - cost - credibility.
    """
    policy, party, live = known.policy, known.parameters, option.name == known.law.docket
    silent = party.model_copy(update=dict.fromkeys(_TERMS, 0.0))

    def alone(**weights: float) -> float:
        only = silent.model_copy(update=weights)
        return move_utility(option, share, known.target, policy, live, known.level_sd, only)

    return {
        "win": win_probability(share + policy.incumbency_share, known.level_sd),
        "distance": -alone(policy_weight=1.0),
        "donors": alone(donors=party.donors, donors_per_stake=party.donors_per_stake),
        "cost": move_cost(option, policy.hostile_chambers, live, party),
        "credibility": -alone(credibility_cost=party.credibility_cost),
    }


def weighed_parameters(p: Parameters) -> dict[str, Any]:
    """Return the parameters that turn the terms of moves into a choice, and whether the rule heeds polls."""
    heeds = RULES[p.party.rule].heeds_polls
    return {name: getattr(p.party, name) for name in WEIGHED} | {"rule": p.party.rule, "heeds_polls": heeds}


def rounded(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with at most eight significant digits, which keep a film small."""
    return {name: _rounded(value) for name, value in values.items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return rounded(value)
    return float(f"{value:.8g}") if isinstance(value, float) else value


class Chances(NamedTuple):
    """What this quarter's poll tells the party in office about closing the policy to new money.

    reelection, reelection_held: its chance to win the next presidential election if it closes, and if it leaves policy
    as it is; polled_cost: points of the two-party vote that closing would cost it. None where it may not close.
    """

    reelection: float | None
    reelection_held: float
    polled_cost: float | None


def chances(before: WorldState) -> Chances:
    """Return the chances of a world from `before_agenda`: those of its decision, if there is one that quarter.

    While another item is on the docket, closing stands for the item that would take its place.
    """
    options = available_options(before)
    if all(option.name != CLOSING for option in options):
        cleared = before.fork()
        cleared.docket = None
        options = available_options(cleared)
    asked = [options[0], *(option for option in options if option.name == CLOSING)]
    role, rival = before.in_office, before.stand(other(before.in_office))
    pairs = [(option.stand, rival) if role == "author" else (rival, option.stand) for option in asked]
    shares = ask(before, role, pairs, items=asked).shares
    level_sd, incumbency = level_sd_share(before.parameters), policy_state(before, role).incumbency_share
    wins = [win_probability(share + incumbency, level_sd) for share in shares]
    if len(asked) == 1:
        return Chances(None, wins[0], None)
    return Chances(wins[1], wins[0], 100.0 * (shares[0] - shares[1]))
