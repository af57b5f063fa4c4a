"""What a government weighed: the poll, the utility of each move, what it chose, and what it would have dared.

Looked at on forks of the world, so that watching changes nothing.
"""

from __future__ import annotations

from typing import Any

from ...agents.party.choice import probabilities
from ...agents.party.decisions import move_utility
from ...agents.party.rules import RULES
from ...agents.perception import Option, PollReport
from ...model.elections.national_vote import level_sd
from ...model.phases.agenda import agenda, available_options
from ...model.phases.public_facts import law_state, policy_state
from ...model.policy.menu import restrictive
from ...model.schedule import PHASES
from ...model.state import WorldState

WITHOUT_OFFICE = {"office_rent": 0.0}


def observed_decision(world: WorldState) -> dict[str, Any] | None:
    """The agenda decision of the month that comes next, None if there is none.

    wanted: what the same government with the same draws would choose if winning the next election were worth nothing;
    not_dared: that it wanted a restriction of .10 or more and chose none.
    """
    if world.month % 3 != 0 or not world.released:
        return None
    eve = world.fork()
    eve.last_poll = None
    for phase in PHASES:
        if phase.run is agenda:
            break
        phase.run(eve)
    options, openness, live = available_options(eve), eve.openness, eve.docket is not None
    acted = eve.fork()
    agenda(acted)
    if acted.last_poll is None:
        return None
    p = eve.parameters
    free = eve.fork(p.model_copy(update={"party": p.party.model_copy(update=WITHOUT_OFFICE)}))
    agenda(free)
    chosen, wanted = _choice(acted, options), _choice(free, options)
    pressing = restrictive(wanted, openness) and not restrictive(chosen, openness)
    return {
        "month": world.month,
        "role": eve.in_office,
        "live": live,
        "chosen": chosen.name,
        "wanted": wanted.name,
        "not_dared": pressing,
        "moves": weighed(eve, options, acted.last_poll[0]),
    }


def _choice(world: WorldState, options: list[Option]) -> Option:
    """The option a world has just chosen: what lies on its docket, else hold."""
    if world.docket is None:
        return options[0]
    return next((one for one in options if one.name == world.docket.option.name), options[0])


def weighed(world: WorldState, options: list[Option], report: PollReport) -> list[dict[str, Any]]:
    """Each move with its poll share, utility and choice probability, on the eve of the decision."""
    p, role = world.parameters, world.in_office
    party, state, law = world.party(role), policy_state(world, role), law_state(world)
    target = RULES[p.party.rule]().target(party.ideal, report, state, p.party, party.memory)
    values = [
        move_utility(option, share, target, state, option.name == law.docket, 0.01 * level_sd(p), p.party)
        for option, share in zip(options, report.shares, strict=True)
    ]
    chances = probabilities(
        values, [option.nest for option in options], p.party.choice_precision, p.party.nest_dissimilarity
    )
    return [
        {
            "name": option.name,
            "instrument": option.instrument,
            "openness": option.stand.openness,
            "share": share,
            "utility": value,
            "probability": chance,
        }
        for option, share, value, chance in zip(options, report.shares, values, chances, strict=True)
    ]
