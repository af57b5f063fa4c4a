"""Phase 9: the agenda decision."""

from __future__ import annotations

from ...agents.party.agenda import rival_value
from ...agents.party.decisions import agenda_decision, agenda_opens, remember
from ...agents.perception import Option
from ..economy.market import fall_from_peak
from ..elections.national_vote import level_sd_share
from ..policy.choice_shocks import tastes
from ..policy.events import other
from ..policy.legislature import passage
from ..policy.menu import hold, open_moves, renewable, restrictive, support_open, with_delays
from ..policy.moves import EXTRA_MOVES
from ..policy.public_facts import law_state, policy_state, reconciliation_open, remaining_months, review_open
from ..state import WorldState
from .pipeline import open_docket
from .platforms import QUARTER
from .polling import ask


def agenda_due(state: WorldState, month: int) -> bool:
    """Return whether the issue reaches the present administration's agenda this month (quarterly, random gate)."""
    if month % QUARTER != 0 or not state.released:
        return False
    return agenda_opens(state.draws.uniform(f"agenda {state.in_office}", 0, month), state.parameters.party)


def agenda(state: WorldState) -> None:
    """Run phase 9: the administration chooses at most one item a quarter."""
    if not agenda_due(state, state.month):
        return
    p, role = state.parameters, state.in_office
    options = available_options(state)
    challenger = state.stand(other(role))
    report = ask(
        state,
        role,
        [(move.stand, challenger) if role == "author" else (challenger, move.stand) for move in options],
        standing=0 if state.docket is None else 1,
        items=options,
    )
    party, policy = state.party(role), policy_state(state, role)
    moves, nests = choice_shocks(state, tuple([option.number for option in options]))
    chosen = options[
        agenda_decision(
            options,
            report,
            policy,
            law_state(state),
            party.ideal,
            level_sd_share(p),
            p.party,
            moves,
            nests,
            party.memory,
            rival_issue(state) if p.party.agenda == "competition" else 0.0,
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
    """Return the menu; while an item is on the docket, the options are to withdraw it (hold) or to go on."""
    p = state.parameters
    if state.docket is not None:
        live = state.docket.option._replace(months=remaining_months(state, state.docket))
        return [hold(state.law, p.policy.cap), live]
    once, law, role = state.draws.once, state.law, state.in_office
    fallen = fall_from_peak(state.market.price, state.market.peak)
    voted = (state.congress, role, p.institutions, reconciliation_open(state))
    bills = once(("passage", *voted), lambda: passage(*voted))
    open_now = (support_open(law, p, fallen), review_open(state), renewable(law, p, state.month))
    ideals = {name: agency.ideal for name, agency in state.agencies.items()}
    # Arms under the same law share moves and delays; computing them in each arm takes a tenth of a run.
    known = (law, bills, *open_now, p.policy, p.regulator, p.party, EXTRA_MOVES.get(p.policy.extra_move))

    def moves() -> tuple[Option, ...]:
        return once(("moves", *known), lambda: open_moves(law, p, bills, *open_now))

    return list(once(("menu", *ideals.values(), *known), lambda: with_delays(moves(), ideals, p.regulator)))


def choice_shocks(state: WorldState, numbers: tuple[int, ...]) -> tuple[list[float], dict[str, float]]:
    """Return the shocks of the administration's choice for moves of these numbers, and for nests."""
    key, persistence = state.draws.key(f"choice {state.in_office}"), state.parameters.party.choice_persistence
    term_start, month = state.term_start, state.month
    return state.draws.once(
        ("choice", key, numbers, term_start, month, persistence),
        lambda: tastes(key, numbers, term_start, month, persistence),
    )


def rival_issue(state: WorldState) -> float:
    """Return the value of the administration's best rival issue this quarter, in utility (ODD: rival_value)."""
    stream = f"rival {state.in_office}"
    lasting, fresh = state.draws.normal(stream, 0, state.term_start), state.draws.normal(stream, 1, state.month)
    return rival_value(lasting, fresh, state.parameters.party)
