"""Phase 9: the agenda decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...agents.party.decisions import agenda_decision, agenda_opens, remember
from ...agents.perception import Option
from ..elections.national_vote import level_sd
from ..policy.choice_shocks import tastes
from ..policy.events import other
from ..policy.legislature import NOTHING, passage
from ..policy.menu import menu, restrictive
from .platforms import QUARTER
from .polling import ask
from .public_facts import law_state, policy_state, remaining_months, review_open

if TYPE_CHECKING:
    from ..world import World
from .pipeline import open_docket


def agenda_due(world: World, month: int) -> bool:
    """Whether the issue reaches the agenda of the administration of now in a month: some quarters, by its own draws."""
    if month % QUARTER != 0 or not world.released:
        return False
    return agenda_opens(world.draws.uniform(f"agenda {world.in_office}", 0, month), world.parameters.party)


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
