"""The world as a Mesa model, around a `WorldState` that the phase table changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import mesa

from ..agents.all_agents import Everyone
from ..agents.draws import Draws, draws_of
from ..agents.electorate.electorate import Electorate
from ..agents.electorate.voter import Voter
from ..agents.electorate.voter_set import VoterSet
from ..agents.employer.employer import Employer, EmployerSet
from ..agents.party.party import Party
from ..agents.regulator.regulator import Regulator
from .build import build_state
from .dated_events import Call, ParameterChange, in_order
from .fast_forward import advance
from .parameters.tree import Parameters
from .schedule import run_month
from .state import WorldState


class World(mesa.Model):  # type: ignore[misc]
    """One world of one replicate.

    Every attribute and method of `WorldState` is one of the world as well: `world.month` is `world.state.month`, and
    `world.released = True` sets it. `parties` and `agencies` are the Mesa agents that stand for their states.

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
        """Build the world of January 2025; population and graph as for `build_state`."""
        self._show(build_state(parameters or Parameters(), draws_of(seed, replicate), population, graph))

    def _show(self, state: WorldState) -> None:
        """Attach a state: run Mesa's constructor, then make parties, regulators, voters and employers in order."""
        super().__init__(rng=state.draws.seed)
        self._agent_numbers = 0
        self.state = state
        state.shown_by = self
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
        """Run one month, through every phase of the table."""
        run_month(self.state)
        if self.datacollector is not None:
            self.datacollector.collect(self)

    def advance(self, months: int) -> None:
        """Run a number of months, several in one compiled call where possible (same states as by `step`).

        With a data collector every month goes through Mesa's step, whose count labels the rows; a subclass that
        overrides `step` is advanced one step at a time.
        """
        if self.datacollector is not None:
            for _ in range(months):
                self.step()
        elif type(self).step is not World.step:
            for _ in range(months):
                type(self).step(self)
        else:
            advance(self.state, months)

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
        """
        twin = type(self).__new__(type(self))
        twin._show(self.state.fork(parameters))
        return twin

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
