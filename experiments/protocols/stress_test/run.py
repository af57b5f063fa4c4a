"""The stress test: one population, arms that differ in exposure alone, and an opponent who takes office."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from ....agents.electorate.columns import ASSIGNED_STAKE
from ....model.fast_forward import advance
from ....model.interventions import NOTHING_IMPOSED, DatedEvent, Interventions
from ....model.parameters.tree import Parameters
from ....model.policy.law import Law, openness
from ....model.state import WorldState
from ..arms import Arm, ReplicateResult
from ..finished_run import keep_world
from ..run_inputs import NO_INPUTS, RunInputs
from ..term_outcomes import TermOutcomes, term_outcomes
from .design import StressDesign, arm_list

Events = tuple[DatedEvent, ...]


class Past(NamedTuple):
    """A finished friendly term: its world, its outcomes, and the stakes of its arms."""

    world: WorldState
    outcomes: TermOutcomes
    mean_stake: float
    exposed_usd: float


def with_dose(p: Parameters, breadth: float, visibility: float) -> Parameters:
    """Return the tree with an arm's breadth and visibility."""
    return p.model_copy(
        update={"exposure": p.exposure.model_copy(update={"breadth": breadth, "visibility": visibility})}
    )


def with_foresight(p: Parameters, foresight: float | None) -> Parameters:
    """Return the tree with an arm's polls.foresight; the tree itself for None."""
    if foresight is None:
        return p
    return p.model_copy(update={"polls": p.polls.model_copy(update={"foresight": foresight})})


def with_arm(p: Parameters, breadth: float, visibility: float, foresight: float | None) -> Parameters:
    """Return the tree of an arm: its dose, and its foresight where the arm names one."""
    return with_foresight(with_dose(p, breadth, visibility), foresight)


def takeover(world: WorldState, government: str, congress_of: WorldState) -> WorldState:
    """Fork a world at the end of the friendly term and put a government in office.

    The House and Senate are those of `congress_of`, the zero-exposure arm that this government follows
    (`zero_terms`); policy is released.
    """
    twin = world.fork()
    twin.elected_congress = congress_of.elected_congress
    twin.next_government = government
    twin.released = True
    return twin


def with_layer(p: Parameters, layer: str) -> Parameters:
    """Return the tree with the friendly policy on another legal layer."""
    return p.model_copy(update={"policy": p.policy.model_copy(update={"layer": layer})})


def on_layer(world: WorldState, layer: str) -> WorldState:
    """Return a fork in which the friendly policy rests on another legal layer; nothing else differs."""
    twin = world.fork()
    twin.take_parameters(with_layer(world.parameters, layer))
    twin.law = Law(layer, world.law.base).with_layer(layer, world.law.standing())
    twin.refresh_policy()
    return twin


def last_election(p: Parameters, zero: WorldState | None) -> Interventions:
    """Return what is imposed on the election before the takeover (ODD: election_chance).

    zero: the zero-exposure arm after its friendly term; None: for this arm itself, whose opponent wins.
    """
    if p.elections.takeover == "decree":
        return NOTHING_IMPOSED
    month = p.institutions.term_months - p.institutions.election_lead
    if zero is None:
        return Interventions(won_by={month: "opponent"})
    return Interventions(chances={result.month: result.chance for result in zero.results if result.month == month})


def friendly_term(
    p: Parameters,
    seed: int,
    replicate: int,
    population: Any = None,
    zero: WorldState | None = None,
    inputs: RunInputs = NO_INPUTS,
    events: Events = (),
) -> WorldState:
    """Run the friendly term with policy held; bring stakes back to their assigned value at its end.

    zero: the finished friendly term of the zero-exposure arm; None: this is that arm. events: of this world.
    """
    world = inputs.world(p, seed, replicate, population, events)
    world.interventions = last_election(p, zero)
    advance(world, p.institutions.term_months)
    world.electorate.reset_stakes(world.product_prices)
    return world


def zero_terms(
    p: Parameters,
    seed: int,
    replicate: int,
    population: Any = None,
    inputs: RunInputs = NO_INPUTS,
    events: Events = (),
) -> dict[str, WorldState]:
    """Run the friendly term of the zero-exposure arm; return it by the role whose government follows.

    With a takeover by election the last election and the months after it run for each role as its winner.
    """
    if p.elections.takeover == "decree":
        past = friendly_term(p, seed, replicate, population, inputs=inputs, events=events)
        return dict.fromkeys(("opponent", "author"), past)
    world = inputs.world(p, seed, replicate, population, events)
    lead = p.institutions.election_lead
    advance(world, p.institutions.term_months - lead)
    worlds = {"opponent": world, "author": world.fork()}
    for role, twin in worlds.items():
        twin.interventions = Interventions(won_by={twin.month: role})
        advance(twin, lead)
        twin.electorate.reset_stakes(twin.product_prices)
    return worlds


def _first_of_term(world: WorldState) -> int:
    """Return the index in the record of the first month of the term that a world has just finished."""
    start = world.month - world.parameters.institutions.term_months
    return bisect_left(world.record, start, key=attrgetter("month"))


def measure(world: WorldState) -> TermOutcomes:
    """Return the outcomes of the term that a world has just finished."""
    p, first = world.parameters, _first_of_term(world)
    start = world.month - p.institutions.term_months
    events = [e for e in world.events if e.month >= start]
    last = world.record[max(first - 1, 0)]
    policy, neutral = p.policy.before_theta, p.policy.start_theta
    return term_outcomes(
        world.record[first:], events, last.openness, policy, last.price, neutral=neutral, law=world.law
    )


def past_of(world: WorldState) -> Past:
    """Return the world, outcomes and stakes shared by all arms that fork from a friendly term."""
    stakes = world.electorate.dynamic[ASSIGNED_STAKE]
    held = stakes[stakes > 0.0]
    mean = float(held.mean(dtype=np.float64)) if held.size else 0.0
    return Past(world, measure(world), mean, endowment_usd(world))


def run_replicate(
    parameters: Parameters, design: StressDesign, seed: int, replicate: int, inputs: RunInputs = NO_INPUTS
) -> ReplicateResult:
    """Run every arm of one replicate on common draws; rows in the order of `arm_list`.

    An arm with dated events of its own follows the Congress and the election of a zero-exposure arm with the same
    events, so that its outcome does not depend on the events of others.
    """
    arms = arm_list(parameters, design)
    population = inputs.population(parameters, seed, replicate)
    zeros: dict[tuple[float | None, Events], dict[str, WorldState]] = {}
    pasts: dict[tuple[float, float, float | None, Events], Past] = {}
    runs, cycles, records = [], [], {}
    for arm in arms:
        events = inputs.events_of(arm.name)
        none, dose = (0.0, arms[0].visibility, arm.foresight), (arm.breadth, arm.visibility, arm.foresight)
        if (arm.foresight, events) not in zeros:
            p = with_arm(parameters, *none)
            zeros[arm.foresight, events] = zero_terms(p, seed, replicate, population, inputs, events)
            pasts[*none, events] = past_of(zeros[arm.foresight, events]["opponent"])
        zero = zeros[arm.foresight, events]
        if (*dose, events) not in pasts:
            p = with_arm(parameters, *dose)
            exposed = friendly_term(p, seed, replicate, population, zero["opponent"], inputs, events)
            pasts[*dose, events] = past_of(exposed)
        past = pasts[*dose, events]
        if arm.layer != parameters.policy.layer:
            past = past._replace(world=on_layer(past.world, arm.layer))
        administrations = {"opposed": takeover(past.world, "opponent", zero["opponent"])}
        if design.returning:
            administrations["returned"] = takeover(past.world, "author", zero["author"])
        for world in administrations.values():
            advance(world, parameters.institutions.term_months)
        keep_world(arm.name, administrations["opposed"])
        outcomes = {name: measure(world) for name, world in administrations.items()}
        cycles.append(_cycle_row(arm, replicate, 0, "friendly", past.world, past.outcomes))
        for number, (name, world) in enumerate(administrations.items(), start=1):
            cycles.append(_cycle_row(arm, replicate, number, name, world, outcomes[name]))
        runs.append(_run_row(arm, replicate, seed, past, administrations["opposed"], outcomes))
        records[arm.name] = administrations["opposed"].record
    return ReplicateResult(runs, cycles, records)


def _run_row(
    arm: Arm, replicate: int, seed: int, past: Past, opposed: WorldState, outcomes: dict[str, TermOutcomes]
) -> dict[str, Any]:
    before, out = past.world, outcomes["opposed"]
    p, returned = before.parameters, outcomes.get("returned")
    # A parliament has no midterm: its one election of the term fills both columns.
    elections = [result for result in opposed.results if result.month >= before.month]
    return {
        "replicate": replicate,
        "seed": seed,
        "arm": arm.name,
        "layer": arm.layer,
        "breadth": arm.breadth,
        "visibility": arm.visibility,
        "foresight": p.polls.foresight,
        "allocation": p.exposure.allocation,
        "skew": p.exposure.skew,
        "grandfathering": p.exposure.grandfathering,
        "voters": p.electorate.voters,
        "rule": p.party.rule,
        "mean_stake": past.mean_stake,
        "exposed_usd_bn": past.exposed_usd / 1e9,
        "held_usd_bn": before.market.held / 1e9,
        "beyond_coverage": int(arm.breadth > p.accounts.share_with_account),
        **out._asdict(),
        "gap": returned.mean_theta - out.mean_theta if returned else 0.0,
        "mean_theta_returned": returned.mean_theta if returned else 0.0,
        "vote_share_before": before.results[-1].author_share,
        "vote_share_midterm": elections[0].author_share,
        "vote_share_end": opposed.results[-1].author_share,
        "socialised_usd_bn": opposed.socialised_usd / 1e9,
        "price_at_takeover": before.market.price,
    }


def endowment_usd(world: WorldState) -> float:
    """Return the value of the assigned stakes at the start, in USD of the whole population."""
    stake = world.electorate.dynamic[ASSIGNED_STAKE].astype(np.float64)
    return float((stake * world.electorate.column("income")).sum()) * world.citizens_per_voter


def _cycle_row(
    arm: Arm, replicate: int, number: int, name: str, world: WorldState, outcomes: TermOutcomes
) -> dict[str, Any]:
    first, role = _first_of_term(world), world.in_office
    base = openness(world.law.base, world.parameters.policy.cap)
    return {
        "replicate": replicate,
        "arm": arm.name,
        "number": number,
        "administration": name,
        "role": role,
        "party": world.party(role).label,
        "alternated": int(name == "opposed"),
        "breadth": arm.breadth,
        "visibility": arm.visibility,
        "foresight": world.parameters.polls.foresight,
        "layer": arm.layer,
        "inherited_policy": world.record[first - 1].openness if first > 0 else base,
        "vote_share": world.results[-1].author_share,
        **outcomes._asdict(),
    }
