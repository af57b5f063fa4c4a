"""Phase 9: the agenda decision."""

from __future__ import annotations

from ...agents.party.decisions import agenda_decision, agenda_opens, remember
from ...agents.perception import Option
from ..elections.national_vote import level_sd
from ..policy.choice_shocks import tastes
from ..policy.events import other
from ..policy.legislature import NOTHING, passage
from ..policy.menu import menu, restrictive
from ..state import WorldState
from .pipeline import open_docket
from .platforms import QUARTER
from .polling import ask
from .public_facts import law_state, policy_state, remaining_months, review_open


def agenda_due(state: WorldState, month: int) -> bool:
    """Whether the issue reaches the agenda of the administration of now in a month: some quarters, by its own draws."""
    if month % QUARTER != 0 or not state.released:
        return False
    return agenda_opens(state.draws.uniform(f"agenda {state.in_office}", 0, month), state.parameters.party)


def agenda(state: WorldState) -> None:
    """Phase 9: the administration's agenda decision of the quarter, at most one item."""
    if not agenda_due(state, state.month):
        return
    p, role = state.parameters, state.in_office
    options = available_options(state)
    challenger = state.stand(other(role))
    report = ask(
        state,
        role,
        [(one.stand, challenger) if role == "author" else (challenger, one.stand) for one in options],
        standing=0 if state.docket is None else 1,
    )
    party, policy = state.party(role), policy_state(state, role)
    moves, nests = tastes(
        state.draws.key(f"choice {role}"),
        tuple([option.number for option in options]),
        state.term_start,
        state.month,
        p.party.choice_persistence,
    )
    chosen = options[
        agenda_decision(
            options,
            report,
            policy,
            law_state(state),
            party.ideal,
            0.01 * level_sd(p),
            p.party,
            moves,
            nests,
            party.memory,
        )
    ]
    party.memory = remember(party.memory, report, policy, party.ideal, p.party)
    state.last_poll = (report, tuple(option.name for option in options))
    if state.docket is None:
        if chosen.name != "hold":
            open_docket(state, chosen, restrictive(chosen, state.openness))
    elif chosen.name == "hold":
        state.note("withdrawn", role, state.docket.option, state.docket.restrictive)
        state.docket = None
        state.announced = None


def available_options(state: WorldState) -> list[Option]:
    """The menu; with a docket live it is to withdraw (hold) or to go on."""
    p = state.parameters
    ideals = {name: agency.ideal for name, agency in state.agencies.items()}
    fallen = 1.0 - state.market.price / state.market.peak
    if state.docket is not None:
        live = state.docket.option._replace(months=remaining_months(state, state.docket))
        return [menu(state.law, p, ideals, NOTHING, 0.0)[0], live]
    bills = passage(state.congress, state.in_office, p.institutions)
    return menu(state.law, p, ideals, bills, fallen, review=review_open(state), month=state.month)
