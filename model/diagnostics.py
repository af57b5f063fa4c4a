"""Effects that a parameter tree implies for single voters, printed beside every headline."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from ..agents.draws import draws_of
from ..agents.electorate import columns
from ..agents.electorate.columns import TURNOUT_PRESIDENTIAL
from ..agents.electorate.electorate import Electorate
from ..agents.electorate.voting.ballots import ballots
from ..agents.perception import Stand
from .build import build_state
from .fast_forward import advance
from .parameters.tree import Parameters
from .phases.polling import question_row
from .state import WorldState

LITERATURE_POINTS = 6.0
"""Largest effect per holder in the literature: Jha & Shayo 2019, 4-6 points."""

Reals = npt.NDArray[np.float64]
PROHIBITION = Stand(0.0, 1.0, 0.0)


class ImpliedEffects(NamedTuple):
    """Vote effects in points; variance_share is the issue's part of the variance of the vote utility."""

    per_holder: float
    national: float
    variance_share: float
    mean_stake: float


def utilities(world: WorldState, electorate: Electorate, author: Stand, opponent: Stand) -> tuple[Reals, Reals]:
    """Return voters' utility of the author over the opponent, and turnout, at two stands; two arrays (voters,)."""
    utility, turnout = ballots(
        electorate.fixed,
        electorate.dynamic,
        world.product_prices,
        world.incumbent_sign,
        0.0,
        world.threat,
        TURNOUT_PRESIDENTIAL,
        world.parameters.channels.turnout,
        np.array(question_row(world, author, opponent, world.openness)),
        world.vote_coefficients,
    )
    return world.sign * utility, turnout


def _drawn_world(parameters: Parameters, seed: int, replicate: int) -> WorldState:
    return build_state(parameters, draws_of(seed, replicate))


def implied_effects(
    parameters: Parameters,
    seed: int = 0,
    replicate: int = 0,
    start: Callable[[Parameters, int, int], WorldState] = _drawn_world,
) -> ImpliedEffects:
    """Return the effect of holding after one friendly term, if the opponent's stand is to prohibit and divest.

    Every voter is compared with the same voter without crypto in retirement accounts (the shadow electorate of blind
    polls): attention, ownership, threatened loss, retrospection and turnout together. start: builds the world of month
    0; by default one of drawn people.
    """
    polls = parameters.polls.model_copy(update={"blind": True})
    world = start(parameters.model_copy(update={"polls": polls}), seed, replicate)
    advance(world, parameters.institutions.term_months)
    world.electorate.reset_stakes(world.product_prices)
    if world.blind is None:
        raise RuntimeError("a world with blind polls has a shadow electorate")
    hold = Stand(world.openness, 0.0, 0.0)
    holding, turnout = utilities(world, world.electorate, hold, PROHIBITION)
    without, habit = utilities(world, world.blind, hold, PROHIBITION)
    holders = world.electorate.dynamic[columns.UNITS] > 0.0
    moved = expit(holding) - expit(without)
    national = (turnout * expit(holding)).sum() / turnout.sum() - (habit * expit(without)).sum() / habit.sum()
    stakes = world.electorate.stakes(world.product_prices)
    some = bool(holders.any())
    return ImpliedEffects(
        100.0 * float(moved[holders].mean()) if some else 0.0,
        100.0 * float(national),
        issue_variance_share(world),
        float(stakes[holders].mean()) if some else 0.0,
    )


def issue_variance_share(world: WorldState) -> float:
    """Return the issue's share of the variance of the vote utility, if the opponent's stand is prohibition."""
    hold = Stand(world.openness, 0.0, 0.0)
    utility, _ = utilities(world, world.electorate, hold, PROHIBITION)
    issue = utility - world.sign * world.electorate.column("partisanship").astype(float)
    return float(issue.var() / utility.var())
