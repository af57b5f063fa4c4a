"""One voter in both worlds: her account, blame, salience, ballots, and the terms of her vote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ...agents.draws import draws_of
from ...agents.electorate.columns import (
    AGE,
    BELIEF,
    BLAME,
    ELIGIBLE,
    GRIEVANCE,
    IDEAL,
    INCOME,
    IRA,
    PARTISANSHIP,
    PLAN,
    PRODUCT,
    REFERENCE,
    SALIENCE,
    UNITS,
    VISIBILITY,
)
from ...agents.electorate.voting.equations import issue_utility, own_terms, stake_utility
from ...agents.numerics.ordered_sum import ordered_sum
from ...experiments.protocols.history.run import begin_term
from ...experiments.protocols.stress_test.run import last_election, takeover, with_dose
from ...model.data_collection import individual_votes, vote_probabilities
from ...model.fast_forward import advance
from ...model.phases.polling import question_row
from ...model.population.builder import build_population
from ...model.state import WorldState
from ..scenario import Scenario

Reals = npt.NDArray[np.float64]
TERMS = {
    "partisanship": "Her partisanship",
    "season": "National mood and incumbency",
    "issue": "Positions of the parties, weighted by salience",
    "threat": "Loss she expects under one party",
    "grievance": "Grievance about an earlier restriction",
    "pocketbook": "Her gains or losses, credited to the party in office",
    "backstop": "Public backstop of savers' losses, promised by one party",
    "rest": "Remainder",
}
"""Labels of the terms of the vote in the order of the page; positive terms favour the author party."""


def ballot_terms(world: WorldState, index: int) -> dict[str, float]:
    """Return the terms (logit) of a voter's utility of the author over the opponent in the election just held.

    `rest` is the utility of the model minus the sum of the other terms; it is zero up to rounding.
    """
    return terms_of(world, index, vote_probabilities(world))


def terms_of(world: WorldState, index: int, known: tuple[Reals, Reals]) -> dict[str, float]:
    """Return the terms of `ballot_terms`, given `vote_probabilities` of the world, which all voters share."""
    last = world.results[-1]
    utilities, turnouts = known
    fixed, dynamic, c = world.electorate.fixed, world.electorate.dynamic, world.vote_coefficients
    question = np.array(question_row(world, world.stand("author"), world.stand("opponent"), world.openness))
    r, d = float(question[0]), float(question[1])
    units, reference, visibility = (float(dynamic[row, index]) for row in (UNITS, REFERENCE, VISIBILITY))
    income, belief, partisanship = (float(fixed[row, index]) for row in (INCOME, BELIEF, PARTISANSHIP))
    price = float(world.product_prices[int(dynamic[PRODUCT, index])])
    feared, _, own, relief, dislike = own_terms(
        units, price, reference, visibility, income, belief, partisanship, world.incumbent_sign, c
    )
    weight, ideal = float(dynamic[SALIENCE, index]), float(dynamic[IDEAL, index])
    terms = {
        "partisanship": partisanship,
        "season": world.sign * world.electorate.logit_per_point * (last.valence_points + last.incumbency_points),
        "issue": issue_utility(r, d, ideal, weight, c),
        "threat": stake_utility(feared, 0.0, 0.0, 0.0, 0.0, weight, question, c),
        "grievance": stake_utility(0.0, float(dynamic[GRIEVANCE, index]), 0.0, 0.0, 0.0, weight, question, c),
        "pocketbook": stake_utility(0.0, 0.0, own, 0.0, 0.0, weight, question, c),
        "backstop": stake_utility(0.0, 0.0, 0.0, relief, dislike, weight, question, c),
    }
    utility = float(utilities[index])
    terms["rest"] = utility - ordered_sum(terms.values())
    signed = {name: world.sign * value for name, value in terms.items()}
    return signed | {"utility": world.sign * utility, "turnout": float(turnouts[index])}


class Diary:
    """Records one voter of one world."""

    def __init__(self, index: int) -> None:
        """Start with the voter's row."""
        self.index = index
        self.months: dict[str, list[float]] = {
            name: [] for name in ("crypto", "account", "reference", "blame", "salience", "ideal", "price")
        }
        self.votes: list[dict[str, Any]] = []

    def month(self, world: WorldState) -> None:
        """Record the month just completed."""
        row = world.electorate.dynamic[:, self.index].astype(np.float64)
        price = float(world.product_prices[int(row[PRODUCT])])
        crypto = float(row[UNITS]) * price
        for name, value in (
            ("crypto", crypto),
            ("account", crypto + float(row[PLAN] + row[IRA])),
            ("reference", float(row[REFERENCE])),
            ("blame", float(row[BLAME])),
            ("salience", float(row[SALIENCE])),
            ("ideal", float(row[IDEAL])),
            ("price", price),
        ):
            self.months[name].append(value)
        if world.results and world.results[-1].month == world.month - 1:
            vote = int(individual_votes(world)[self.index]) * (1 if world.sign > 0 else -1)
            chosen = "author" if vote > 0 else "opponent" if vote < 0 else "abstained"
            self.votes.append({"month": world.month - 1, "vote": chosen, "terms": ballot_terms(world, self.index)})


def person(world: WorldState, index: int) -> dict[str, Any]:
    """Return the facts about a voter at the start: age, income, leaning, eligibility, holding."""
    fixed, dynamic = world.electorate.fixed[:, index], world.electorate.dynamic[:, index]
    return {
        "age": float(fixed[AGE]),
        "income": float(fixed[INCOME]),
        "leaning": world.sign * float(fixed[PARTISANSHIP]),
        "eligible": bool(fixed[ELIGIBLE] > 0.0),
        "holds": bool(dynamic[UNITS] > 0.0),
        "visibility": float(dynamic[VISIBILITY]),
    }


def portrait(scenario: Scenario, index: int) -> dict[str, Any]:
    """Return the portrait of one voter in both worlds of a scenario. Raises IndexError outside the electorate."""
    p = scenario.parameters
    term, voters = p.institutions.term_months, p.electorate.voters
    if not 0 <= index < voters:
        raise IndexError(f"no voter {index}; the electorate has {voters}")
    population = build_population(p, draws_of(scenario.seed, scenario.replicate))
    result: dict[str, Any] = {"index": index, "terms": TERMS, "worlds": []}
    zero: WorldState | None = None
    for dose in (0.0, scenario.breadth):
        dosed = with_dose(p, dose, p.exposure.visibility)
        events = scenario.inputs.events_of("")
        world = scenario.inputs.world(dosed, scenario.seed, scenario.replicate, population, events)
        diary, about = Diary(index), person(world, index)
        if scenario.cycles:
            world = _history(world, diary, scenario.cycles, term)
        else:
            world.interventions = last_election(p, zero)
            _follow(world, diary, term)
            world.electorate.reset_stakes(world.product_prices)
            zero = zero or world
            _follow(takeover(world, "opponent", zero), diary, term)
        result["worlds"].append({"person": about, "months": diary.months, "votes": diary.votes})
    return result


def _follow(world: WorldState, diary: Diary, months: int) -> None:
    for _ in range(months):
        advance(world, 1)
        diary.month(world)


def _history(world: WorldState, diary: Diary, cycles: int, term: int) -> WorldState:
    first = world.electorate.dynamic.copy()
    world.released = True
    for number in range(cycles):
        begin_term(world, first, number)
        _follow(world, diary, term)
    return world


def portraits(scenario: Scenario, index: int) -> Iterator[dict[str, Any]]:
    """Yield the portrait, as the only piece of its job."""
    yield portrait(scenario, index)
