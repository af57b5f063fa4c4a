"""The stress test: one population, arms that differ in exposure alone, the opposed party put in office by decree."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..agents.electorate.columns import ASSIGNED_STAKE
from ..model.law import Law, openness
from ..model.parameters import Parameters
from ..model.population import build_population
from ..model.world import World
from .arms import Arm, StressDesign, arm_list
from .estimands import TermOutcomes, term_outcomes


class ReplicateResult(NamedTuple):
    """Rows of one replicate: a dict per arm, and a dict per administration."""

    runs: list[dict[str, Any]]
    cycles: list[dict[str, Any]]


def with_dose(p: Parameters, breadth: float, visibility: float) -> Parameters:
    """The tree with an arm's breadth and visibility."""
    return p.model_copy(
        update={"exposure": p.exposure.model_copy(update={"breadth": breadth, "visibility": visibility})}
    )


def takeover(world: World, government: str, congress_of: World) -> World:
    """Fork a world at the end of the friendly term and put a government in office by decree.

    The House and Senate are those of `congress_of`, the zero-exposure arm; policy is released.
    """
    twin = world.fork()
    twin.elected_congress = congress_of.elected_congress
    twin.next_government = government
    twin.released = True
    return twin


def on_layer(world: World, layer: str) -> World:
    """A fork in which the friendly policy rests on another legal layer; nothing else differs."""
    p = world.parameters
    policy = p.policy.model_copy(update={"layer": layer})
    twin = world.fork(p.model_copy(update={"policy": policy}))
    twin.law = Law(layer, world.law.base).with_layer(layer, world.law.standing())
    twin.refresh_policy()
    return twin


def friendly_term(p: Parameters, seed: int, replicate: int, population: Any = None) -> World:
    """The friendly term with policy held, and stakes brought back to the assigned value at its end."""
    world = World(p, seed, replicate, population)
    world.advance(p.institutions.term_months)
    world.electorate.reset_stakes(world.product_prices)
    return world


def measure(world: World) -> TermOutcomes:
    """Outcomes of the term a world has just finished."""
    p = world.parameters
    start = world.month - p.institutions.term_months
    months = [m for m in world.record if m.month >= start]
    events = [e for e in world.events if e.month >= start]
    last = next((m for m in reversed(world.record) if m.month < start), world.record[0])
    return term_outcomes(months, events, last.openness, p.policy.before_theta, last.price)


def run_replicate(parameters: Parameters, design: StressDesign, seed: int, replicate: int) -> ReplicateResult:
    """Run every arm of one replicate on common draws; rows in the order of `arm_list`."""
    arms = arm_list(parameters, design)
    population = build_population(parameters, World.draws_of(seed, replicate))
    zero = friendly_term(with_dose(parameters, 0.0, arms[0].visibility), seed, replicate, population)
    pasts: dict[tuple[float, float], World] = {(0.0, arms[0].visibility): zero}
    runs, cycles = [], []
    for arm in arms:
        dose = (arm.breadth, arm.visibility)
        if dose not in pasts:
            pasts[dose] = friendly_term(with_dose(parameters, *dose), seed, replicate, population)
        past = pasts[dose]
        if arm.layer != parameters.policy.layer:
            past = on_layer(past, arm.layer)
        opposed = takeover(past, "opponent", zero)
        opposed.advance(parameters.institutions.term_months)
        administrations = {"opposed": opposed}
        if design.returning:
            administrations["returned"] = takeover(past, "author", zero)
            administrations["returned"].advance(parameters.institutions.term_months)
        outcomes = {name: measure(world) for name, world in administrations.items()}
        runs.append(_run_row(arm, replicate, seed, past, opposed, outcomes))
        cycles += [_cycle_row(arm, replicate, 0, "friendly", past, measure(past))]
        for number, (name, world) in enumerate(administrations.items(), start=1):
            cycles.append(_cycle_row(arm, replicate, number, name, world, outcomes[name]))
            world.close()
    for past in pasts.values():
        past.close()
    return ReplicateResult(runs, cycles)


def _run_row(
    arm: Arm, replicate: int, seed: int, past: World, opposed: World, outcomes: dict[str, TermOutcomes]
) -> dict[str, Any]:
    p, out = past.parameters, outcomes["opposed"]
    stake = past.electorate.dynamic[ASSIGNED_STAKE]
    held = past.market.held
    row: dict[str, Any] = {
        "replicate": replicate,
        "seed": seed,
        "arm": arm.name,
        "layer": arm.layer,
        "breadth": arm.breadth,
        "visibility": arm.visibility,
        "allocation": p.exposure.allocation,
        "skew": p.exposure.skew,
        "grandfathering": p.exposure.grandfathering,
        "voters": p.electorate.voters,
        "rule": p.party.rule,
        "mean_stake": float(stake[stake > 0.0].mean(dtype=np.float64)) if (stake > 0.0).any() else 0.0,
        "exposed_usd_bn": endowment_usd(past) / 1e9,
        "held_usd_bn": held / 1e9,
        "beyond_coverage": int(arm.breadth > p.accounts.share_with_account),
    }
    row |= out._asdict()
    returned = outcomes.get("returned")
    row["gap"] = returned.mean_theta - out.mean_theta if returned else 0.0
    row["mean_theta_returned"] = returned.mean_theta if returned else 0.0
    row["vote_share_before"] = past.results[-1].author_share
    # A parliament has no midterm: its one election of the term stands here too.
    elections = [result for result in opposed.results if result.month >= past.month]
    row["vote_share_midterm"] = elections[0].author_share
    row["vote_share_end"] = opposed.results[-1].author_share
    row["socialised_usd_bn"] = opposed.socialised_usd / 1e9
    row["price_at_takeover"] = past.market.price
    return row


def endowment_usd(world: World) -> float:
    """What the assigned stakes stand for at the start, in USD of the whole population."""
    stake = world.electorate.dynamic[ASSIGNED_STAKE].astype(np.float64)
    return float((stake * world.electorate.column("income")).sum()) * world.citizens_per_voter


def _cycle_row(
    arm: Arm, replicate: int, number: int, name: str, world: World, outcomes: TermOutcomes
) -> dict[str, Any]:
    start = world.month - world.parameters.institutions.term_months
    before = [m for m in world.record if m.month < start]
    initial = before[-1].openness if before else openness(world.law.base, world.parameters.policy.cap)
    role = world.in_office
    row: dict[str, Any] = {
        "replicate": replicate,
        "arm": arm.name,
        "number": number,
        "administration": name,
        "role": role,
        "party": world.party(role).label,
        "alternated": int(name == "opposed"),
        "breadth": arm.breadth,
        "visibility": arm.visibility,
        "layer": arm.layer,
        "inherited_policy": initial,
        "vote_share": world.results[-1].author_share,
    }
    return row | outcomes._asdict()
