"""Mesa DataCollector of a world's main quantities, and ballots of single voters."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import mesa
import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..agents.electorate.columns import IDEAL, SALIENCE, TURNOUT_MIDTERM, TURNOUT_PRESIDENTIAL, UNITS
from ..agents.electorate.voter import Voter
from ..agents.electorate.voting.ballots import ballots
from ..agents.party.party import Party
from ..agents.regulator.regulator import Regulator
from .phases.polling import question_row
from .state import WorldState

ABSTAINED = 0
VOTED_R, VOTED_D = 1, -1


def _author_share(world: WorldState) -> float:
    return world.results[-1].author_share if world.results else math.nan


def _flow_by_product(world: WorldState) -> tuple[float, ...]:
    return tuple(float(flow) for flow in world.product_flows)


def _in_office(world: WorldState) -> str:
    return world.in_office


def _lowest_openness(world: WorldState) -> float:
    return min((row.openness for row in world.record), default=world.openness)


def _mean_ideal(world: WorldState) -> float:
    return float(world.electorate.dynamic[IDEAL].mean(dtype=np.float64))


def _mean_salience(world: WorldState) -> float:
    return float(world.electorate.dynamic[SALIENCE].mean(dtype=np.float64))


def _month(world: WorldState) -> int:
    return world.month


def _openness(world: WorldState) -> float:
    return world.openness


def _platform_distance(world: WorldState) -> float:
    return abs(world.stand("author").openness - world.stand("opponent").openness)


def _price(world: WorldState) -> float:
    return world.market.price


def _replicate(world: WorldState) -> int:
    return world.draws.replicate


def _restrictions(world: WorldState) -> int:
    return sum(event.restrictive and event.kind == "enacted" for event in world.events)


def _seed(world: WorldState) -> int:
    return world.draws.seed


def _share_holding(world: WorldState) -> float:
    return float(np.mean(world.electorate.dynamic[UNITS] > 0.0))


def _share_offering(world: WorldState) -> float:
    return 0.0 if world.employers is None else world.employers.share_offering()


def _theta(world: WorldState) -> float:
    return world.in_force.theta


REPORTERS = {
    "seed": _seed,
    "replicate": _replicate,
    "month": _month,
    "in_office": _in_office,
    "openness": _openness,
    "lowest_openness": _lowest_openness,
    "restrictions": _restrictions,
    "theta": _theta,
    "price": _price,
    "platform_distance": _platform_distance,
    "mean_salience": _mean_salience,
    "mean_ideal": _mean_ideal,
    "author_share": _author_share,
    "share_holding": _share_holding,
    "share_offering": _share_offering,
    "flow_by_product": _flow_by_product,
}
"""Model reporters of `collector`: functions of a state, so of a world too. Functions of a module can be pickled.

lowest_openness, restrictions (enacted): since month 0. author_share: of the votes for the two parties at the
last election, NaN before the first. flow_by_product: USD of the month.
"""


def outcome_collector() -> mesa.DataCollector:
    """Return the collector that `World.step` starts: REPORTERS of one number or text, and no agents.

    So `mesa.batch_run` gives one row for each run.
    """
    return mesa.DataCollector({name: report for name, report in REPORTERS.items() if name != "flow_by_product"})


def collector(world: mesa.Model, voter_columns: Sequence[str] = ()) -> mesa.DataCollector:
    """Return a Mesa DataCollector for a world; it collects every month once it is set as `world.datacollector`.

    Model rows: REPORTERS, with months counted from 1 (state after the month). Agent rows: parties and regulators, and
    voters if `voter_columns` names some of their attributes. Each voter is then created and has a row every month.
    Raises AttributeError for a name that is not an attribute of voters.
    """
    attributes: dict[type[Any], Sequence[str]] = {Party: ("label", "role", "platform"), Regulator: ("name", "ideal")}
    if voter_columns:
        for name in voter_columns:
            world.agents_by_type[Voter].array(name)
        attributes[Voter] = tuple(voter_columns)
    # Not Mesa's bare attribute names: it turns them into local functions, which cannot be pickled.
    agents = {kind: {name: operator.attrgetter(name) for name in names} for kind, names in attributes.items()}
    return mesa.DataCollector(model_reporters=REPORTERS, agenttype_reporters=agents)


def vote_probabilities(world: WorldState) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return each voter's utility of R over D (logit) and probability to turn out at the election of the last month.

    Two arrays, shape (voters,). ValueError if the last month held no election: opinions and prices have changed since.
    """
    last = world.results[-1] if world.results else None
    if last is None or last.month != world.month - 1:
        when = "none was held yet" if last is None else f"the last was in month {last.month}"
        raise ValueError(
            f"ballots can be drawn in the month after an election, from the state voters were in; "
            f"this world has done {world.month} months and {when}"
        )
    p, electorate = world.parameters, world.electorate
    question = np.array(question_row(world, world.stand("author"), world.stand("opponent"), world.openness))
    question[4] = world.threat
    return ballots(
        electorate.fixed,
        electorate.dynamic,
        world.product_prices,
        world.incumbent_sign,
        world.sign * electorate.logit_per_point * (last.valence_points + last.incumbency_points),
        world.threat,
        TURNOUT_PRESIDENTIAL if last.presidential else TURNOUT_MIDTERM,
        p.channels.turnout,
        question,
        world.vote_coefficients,
    )


def individual_votes(world: WorldState) -> npt.NDArray[np.int8]:
    """Draw each voter's ballot at the election of the last month: 1 for R, -1 for D, 0 abstained.

    Shape (voters,), int8. The model adds up probabilities; these draws agree with them: a voter votes
    R with exactly the logistic probability, and a share `voting.vote_persistence` of the variance of the underlying
    normal (Gaussian copula) is a taste that lasts from election to election; turnout is drawn likewise. Mirrored worlds
    give mirrored ballots. Raises ValueError if the last month held no election.
    """
    utilities, turnouts = vote_probabilities(world)
    taste = _copula(world, "vote taste", "vote fresh", world.parameters.voting.vote_persistence)
    going = ndtr(_copula(world, "turnout taste", "turnout fresh", world.parameters.voting.turnout_persistence))
    # A ballot is for R if the uniform falls below the logistic of the utility. The mirror world has the opposite
    # utility; the sign of the normal is changed as well, so that every ballot changes sides.
    chosen = ndtr(world.sign * taste) < 1.0 / (1.0 + np.exp(-utilities))
    return np.where(going < turnouts, np.where(chosen, VOTED_R, VOTED_D), ABSTAINED).astype(np.int8)


def _copula(world: WorldState, lasting: str, fresh: str, persistence: float) -> npt.NDArray[np.float64]:
    """Return standard normals: a share `persistence` of variance is permanent, the rest is new; shape (voters,)."""
    voters = len(world.electorate)
    held = world.month - 1
    mixed = math.sqrt(persistence) * world.draws.normals(lasting, voters)
    mixed += math.sqrt(1.0 - persistence) * world.draws.normals(fresh, voters, held)
    return np.asarray(mixed)
