"""The mediation factorial: four channels from exposure to policy, each open or shut, on common draws.

A shut channel stays as it was in the zero-exposure arm of the same replicate:
- deterrence: the government's perception of exposure. Shut: its polls are answered by the same people without
  stakes, and savers' assets pledge nothing.
- replacement: the votes cast. Shut: House and Senate of the zero-exposure arm sit, and its presidential elections
  have the winners of that arm.
- convergence: rival platforms. Shut: both parties' platforms are held at the zero-exposure arm's path.
- inertia: institutions that see vested stakes. Shut: courts see none. (Agencies and employers of this model see
  no exposure; with regulator.reliance_weight at its default of 0 this channel carries nothing.)

With all four open a cell is the exposed arm of the stress test; with all four shut it is the zero-exposure arm, unless
exposure acts in some other way (a price that opens the support move): the remainder is reported as `other`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ....agents.electorate.electorate import Electorate
from ....model.elections.national_vote import Congress
from ....model.fast_forward import advance
from ....model.interventions import CHALLENGER, GOVERNMENT, Interventions
from ....model.parameters.tree import Parameters
from ....model.state import WorldState
from ..arms import ReplicateResult
from ..finished_run import keep_world
from ..run_inputs import NO_INPUTS, RunInputs
from ..stress_test.run import Events, last_election, takeover, with_dose
from ..term_outcomes import TermOutcomes, term_outcomes
from .design import CELLS, CHANNELS, OUTCOMES, ZERO_ARM, Cell, MediationDesign

Path = dict[int, dict[str, float]]
Start = Callable[[Parameters], WorldState]
"""Builds the world of month 0 for a tree of parameters."""


class _Zero(NamedTuple):
    """The zero-exposure arm: its worlds at takeover and at the end, and the paths that shut channels follow."""

    past: WorldState
    end: WorldState
    platforms: Path
    congress: dict[int, Congress]
    winners: dict[int, str]


def _advance(world: WorldState, months: int, path: Path | None = None) -> None:
    for _ in range(months):
        month = world.month
        advance(world, 1)
        if path is not None:
            path[month] = {role: party.platform for role, party in world.parties.items()}


def _zero_arm(p: Parameters, terms: int, start: Start) -> _Zero:
    term, path = p.institutions.term_months, Path()
    past = start(p)
    past.interventions = last_election(p, None)
    _advance(past, term, path)
    past.electorate.reset_stakes(past.product_prices)
    end = takeover(past, "opponent", past)
    _advance(end, terms * term, path)
    lead = p.institutions.election_lead
    winners = {result.month: result.winner for result in end.results if result.presidential}
    return _Zero(past, end, path, {result.month + lead: result.congress for result in end.results}, winners)


def _imposed(cell: Cell, zero: _Zero) -> Interventions:
    blind = (() if cell.deterrence else (GOVERNMENT,)) + (() if cell.convergence else (CHALLENGER,))
    return last_election(zero.past.parameters, zero.past)._replace(
        blind=blind,
        platforms=None if cell.convergence else zero.platforms,
        winners=None if cell.replacement else zero.winners,
    )


def _exposed_past(p: Parameters, cell: Cell, zero: _Zero, start: Start) -> WorldState:
    """Return the world after the friendly term under exposure.

    Of the channels only convergence can act in it, since policy is held.
    """
    world = start(p)
    # Cells with replacement open and shut share this past. Its votes are free: takeover installs the government.
    world.interventions = _imposed(cell._replace(replacement=1), zero)
    advance(world, p.institutions.term_months)
    world.electorate.reset_stakes(world.product_prices)
    return world


def _shut(p: Parameters, cell: Cell) -> Parameters:
    on = p.channels.model_copy(
        update={
            "donors": p.channels.donors and bool(cell.deterrence),
            "reliance": p.channels.reliance and bool(cell.inertia),
        }
    )
    return p.model_copy(update={"channels": on})


def _cell_world(cell: Cell, past: WorldState, zero: _Zero, terms: int) -> WorldState:
    world = takeover(past, "opponent", zero.past)
    p = world.parameters
    world = world.fork(_shut(p, cell))
    world.interventions = _imposed(cell, zero)
    if not cell.replacement:
        world.imposed_congress = zero.congress
    advance(world, terms * p.institutions.term_months)
    return world


def measure_from(world: WorldState, start: int) -> TermOutcomes:
    """Return the outcomes from a takeover month to the end of the record."""
    months = [m for m in world.record if m.month >= start]
    events = [e for e in world.events if e.month >= start]
    last = world.record[start - 1]
    policy = world.parameters.policy
    return term_outcomes(
        months, events, last.openness, policy.before_theta, last.price, neutral=policy.start_theta, law=world.law
    )


def _row(arm: str, cell: Mapping[str, int], outcomes: TermOutcomes, replicate: int, seed: int) -> dict[str, Any]:
    values = outcomes._asdict()
    return {"replicate": replicate, "seed": seed, "arm": arm, **cell, **{name: values[name] for name in OUTCOMES}}


def run_mediation_replicate(
    parameters: Parameters, design: MediationDesign, seed: int, replicate: int, inputs: RunInputs = NO_INPUTS
) -> ReplicateResult:
    """Run the zero-exposure arm and the sixteen cells of one replicate; return their rows in the order of `ARMS`.

    A cell with dated events of its own follows a zero-exposure arm with the same events. Raises ValueError where
    exposure evolves (no arm has zero exposure then) and for less than one term.
    """
    if parameters.exposure.evolves or design.terms < 1:
        raise ValueError("mediation needs assigned exposure (exposure.evolves = false) and one term or more")
    term = parameters.institutions.term_months
    population = inputs.population(parameters, seed, replicate)
    unexposed = with_dose(parameters, 0.0, design.visibility)
    seeing = parameters.model_copy(update={"polls": parameters.polls.model_copy(update={"blind": True})})
    dosed = with_dose(seeing, design.breadth, design.visibility)
    zeros: dict[Events, _Zero] = {}
    pasts: dict[tuple[int, Events], WorldState] = {}

    def zero_with(events: Events) -> _Zero:
        if events not in zeros:
            zeros[events] = _zero_arm(unexposed, design.terms, _starting(inputs, seed, replicate, population, events))
        return zeros[events]

    end = zero_with(inputs.events_of(ZERO_ARM)).end
    rows = [_row(ZERO_ARM, dict.fromkeys(CHANNELS, 0), measure_from(end, term), replicate, seed)]
    records = {ZERO_ARM: end.record}
    keep_world(ZERO_ARM, end)
    for cell in CELLS:
        events = inputs.events_of(cell.arm)
        zero = zero_with(events)
        if (cell.convergence, events) not in pasts:
            start = _starting(inputs, seed, replicate, population, events)
            pasts[cell.convergence, events] = _exposed_past(dosed, cell, zero, start)
        world = _cell_world(cell, pasts[cell.convergence, events], zero, design.terms)
        rows.append(_row(cell.arm, cell._asdict(), measure_from(world, term), replicate, seed))
        records[cell.arm] = world.record
        keep_world(cell.arm, world)
    return ReplicateResult(rows, [], records)


def _starting(inputs: RunInputs, seed: int, replicate: int, population: Electorate, events: Events) -> Start:
    return lambda p: inputs.world(p, seed, replicate, population, events)
