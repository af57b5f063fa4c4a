"""Agenda decisions of a government: poll, utility and probability of each move, the choice, and deterrence.

Everything is computed on forks, so recording changes no outcome.
"""

from __future__ import annotations

from typing import Any

from ...agents.party.agenda import competition_probabilities
from ...agents.party.choice import probabilities
from ...agents.party.decisions import move_utility
from ...agents.party.rules import RULES
from ...agents.perception import Option, PollReport
from ...model.elections.national_vote import level_sd_share
from ...model.phases.agenda import agenda, available_options
from ...model.policy.menu import restrictive
from ...model.policy.public_facts import law_state, policy_state
from ...model.schedule import PHASES
from ...model.state import WorldState

WITHOUT_OFFICE = {"office_rent": 0.0}


def observed_decision(world: WorldState) -> dict[str, Any] | None:
    """Return the agenda decision of the coming month, or None if there is none.

    wanted: the choice of the same government with the same draws and office rent 0; deterred: it wanted a restriction
    of .10 or more and chose none.
    """
    if world.month % 3 != 0 or not world.released:
        return None
    before = world.fork()
    before.last_poll = None
    for phase in PHASES:
        if phase.run is agenda:
            break
        phase.run(before)
    options, openness, docket_open = available_options(before), before.openness, before.docket is not None
    acted = before.fork()
    agenda(acted)
    if acted.last_poll is None:
        return None
    p = before.parameters
    without_office = before.fork(p.model_copy(update={"party": p.party.model_copy(update=WITHOUT_OFFICE)}))
    agenda(without_office)
    chosen, wanted = _choice(acted, options), _choice(without_office, options)
    deterred = restrictive(wanted, openness) and not restrictive(chosen, openness)
    return {
        "month": world.month,
        "role": before.in_office,
        "docket_open": docket_open,
        "chosen": chosen.name,
        "wanted": wanted.name,
        "deterred": deterred,
        "moves": evaluated_moves(before, options, acted.last_poll[0]),
    }


def _choice(world: WorldState, options: list[Option]) -> Option:
    """Return the option that a government has just chosen: the one on its docket, else hold."""
    if world.docket is None:
        return options[0]
    return next((option for option in options if option.name == world.docket.option.name), options[0])


def evaluated_moves(world: WorldState, options: list[Option], report: PollReport) -> list[dict[str, Any]]:
    """Return each move with its poll share, utility and choice probability, just before the decision."""
    p, role = world.parameters, world.in_office
    party, state, law = world.party(role), policy_state(world, role), law_state(world)
    target = RULES[p.party.rule]().target(party.ideal, report, state, p.party, party.memory)
    values = [
        move_utility(option, share, target, state, option.name == law.docket, level_sd_share(p), p.party)
        for option, share in zip(options, report.shares, strict=True)
    ]
    nests = [option.nest for option in options]
    if p.party.agenda == "competition":
        choice_probabilities = competition_probabilities(values, nests, bool(law.docket), p.party)
    else:
        choice_probabilities = probabilities(values, nests, p.party.choice_precision, p.party.nest_dissimilarity)
    return [
        {
            "name": option.name,
            "instrument": option.instrument,
            "openness": option.stand.openness,
            "share": share,
            "utility": value,
            "probability": probability,
        }
        for option, share, value, probability in zip(options, report.shares, values, choice_probabilities, strict=True)
    ]
