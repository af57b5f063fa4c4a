"""The world of January 2025."""

from __future__ import annotations

from typing import Any

from ..agents.draws import Draws
from ..agents.electorate.electorate import Electorate
from ..agents.party.state import PartyState
from ..agents.regulator.decisions import drift_goal
from ..agents.regulator.state import RegulatorState
from .derived import derive
from .economy.employers import build_employers
from .economy.market import START
from .economy.products import standing_table, starting_prices
from .economy.public_fund import PublicFund
from .elections.national_vote import UNIFIED_AUTHOR
from .interventions import NOTHING_IMPOSED
from .parameters.tree import Parameters
from .phases.transition import confirm_agencies
from .policy.law import binding_layer, effective, friendly_provision, initial_law, openness, stand_of
from .population.builder import build_population
from .population.demography import start_people
from .population.network import build_network
from .population.traits import author_sign
from .state import WorldState


def build_state(p: Parameters, draws: Draws, population: Electorate | None = None, graph: Any = None) -> WorldState:
    """Return the state of January 2025 for one replicate's draws.

    population: an electorate of the same parameters and draws before any exposure was assigned; it is copied, not
    kept. graph: a networkx graph of nodes 0 .. voters-1, where network.kind is own (docs/own-network.md).
    ParameterError where graph and network.kind do not go together; ValueError for a population of another size.
    """
    if population is not None and len(population) != p.electorate.voters:
        raise ValueError(f"population has {len(population)} voters, but electorate.voters is {p.electorate.voters}")
    sign = author_sign(p)
    electorate = build_population(p, draws) if population is None else population.fork()
    network = build_network(p, draws, electorate, sign, graph)
    electorate.assign_exposure(p.exposure.breadth, p.exposure.allocation, p.exposure.visibility)
    blind = electorate.without_stakes() if p.polls.blind else None
    people = start_people(p, electorate)
    if people is not None:
        electorate.own_people(blind)
    derived = derive(p)
    law, prices = initial_law(p), starting_prices()
    now = effective(law)
    state = WorldState(
        parameters=p,
        derived=derived,
        draws=draws,
        month=0,
        sign=sign,
        citizens_per_voter=p.electorate.citizens / len(electorate),
        electorate=electorate,
        blind=blind,
        opinion_coefficients=derived.opinion,
        vote_coefficients=derived.vote,
        people=people,
        deaths=0,
        network=network,
        employers=build_employers(p, draws, electorate) if p.exposure.evolves else None,
        market=START,
        product_prices=prices,
        prices_before=prices.copy(),
        product_flows=0.0 * prices,
        fund=PublicFund(),
        account_totals=(0.0, 0.0, 0.0, 0.0, 0.0),
        socialised_usd=0.0,
        law=law,
        in_force=now,
        binding=binding_layer(law),
        openness=openness(now, p.policy.cap),
        stand_in_force=stand_of(now, p.policy.cap),
        standing_products=standing_table(derived.allocations, derived.coin_shares, p.policy.cap, law, now),
        friendly_pending=True,
        released=False,
        parties=_parties(p, sign),
        agencies=_agencies(p),
        in_office="author",
        next_government=None,
        term_start=0,
        terms_in_office=1,
        docket=None,
        announced=stand_of(friendly_provision(p, 0), p.policy.cap),
        threat=0.0,
        news=0.0,
        congress=UNIFIED_AUTHOR,
        elected_congress=None,
        suits=[],
        last_poll=None,
        imposed_congress=None,
        interventions=NOTHING_IMPOSED,
        dated=(),
        shown_by=None,
        events=[],
        results=[],
        record=[],
    )
    confirm_agencies(state)
    return state


def _parties(p: Parameters, sign: float) -> dict[str, PartyState]:
    author, opponent = ("R", "D") if sign > 0 else ("D", "R")
    return {
        "author": PartyState(author, "author", p.party.author_ideal, p.policy.friendly_theta),
        "opponent": PartyState(opponent, "opponent", p.party.opponent_ideal, p.policy.before_theta),
    }


def _agencies(p: Parameters) -> dict[str, RegulatorState]:
    independences = {"DOL": p.regulator.dol_independence, "SEC": p.regulator.sec_independence}
    agencies = {}
    for name, independence in independences.items():
        ideal = drift_goal(p.party.opponent_ideal, independence, p.regulator)
        agencies[name] = RegulatorState(name, independence, ideal, 0.0)
    return agencies
