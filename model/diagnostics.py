"""What a parameter tree implies for single voters, printed beside every headline."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from ..agents.electorate import columns
from ..agents.perception import Stand
from .parameters import Parameters
from .population import feared_size
from .world import World

LITERATURE_POINTS = 6.0
"""Largest effect per holder in the literature: Jha & Shayo 2019, 4-6 points."""


class ImpliedEffects(NamedTuple):
    """Vote effects in points; variance_share is the issue's part of the variance of the vote utility."""

    per_holder: float
    national: float
    variance_share: float
    mean_stake: float


def stake_utility(world: World) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Utility a prohibition by the opponent would move, per voter, attention settled at that threat; positive to the author."""
    p, c = world.parameters, world.vote_coefficients
    stake = world.electorate.stakes(world.market.price)
    visible = world.electorate.column("visibility").astype(float)
    belief = world.electorate.column("belief").astype(float)
    seen = visible * stake / (stake + p.opinion.stake_half)
    attention = p.opinion.salience_base + seen * (
        world.opinion_coefficients.salience_stake + world.opinion_coefficients.salience_threat * c.unprotected
    )
    size = feared_size(p, world.openness, 0.0, 1.0, 0.0)
    pain = visible * belief * c.loss_aversion * (c.unprotected * stake) ** c.curvature
    return np.asarray(attention * c.loss_weight * pain * size)


def implied_effects(parameters: Parameters, seed: int = 0, replicate: int = 0) -> ImpliedEffects:
    """Vote effects that a preset implies when the opponent's stand is to prohibit and divest, after one friendly term."""
    world = World(parameters, seed, replicate)
    world.advance(parameters.institutions.term_months)
    world.electorate.reset_stakes(world.market.price)
    lean = world.sign * world.electorate.column("partisanship").astype(float)
    moved = expit(lean + stake_utility(world)) - expit(lean)
    holders = world.electorate.dynamic[columns.UNITS] > 0.0
    per_holder = 100.0 * float(moved[holders].mean()) if holders.any() else 0.0
    stakes = world.electorate.stakes(world.market.price)
    return ImpliedEffects(
        per_holder,
        100.0 * float(moved.mean()),
        issue_variance_share(world),
        float(stakes[holders].mean()) if holders.any() else 0.0,
    )


def issue_variance_share(world: World) -> float:
    """Share of the variance of the vote utility that the issue has at the stands of the month."""
    electorate, c = world.electorate, world.vote_coefficients
    author, opponent = world.stand("author"), world.stand("opponent")
    salience = electorate.column("salience").astype(float)
    ideal = electorate.column("ideal").astype(float)
    issue = salience * c.ideal_weight * ((opponent.openness - ideal) ** 2 - (author.openness - ideal) ** 2)
    issue = issue + stake_part(world, author, opponent)
    lean = world.sign * electorate.column("partisanship").astype(float)
    return float(issue.var() / (issue + lean).var())


def stake_part(world: World, author: Stand, opponent: Stand) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Stake term of the utility at two stands, per voter, positive to the author."""
    p, c = world.parameters, world.vote_coefficients
    stake = world.electorate.stakes(world.market.price)
    visible = world.electorate.column("visibility").astype(float)
    pain = visible * world.electorate.column("belief").astype(float) * c.loss_aversion
    pain = pain * (c.unprotected * stake) ** c.curvature
    sizes = [feared_size(p, world.openness, one.openness, one.forced, one.protected) for one in (author, opponent)]
    salience = world.electorate.column("salience").astype(float)
    return np.asarray(salience * c.loss_weight * pain * (sizes[1] - sizes[0]))
