"""What polls say a restrictive move costs its government, beside what the next presidential election takes from it.

The realised cost is the paired difference between two forks on the same draws: the move on the docket, and hold.
Policy is held in both, so that nothing else is decided; the challenger goes on adapting its platform.
"""

from __future__ import annotations

from itertools import product

from ....agents.perception import Option
from ....model.elections.projection import months_to_election
from ....model.fast_forward import advance
from ....model.parameters.tree import Parameters
from ....model.phases.agenda import available_options
from ....model.phases.pipeline import open_docket
from ....model.phases.polling import ask
from ....model.policy.events import other
from ....model.policy.menu import restrictive
from ....model.schedule import PHASES
from ....model.state import WorldState
from ..stress_test.run import friendly_term, takeover, with_dose
from .design import ARMS_OF_COSTS, FORESIGHTS, MOVES, polled_cost, realised_cost
from .design import PHASES as TERM_PHASES

PHASES_OF_TERM: dict[str, int] = dict(zip(TERM_PHASES, (3, 27), strict=True))
"""Months from the takeover to the poll."""
BREADTH, VISIBILITY = 0.30, 1.0
GOVERNMENT = "opponent"
EXPOSED, ZERO = ARMS_OF_COSTS
"""Ends of the keys of the two arms: at exposure BREADTH and at zero exposure."""
_BEFORE = tuple(phase for phase in PHASES if phase.number < 9)
_AFTER = PHASES[len(_BEFORE) :]


def keys() -> list[str]:
    """Return the keys of `polled_and_realised`, in order."""
    names = []
    for arm, phase, move in product(ARMS_OF_COSTS, PHASES_OF_TERM, MOVES):
        names += [polled_cost(move, phase, foresight, arm) for foresight in FORESIGHTS]
        names.append(realised_cost(move, phase, arm))
    return names


def polled_and_realised(parameters: Parameters, seed: int, replicate: int) -> dict[str, float]:
    """Return the polled and the realised change of the government's two-party share by each move, against hold.

    In shares, by the names of `keys`: at exposure BREADTH, and at zero exposure. A move that is not on the menu in both
    arms adds 0 to all its sums.
    """
    zero = friendly_term(with_dose(parameters, 0.0, VISIBILITY), seed, replicate)
    exposed = friendly_term(with_dose(parameters, BREADTH, VISIBILITY), seed, replicate, zero=zero)
    costs = dict.fromkeys(keys(), 0.0)
    worlds = {EXPOSED: takeover(exposed, GOVERNMENT, zero), ZERO: takeover(zero, GOVERNMENT, zero)}
    for phase, months in PHASES_OF_TERM.items():
        for world in worlds.values():
            world.released = False
            advance(world, zero.month + months - world.month)
        by_arm = {arm: _costs(world, phase, arm) for arm, world in worlds.items()}
        shared = set.intersection(*(set(moves) for moves in by_arm.values()))
        for moves in by_arm.values():
            for move in shared:
                costs |= moves[move]
    return costs


def _costs(world: WorldState, phase: str, arm: str) -> dict[str, dict[str, float]]:
    """Return the costs of every move on the menu, by move, in a world at the beginning of a month of decisions."""
    asked = world.fork()
    for step in _BEFORE:
        step.run(asked)
    options = available_options(asked)
    polled = {foresight: _polled(asked, options, foresight) for foresight in FORESIGHTS}
    held = _share_at_election(asked, None)
    costs: dict[str, dict[str, float]] = {}
    for number, option in enumerate(options):
        if option.name in MOVES:
            move = {polled_cost(option.name, phase, f, arm): shares[number] - shares[0] for f, shares in polled.items()}
            move[realised_cost(option.name, phase, arm)] = _share_at_election(asked, option) - held
            costs[option.name] = move
    return costs


def _polled(world: WorldState, options: list[Option], foresight: float) -> tuple[float, ...]:
    """Return the government's share in the poll of its menu, read with this much foresight."""
    asked = world.fork(world.parameters.with_values({"polls.foresight": foresight}))
    rival = asked.stand(other(GOVERNMENT))
    return ask(asked, GOVERNMENT, [(rival, option.stand) for option in options], items=options).shares


def _share_at_election(world: WorldState, option: Option | None) -> float:
    """Return the government's share at the next presidential election with an option on the docket, or with hold."""
    twin = world.fork()
    if option is not None:
        open_docket(twin, option, restrictive(option, twin.openness))
    months = months_to_election(twin)
    for step in _AFTER:
        step.run(twin)
    twin.month += 1
    advance(twin, months)
    return 1.0 - twin.results[-1].author_share
