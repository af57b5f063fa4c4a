"""The world: a Mesa model whose state is an electorate, a market, a law and two parties, moved by the phase table."""

from __future__ import annotations

import functools
from operator import itemgetter
from typing import Any

from ..agents.all_agents import Everyone
from ..agents.draws import Draws, draws_of
from ..agents.electorate.electorate import Electorate
from ..agents.electorate.voter import Voter
from ..agents.electorate.voter_set import VoterSet
from ..agents.employer.employer import Employer, EmployerSet
from ..agents.party.party import Party
from ..agents.perception import Option, PollReport, Stand
from ..agents.regulator.docket import Docket
from ..agents.regulator.regulator import Regulator
from .deferred_mesa_model import LateModel
from .economy.employers import build_employers
from .economy.market import START
from .economy.products import starting_prices
from .economy.public_fund import PublicFund
from .elections.national_vote import UNIFIED_AUTHOR, Congress, ElectionResult
from .elections.voter_coefficients import coefficients
from .fast_forward import advance, predictable
from .interventions import NOTHING_IMPOSED, Interventions
from .parameters.tree import Parameters
from .phases.transition import confirm_agencies
from .policy.events import Event
from .policy.law import binding_layer, effective, friendly_provision, initial_law, openness, platform_stand, stand_of
from .policy.lawsuit import Suit
from .population.builder import build_population
from .population.demography import PeopleState, people_at_fork, start_people
from .population.network import build_network, check_same_ties
from .population.traits import author_sign
from .record import Month
from .schedule import PHASES

_OWN_STATE = (
    "month", "citizens_per_voter", "opinion_coefficients", "vote_coefficients", "sign", "market", "law", "in_force",
    "binding", "openness", "stand_in_force", "in_office", "next_government", "term_start", "terms_in_office", "docket",
    "announced", "threat", "news", "congress", "elected_congress", "imposed_congress", "friendly_pending", "released",
    "interventions", "last_poll", "account_totals", "product_prices", "prices_before", "product_flows", "fund",
    "socialised_usd",
    "network", "people", "deaths",
)  # fmt: skip
_OWN_LISTS = ("events", "suits", "results", "record")
_own_state = itemgetter(*_OWN_STATE)


class World(LateModel):
    """One world of one replicate.

    >>> from political_moat.model.parameters.tree import Parameters
    >>> world = World(Parameters().with_values({"electorate.voters": 200, "exposure.breadth": 0.3}), seed=1)
    >>> world.advance(24)
    >>> world.month
    24
    """

    datacollector: Any = None

    def __init__(
        self,
        parameters: Parameters | None = None,
        seed: int = 0,
        replicate: int = 0,
        population: Electorate | None = None,
        graph: Any = None,
    ) -> None:
        """Build the world of January 2025.

        population: an electorate of the same parameters, seed and replicate before any exposure was assigned; it is
        copied, not kept. graph: who is whose neighbour, where network.kind is own: a networkx graph of nodes 0 ..
        voters-1, read once (docs/own-network.md). ParameterError where graph and network.kind do not go together.
        """
        p = parameters or Parameters()
        self._agent_numbers = 0
        self.parameters = p
        self.draws = draws_of(seed, replicate)
        self.month = 0
        self.sign = author_sign(p)
        if population is not None and len(population) != p.electorate.voters:
            raise ValueError(f"population has {len(population)} voters, but electorate.voters is {p.electorate.voters}")
        self.electorate = build_population(p, self.draws) if population is None else population.fork()
        self.network = build_network(p, self.draws, self.electorate, self.sign, graph)
        self.citizens_per_voter = p.electorate.citizens / len(self.electorate)
        self.electorate.assign_exposure(p.exposure.breadth, p.exposure.allocation, p.exposure.visibility)
        self.blind = self.electorate.without_stakes() if p.polls.blind else None
        self.people: PeopleState | None = start_people(p, self.electorate)
        self.deaths = 0
        if self.people is not None:
            self.electorate.own_people(self.blind)
        self._pack_coefficients()
        self.market = START
        self.product_prices = starting_prices()
        self.prices_before, self.product_flows = self.product_prices.copy(), 0.0 * self.product_prices
        self.fund = PublicFund()
        self.socialised_usd = 0.0
        self.law = initial_law(p)
        self.in_office = "author"
        self.next_government: str | None = None
        self.term_start, self.terms_in_office = 0, 1
        self.docket: Docket | None = None
        self.announced: Stand | None = stand_of(friendly_provision(p, 0), p.policy.cap)
        self.threat, self.news = 0.0, 0.0
        self.congress: Congress = UNIFIED_AUTHOR
        self.elected_congress: Congress | None = None
        self.imposed_congress: dict[int, Congress] | None = None
        self.interventions: Interventions = NOTHING_IMPOSED
        self.friendly_pending, self.released = True, False
        self.last_poll: tuple[PollReport, tuple[str, ...]] | None = None
        self.account_totals = (0.0, 0.0, 0.0, 0.0, 0.0)
        self.events: list[Event] = []
        self.suits: list[Suit] = []
        self.results: list[ElectionResult] = []
        self.record: list[Month] = []
        self.refresh_policy()
        self._make_institutions()
        self.employers = build_employers(p, self.draws, self.electorate) if p.exposure.evolves else None
        confirm_agencies(self)
        self.wait_for_mesa()

    @staticmethod
    def draws_of(seed: int, replicate: int) -> Draws:
        """The draws every arm of a replicate shares."""
        return draws_of(seed, replicate)

    def _pack_coefficients(self) -> None:
        self.opinion_coefficients, self.vote_coefficients = coefficients(self.parameters)

    def _make_institutions(self) -> None:
        p = self.parameters
        labels = ("R", "D") if self.sign > 0 else ("D", "R")
        start = p.policy.before_theta
        self.parties = {
            "author": Party(self, labels[0], "author", p.party.author_ideal, p.policy.friendly_theta),
            "opponent": Party(self, labels[1], "opponent", p.party.opponent_ideal, start),
        }
        self.agencies: dict[str, Regulator] = {}
        for name, independence in (("DOL", p.regulator.dol_independence), ("SEC", p.regulator.sec_independence)):
            ideal = (1.0 - independence) * p.party.opponent_ideal + independence * p.regulator.career_ideal
            self.agencies[name] = Regulator(self, name, independence, ideal, 0.0)

    def mesa_seed(self) -> int:
        """Seed of the generators that Mesa gives a world; nothing of the model's own is drawn from them."""
        return self.draws.seed

    def admit_agents(self) -> None:
        """Register parties and regulators, then voters, then employers where exposure evolves."""
        for one in (*self.parties.values(), *self.agencies.values()):
            self.register_agent(one)
        # Beside Mesa's own sets by type: voters are agents of this model, but none is made before it is touched.
        self._agents_by_type[Voter] = VoterSet(self)
        if self.employers is not None:
            self._agents_by_type[Employer] = EmployerSet(self)

    @property
    def agents(self) -> Everyone:
        """All agents: parties and regulators, then voters, then employers where exposure evolves."""
        return Everyone(self._all_agents, self._agents_by_type[Voter], self._agents_by_type.get(Employer))

    def next_agent_number(self) -> int:
        """Number for a new Mesa agent of this world, from 1."""
        self.start_mesa()  # whoever comes after the constructor comes after the voters
        self._agent_numbers += 1
        return self._agent_numbers

    def reserve_agent_numbers(self, count: int) -> int:
        """Set aside numbers for agents that are made later; returns the first."""
        first = self._agent_numbers + 1
        self._agent_numbers += count
        if hasattr(self, "agent_id_counter"):  # Mesa from 3.5 counts for itself
            self.agent_id_counter += count
        return first

    def party(self, role: str) -> Party:
        """The party of a role."""
        return self.parties[role]

    @property
    def incumbent_sign(self) -> float:
        """+1 when the R party is in office, -1 when D is."""
        return self.sign if self.in_office == "author" else -self.sign

    def stand(self, role: str) -> Stand:
        """A party as voters judge it: in office by its announcement or the policy in force, else by its platform."""
        if role != self.in_office:
            return platform_stand(self.parties[role].platform, self.parameters.policy.warn_floor)
        if self.announced is not None:
            return self.announced
        return self.stand_in_force

    def refresh_policy(self) -> None:
        """Work out the policy in force after a change of law."""
        self.in_force = effective(self.law)
        self.binding = binding_layer(self.law)
        self.openness = openness(self.in_force, self.parameters.policy.cap)
        self.stand_in_force = stand_of(self.in_force, self.parameters.policy.cap)

    def take_friendly_policy(self) -> None:
        """The author's policy takes effect on its layer."""
        self.friendly_pending = False
        provision = friendly_provision(self.parameters, self.month)
        self.law = self.law.with_layer(self.law.layer, provision)
        self.announced = self.docket.option.stand if self.docket is not None else None
        self.refresh_policy()

    def losses_usd(self) -> float:
        """Savers' losses below their reference points, in USD of the whole population."""
        electorate = self.electorate
        fallen = electorate.column("reference") - electorate.unit_prices(self.product_prices)
        lost = electorate.column("units").astype(float) * fallen.clip(min=0.0)
        return float(lost.sum()) * self.citizens_per_voter

    def take_over_losses(self) -> None:
        """A public backstop takes over a declared share of savers' losses, felt and feared (ODD: take_over_losses)."""
        p, c = self.parameters, self.vote_coefficients
        if self.socialised_usd == 0.0:
            self.socialised_usd = p.party.support_share * self.losses_usd()
        self.vote_coefficients = c._replace(
            loss_aversion=c.loss_aversion * (1.0 - p.party.support_share) ** c.curvature
        )

    def note(self, kind: str, role: str, option: Option, restrictive: bool) -> None:
        """Write an event down."""
        self.events.append(Event(self.month, kind, role, option.name, option.instrument, restrictive))

    def step(self) -> None:
        """One month, through every phase of the table."""
        for phase in PHASES:
            phase.run(self)
        self.month += 1
        if self.datacollector is not None:
            self.datacollector.collect(self)

    def advance(self, months: int) -> None:
        """Run a number of months without Mesa's event list, several at a time where it can be (same states).

        With a data collector every month goes through Mesa, whose clock labels the rows; a subclass with a step of its
        own is lived through step by step.
        """
        if self.datacollector is None and type(self).step is World.step and predictable(self):
            advance(self, months)
            return
        month = self.step if self.datacollector is not None else functools.partial(type(self).step, self)
        for _ in range(months):
            month()

    def fork(self, parameters: Parameters | None = None) -> World:
        """A copy that goes its own way from here, on the same draws.

        parameters, if given, replace the tree from now on; population, network and what has happened stay.
        """
        if parameters is not None:
            check_same_ties(self.parameters.network, parameters.network)
        twin = type(self).__new__(type(self))
        twin._agent_numbers = 0
        twin.parameters, twin.draws = parameters or self.parameters, self.draws
        twin.electorate = self.electorate.fork()
        mine, its = self.__dict__, twin.__dict__
        its.update(zip(_OWN_STATE, _own_state(mine), strict=True))
        its.update((name, list(mine[name])) for name in _OWN_LISTS)
        if parameters is not None:
            twin.people = people_at_fork(self.people, parameters)
            twin._pack_coefficients()
            share = self.vote_coefficients.public_usd
            twin.opinion_coefficients = twin.opinion_coefficients._replace(public_usd=share)
            twin.vote_coefficients = twin.vote_coefficients._replace(public_usd=share)
            if twin.law.support:
                twin.take_over_losses()
        twin.blind = self.blind.fork() if self.blind is not None else None
        if twin.people is not None:
            twin.electorate.own_people(twin.blind)
        if twin.parameters.polls.blind and twin.blind is None:
            raise ValueError("polls.blind cannot be switched on at a fork: the shadow electorate has no past")
        twin.parties = {
            role: Party(twin, one.label, role, one.ideal, one.platform, one.memory)
            for role, one in self.parties.items()
        }
        twin.agencies = {
            name: Regulator(twin, name, one.independence, one.ideal, one.confirmed_at)
            for name, one in self.agencies.items()
        }
        twin.employers = self.employers.fork() if self.employers is not None else None
        if twin.parameters.exposure.evolves and twin.employers is None:
            twin.employers = build_employers(twin.parameters, twin.draws, twin.electorate)
        if "_agents_by_type" in mine:
            self._agents_by_type[Voter].unshared = None  # the twin sees the fixed columns as well
        twin.wait_for_mesa()
        return twin

    def close(self) -> None:
        """Let go of everything, for whoever makes many worlds: memory comes back now, not at a garbage collection."""
        self.__dict__.clear()


def simulate(
    parameters: Parameters,
    seed: int = 0,
    replicate: int = 0,
    months: int = 48,
    population: Electorate | None = None,
    graph: Any = None,
) -> World:
    """Build a world and run it for a number of months; the one door everything goes through.

    population, graph: as for `World`.
    """
    world = World(parameters, seed, replicate, population, graph=graph)
    world.advance(months)
    return world
