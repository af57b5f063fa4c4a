"""Voters who voted differently in World A and World B, and what moved them, in vote points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logit, ndtr

from ...agents.electorate.columns import AGE, PARTISANSHIP, UNITS
from ...model.data_collection import individual_votes, vote_probabilities
from ...model.fast_forward import advance
from ...model.state import WorldState
from ..scenario import Scenario
from .paired_terms import paired_terms
from .voter_portrait import TERMS, terms_of

SHOWN = 60
"""Voters of one election whose terms are sent: every k-th of those who voted differently."""
VOTES = {1: "author", -1: "opponent", 0: "abstained"}
Reals = npt.NDArray[np.float64]


def moved_voters(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Yield, as the only piece, every election after the takeover (in a history every one) with its moved voters.

    Terms are in vote points: a term of +3 moves the voter as much as a national swing of 3 points to the author party.
    """
    elections = [compared(a, b) for a, b in _election_nights(scenario)]
    yield {"terms": TERMS, "elections": elections}


def _election_nights(scenario: Scenario) -> Iterator[tuple[WorldState, WorldState]]:
    """Yield both worlds in the month after each election that counts."""
    for a, b in paired_terms(scenario):
        for _ in range(scenario.parameters.institutions.term_months):
            advance(a, 1)
            advance(b, 1)
            if a.results and a.results[-1].month == a.month - 1:
                yield a, b


def compared(a: WorldState, b: WorldState) -> dict[str, Any]:
    """Return the election just held in both worlds: how many voted differently, and the terms of up to SHOWN of them.

    to_author, to_opponent, turnout: of those, the voters who chose the other party in B than in A (by the party that
    they chose in B), and those who voted in one world only.
    """
    votes = [_votes(world) for world in (a, b)]
    differ = np.flatnonzero(votes[0] != votes[1])
    switched = differ[(votes[0][differ] != 0) & (votes[1][differ] != 0)]
    shown = differ[np.unique(np.linspace(0, differ.size - 1, min(SHOWN, differ.size)).astype(int))]
    choice, going = ballot_draws(a)
    per_point = a.electorate.logit_per_point
    sides = [_side(world, vote, shown) for world, vote in zip((a, b), votes, strict=True)]
    fixed, holds = a.electorate.fixed, b.electorate.dynamic[UNITS] > 0.0
    rows = [
        {
            "index": int(index),
            "age": math.floor(float(fixed[AGE, index])),
            "leaning": _short(a.sign * float(fixed[PARTISANSHIP, index])),
            "holds": bool(holds[index]),
            "draw": _short(float(choice[index]) / per_point),
            "going": _short(float(going[index])),
            "a": sides[0][place],
            "b": sides[1][place],
        }
        for place, index in enumerate(shown)
    ]
    return {
        "month": a.results[-1].month,
        "presidential": a.results[-1].presidential,
        "voters": len(a.electorate),
        "differ": int(differ.size),
        "holders": int(holds[differ].sum()),
        "to_author": int((votes[1][switched] > 0).sum()),
        "to_opponent": int((votes[1][switched] < 0).sum()),
        "turnout": int(differ.size - switched.size),
        "rows": rows,
    }


def _votes(world: WorldState) -> npt.NDArray[np.int8]:
    """Return ballots: 1 for the author party, -1 for the opponent, 0 abstained."""
    votes: npt.NDArray[np.int8] = individual_votes(world) * np.int8(1 if world.sign > 0 else -1)
    return votes


def _side(world: WorldState, votes: npt.NDArray[np.int8], shown: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    known, per_point = vote_probabilities(world), world.electorate.logit_per_point
    sides = []
    for index in shown:
        terms = terms_of(world, int(index), known)
        sides.append(
            {
                "vote": VOTES[int(votes[index])],
                "turnout": _short(terms["turnout"]),
                "sum": _short(terms["utility"] / per_point),
                "terms": [_short(terms[name] / per_point) for name in TERMS],
            }
        )
    return sides


def ballot_draws(world: WorldState) -> tuple[Reals, Reals]:
    """Return the draws behind the ballots of the election just held; two arrays, shape (voters,).

    A voter turns out if the second, 0 to 1, is below her probability; she then prefers the author party if her utility
    (logit) exceeds the first. Both are the same in every world of a replicate (`individual_votes`).
    """
    p, draws, voters, held = world.parameters.voting, world.draws, len(world.electorate), world.month - 1

    def mixed(lasting: str, fresh: str, share: float) -> Reals:
        taste: Reals = math.sqrt(share) * draws.normals(lasting, voters)
        taste += math.sqrt(1.0 - share) * draws.normals(fresh, voters, held)
        return taste

    choice: Reals = logit(ndtr(mixed("vote taste", "vote fresh", p.vote_persistence)))
    going: Reals = ndtr(mixed("turnout taste", "turnout fresh", p.turnout_persistence))
    return choice, going


def _short(value: float) -> float:
    return round(value, 5)
