"""The world as a Mesa model, around a `WorldState` that the phase table changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from ..agents.all_agents import Everyone
from ..agents.draws import Draws, draws_of
from ..agents.electorate.electorate import Electorate
from ..agents.electorate.voter import Voter
from ..agents.electorate.voter_set import VoterSet
from ..agents.employer.employer import Employer, EmployerSet
from ..agents.mesa.model import MonthlyModel, chosen_seed, scenario_and_seed
from ..agents.notebook_table import notebook_table
from ..agents.party.party import Party
from ..agents.regulator.regulator import Regulator
from .build import build_state
from .data_collection import outcome_collector
from .dated_events import Call, ParameterChange, in_order
from .fast_forward import advance
from .parameters.keywords import parameters_from, values_of
from .parameters.tree import Parameters
from .schedule import run_month
from .state import WorldState
from .world_text import world_line, world_rows


class World(MonthlyModel):
    """One world of one replicate.

    Every attribute and method of `WorldState` is one of the world as well: `world.month` is `world.state.month`, and
    `world.released = True` sets it. `parties` and `agencies` are the Mesa agents that stand for their states.

    >>> from political_moat.model.parameters.tree import Parameters
    >>> world = World(Parameters().with_values({"electorate.voters": 200, "exposure.breadth": 0.3}), seed=1)
    >>> world.advance(24)
    >>> world.month
    24

    The same world in keywords, as `mesa.batch_run(World, {...})` passes them:

    >>> World(voters=200, exposure_breadth=0.3, seed=1)
    <World, month 0 (January 2025): R in office, openness 0.50, price 1.00, 200 voters, seed 1, replicate 0>
    """

    months: int | None = None
    _advancing = False

    def __init__(
        self,
        parameters: Parameters | None = None,
        seed: Any = 0,
        replicate: int | None = None,
        population: Electorate | None = None,
        graph: Any = None,
        *,
        rng: Any = None,
        scenario: Any = None,
        preset: str | None = None,
        voters: int | None = None,
        months: int | None = None,
        **values: Any,
    ) -> None:
        """Build the world of January 2025; population and graph as for `build_state`.

        values: parameters by name, "exposure.breadth" or exposure_breadth; with preset and voters they change
        `parameters`. months: Mesa's `running` ends after so many. scenario: a Mesa scenario that holds such keywords.
        rng: Mesa's name of the seed. A seed of None stands for 0 if a replicate is named, else for a new seed.
        Raises ParameterError, and ValueError for other mistakes.
        """
        keywords = {"preset": preset, "voters": voters, "months": months, "replicate": replicate, **values}
        if scenario is not None:
            scenario, rng = scenario_and_seed(scenario, rng)
            keywords = values_of(scenario, keywords)
        self.months, replicate = keywords.pop("months", None), keywords.pop("replicate", None)
        draws = draws_of(chosen_seed(seed, rng, replicate), replicate or 0)
        self._show(build_state(parameters_from(parameters, keywords), draws, population, graph), scenario)

    def _show(self, state: WorldState, scenario: Any = None) -> None:
        """Attach a state: run Mesa's constructor, then make parties, regulators, voters and employers in order."""
        self.state = state
        state.shown_by = self
        self.start_mesa(state.draws.seed, scenario)
        self._agent_numbers = 0
        self.parties = {role: Party.with_state(self, party) for role, party in state.parties.items()}
        self.agencies = {name: Regulator.with_state(self, agency) for name, agency in state.agencies.items()}
        # Lazy sets in Mesa's table of types: each voter and employer is created on first access.
        self._agents_by_type[Voter] = VoterSet(self)
        if state.employers is not None:
            self._agents_by_type[Employer] = EmployerSet(self)

    @staticmethod
    def draws_of(seed: int, replicate: int) -> Draws:
        """Return the draws that every arm of a replicate shares."""
        return draws_of(seed, replicate)

    @property
    def agents(self) -> Everyone:
        """Return all agents: parties and regulators, then voters, then employers where exposure evolves."""
        return Everyone(self._all_agents, self._agents_by_type[Voter], self._agents_by_type.get(Employer))

    def next_agent_number(self) -> int:
        """Return the number of a new Mesa agent of this world, from 1."""
        self._agent_numbers += 1
        return self._agent_numbers

    def reserve_agent_numbers(self, count: int) -> int:
        """Reserve numbers for agents that are created later; return the first."""
        first = self._agent_numbers + 1
        self._agent_numbers += count
        if hasattr(self, "agent_id_counter"):  # Mesa from 3.5 counts agents in the model
            self.agent_id_counter += count
        return first

    def party(self, role: str) -> Party:
        """Return the party of a role."""
        return self.parties[role]

    def step(self) -> None:
        """Run one month, through every phase of the table, and record it.

        The row goes to `datacollector`; where none is set, the first step that a user calls sets `outcome_collector`.
        """
        run_month(self.state)
        if self.datacollector is None and not self._advancing:
            self.datacollector = outcome_collector()
        if self.datacollector is not None:
            self.datacollector.collect(self)
        self._stop_if_done()

    def advance(self, months: int) -> None:
        """Run a number of months, several in one compiled call where possible (same states as by `step`).

        Every month goes through Mesa, slower, while a collector records (as after a `step`), an event is scheduled, an
        observer or recorder watches, or a subclass overrides `step`: none of them misses a month.
        """
        if months > 0 and (self.watched or type(self).step is not World.step):
            self._advancing = True
            try:
                self.run_through_mesa(months)
            finally:
                self._advancing = False
        elif months > 0:
            advance(self.state, months)
            self.set_clock()
            self._stop_if_done()

    def _stop_if_done(self) -> None:
        if self.months is not None and self.month >= self.months:
            self.running = False

    def at(self, month: int, function: Callable[[World], object]) -> None:
        """Call a function with the world at the beginning of a month, before its phases.

        Months count as in the record: the row of `month` is the first that shows the change. Calls happen in `step` and
        in `advance`, which stops there, in the order of their declaration; forks keep those to come. ValueError for a
        month that is over.
        """
        if isinstance(month, bool) or not isinstance(month, int) or month < self.state.month:
            raise ValueError(
                f"month = {month!r} is not possible; allowed: {self.state.month} (the next to run) or later"
            )
        self.state.dated = in_order([*self.state.dated, Call(month, function)])

    def change(self, values: Mapping[str, Any]) -> None:
        """Give parameters new values from now on, by dotted name; `fork` lists which. ParameterError as from `fork`."""
        ParameterChange(self.state.month, tuple(values.items())).apply(self.state)

    def fork(self, parameters: Parameters | None = None) -> World:
        """Return a copy that changes independently, on the same draws; parameters replace the tree from now on.

        People, ties, assigned exposure, offices and calendar are those of the past. ParameterError names, in one line,
        every parameter that cannot change. What may change: accounts.rebalancing; accounts.divestment_months;
        exposure.grandfathering; exposure.evolves; people.* but ageing; adoption.*; employer.* but employers,
        size_log_sd, sectors, record_keepers, share_plans_offering_crypto_t0; product.*; network.influence; fund.*;
        opinion.* but opposed_share, belief_log_sd; voting.* but turnout_person_sd; policy.* but layer, start_theta;
        market.*; party.* but author_ideal, opponent_ideal; regulator.* but dol_independence, sec_independence;
        polls.*; elections.*; institutions.* but author, term_months, election_lead; channels.*

        The copy has no collector, events, observers or scenario: add those that it needs.
        """
        twin = type(self).__new__(type(self))
        twin.months = self.months
        twin._show(self.state.fork(parameters))
        return twin

    def __repr__(self) -> str:
        """Return month, office, policy, price, voters and draws in one line."""
        state = self.__dict__.get("state")
        return f"<{type(self).__name__}, {'closed' if state is None else world_line(state)}>"

    def _repr_html_(self) -> str:
        state = self.__dict__.get("state")
        return notebook_table(type(self).__name__, [("closed", "")] if state is None else world_rows(state))

    def close(self) -> None:
        """Drop all references, so that memory is freed before the next garbage collection."""
        self.__dict__.clear()


def _of_state(name: str) -> property:
    def read(world: World) -> Any:
        return getattr(world.state, name)

    def write(world: World, value: Any) -> None:
        setattr(world.state, name, value)

    return property(read, write, doc=f"`WorldState.{name}`.")


for _name in [each.name for each in fields(WorldState)] + [name for name in vars(WorldState) if name[0] != "_"]:
    if _name not in ("parties", "agencies", "party", "fork"):
        setattr(World, _name, _of_state(_name))


def simulate(
    parameters: Parameters,
    seed: int = 0,
    replicate: int = 0,
    months: int = 48,
    population: Electorate | None = None,
    graph: Any = None,
) -> World:
    """Build a world and run it for a number of months.

    population, graph: as for `World`.
    """
    world = World(parameters, seed, replicate, population, graph=graph)
    world.advance(months)
    return world
