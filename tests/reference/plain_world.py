"""A world whose voters are plain Mesa agents, each of which computes its own month: a slow second `World`.

Offices, law, market and parties are production code. Everything a voter computes (accounts, opinion, polls, elections,
grievance) is done by `PlainVoter`, one agent at a time, with the functions of `plain_electorate`. The arrays of the
production electorate are filled with NaN where the state of voters moves, so that nothing can depend on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import mesa
import numpy as np
import plain_adoption
import plain_ballots
import plain_electorate as plain
import plain_foresight
import plain_network
import plain_people

from political_moat import Parameters, World
from political_moat.agents.electorate import columns
from political_moat.agents.electorate.electorate import Electorate
from political_moat.model.phases import demography, election, employers, network, payroll, pipeline, polling, voters

CALLED_FROM: tuple[tuple[ModuleType, str], ...] = (
    (demography, "people_month"),
    (demography, "enter"),
    (payroll, "accounts_month"),
    (voters, "opinion_month"),
    (election, "expected_votes"),
    (polling, "expected_votes"),
    (polling, "projected_votes"),
    (pipeline, "grieve"),
    (network, "neighbours_meet"),
    (payroll, "holdings"),
    (employers, "holdings"),
    (employers, "adoption_month"),
)
"""Where the phases call the electorate, and the name they know the kernel by."""
MOVING = ("plan", "ira", "units", "reference", "ideal", "salience", "blame", "grievance", "assigned_stake")
"""Columns that voters change."""


class PlainVoter(mesa.Agent):  # type: ignore[misc]
    """A voter who holds its own state: every column is an ordinary attribute."""

    def __init__(self, model: mesa.Model, fixed: Any, dynamic: Any, number: int) -> None:
        """Take column `number` of the blocks."""
        super().__init__(model)
        plain.take_columns(self, fixed, dynamic, number)

    def accounts_month(self, *arguments: Any) -> tuple[float, float, float, float, float]:
        """Own account moves; what it adds to the four totals."""
        return plain.account_month(self, *arguments)

    def opinion_month(self, *arguments: Any) -> None:
        """Own opinion moves."""
        plain.voter_opinion(self, *arguments)

    def ballot(self, *arguments: Any) -> list[float]:
        """Own expected votes, for every question."""
        return plain.ballot(self, *arguments)

    def grieve(self, *arguments: Any) -> None:
        """A restriction leaves its grievance."""
        plain.resent(self, *arguments)

    def reset_stake(self, prices: Any) -> None:
        """The holding goes back to what was assigned."""
        plain.reset_stake(self, prices)


class PlainPopulation(mesa.Model):  # type: ignore[misc]
    """All voters of one electorate; its methods have the arguments of the kernels without the blocks."""

    def __init__(self, fixed: Any, dynamic: Any) -> None:
        """One agent for every column of the blocks."""
        super().__init__(rng=0)
        self.people = [PlainVoter(self, fixed, dynamic, number) for number in range(fixed.shape[1])]
        # Mesa 3.3 keeps a counter for every model ever made, and with it the model.
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    def fork(self) -> PlainPopulation:
        """The same people with a state of their own."""
        return PlainPopulation(self.block(columns.FIXED), self.block(columns.DYNAMIC))

    def block(self, names: tuple[str, ...]) -> Any:
        """Columns of all voters; shape (columns, voters), float32."""
        return np.array([self.agents.get(name) for name in names], dtype=np.float32)

    def people_month(self, *arguments: Any) -> list[float]:
        """One month of all lives: four totals."""
        return plain_people.people_month(self.people, *arguments)

    def enter(self, *arguments: Any) -> None:
        """Entrants take the places of the dead."""
        plain_people.enter(self.people, *arguments)

    def accounts_month(self, *arguments: float) -> list[float]:
        """One month of all accounts: four totals."""
        return plain.block_sums(self.agents.map("accounts_month", *arguments), 5)

    def opinion_month(self, *arguments: Any) -> None:
        """Move all opinions by a month."""
        self.agents.do("opinion_month", *arguments)

    def expected_votes(self, first: int, count: int, *arguments: Any) -> Any:
        """Expected votes of a panel, or of everybody; with moods the ballots it names; shape (questions, 2).

        Moods are log odds, which become uniforms again.
        """
        *rest, questions, c = arguments[:8]
        asked = [tuple(row) for row in questions.tolist()]
        uniforms = [pair for moods in arguments[8:] for pair in _uniforms(moods)]
        if uniforms:
            return np.array(plain_ballots.named_votes(self.people, first, count, *rest, asked, c, uniforms=uniforms))
        if count == len(self.people) and first == 0:
            ballots = self.agents.map("ballot", *rest, asked, c)
        else:
            ballots = [voter.ballot(*rest, asked, c) for voter in plain.panel(self.people, first, count)]
        return np.array(plain.block_sums(ballots, 2 * len(asked))).reshape(len(asked), 2)

    def projected_votes(self, *arguments: Any) -> Any:
        """Votes of a panel at a coming election, expected or as ballots; shape (questions, 2)."""
        *rest, moods = arguments
        return np.array(plain_foresight.projected_votes(self.people, *rest, _uniforms(moods)))

    def holdings(self) -> Any:
        """Units of each product and numbers of holders; shape (2, products)."""
        return np.array(plain_adoption.holdings(self.people))

    def adoption_month(self, *arguments: Any) -> Any:
        """One month of adoption and redemption; shape (4, products)."""
        return np.array(plain_adoption.adoption_month(self.people, *arguments))

    def grieve(self, *arguments: Any) -> None:
        """A restriction leaves its grievance with all holders."""
        self.agents.do("grieve", *arguments)

    def neighbours_meet(self, starts: Any, neighbours: Any, influence: float) -> None:
        """A month of talk: first everybody is heard, then everybody moves."""
        lists = plain_network.neighbour_lists(starts, neighbours)
        moved = [
            plain_network.heard(voter.ideal, [self.people[j].ideal for j in others], influence)
            for voter, others in zip(self.people, lists, strict=True)
        ]
        for voter, ideal in zip(self.people, moved, strict=True):
            voter.ideal = ideal


class PlainWorld(World):
    """A world that asks plain voters instead of the kernels.

    The coefficients of opinion and vote are those of the world; a test of their own holds them against the ODD tables.
    """

    def __init__(self, parameters: Parameters | None = None, seed: int = 0, replicate: int = 0) -> None:
        """As `World`; voters are made one by one from the population drawn."""
        super().__init__(parameters, seed, replicate)
        self.population = _moved_out(self.electorate)
        self.shadow = None if self.blind is None else _moved_out(self.blind)

    def step(self) -> None:
        """One month, with the plain functions in the place of the kernels."""
        with self._plain_functions():
            super().step()

    def fork(self, parameters: Parameters | None = None) -> PlainWorld:
        """A copy with voters of its own."""
        if parameters is not None and parameters.polls.blind and self.shadow is None:
            raise NotImplementedError("a blind poll begins with the world here, not at a fork")
        twin: Any = super().fork(parameters)
        # `World.fork` makes a World whatever the class it is called on.
        twin.__class__ = PlainWorld
        twin.population = self.population.fork()
        twin.shadow = None if self.shadow is None else self.shadow.fork()
        made: PlainWorld = twin
        return made

    def reset_stakes(self) -> None:
        """What the stress test does to the electorate when the friendly term ends."""
        self.population.agents.do("reset_stake", self.product_prices)

    def people_of(self, dynamic: Any) -> PlainPopulation:
        """The voters who stand for a block of changing columns."""
        if dynamic is self.electorate.dynamic:
            return self.population
        assert self.blind is not None
        assert self.shadow is not None
        assert dynamic is self.blind.dynamic
        return self.shadow

    @contextmanager
    def _plain_functions(self) -> Iterator[None]:
        compiled = [getattr(module, name) for module, name in CALLED_FROM]
        for module, name in CALLED_FROM:
            setattr(module, name, self._instead_of(name))
        try:
            yield
        finally:
            for (module, name), kernel in zip(CALLED_FROM, compiled, strict=True):
                setattr(module, name, kernel)

    def _instead_of(self, name: str) -> Any:
        def call(fixed: Any, dynamic: Any, *arguments: Any) -> Any:
            done = getattr(self.people_of(dynamic), name)(*arguments)
            if name == "people_month" and self.shadow is not None:
                # One and the same people stand in both electorates; only what moves with the stakes is apart.
                for voter, twin in zip(self.population.people, self.shadow.people, strict=True):
                    for column in columns.FIXED:
                        setattr(twin, column, getattr(voter, column))
            return done

        def call_without_fixed(dynamic: Any, *arguments: Any) -> Any:
            return getattr(self.people_of(dynamic), name)(*arguments)

        return call_without_fixed if name == "neighbours_meet" else call


def _uniforms(moods: Any) -> list[tuple[float, float]]:
    return [(plain.logistic(stays), plain.logistic(rival)) for stays, rival in moods.T.tolist()]


def _moved_out(electorate: Electorate) -> PlainPopulation:
    population = PlainPopulation(electorate.fixed, electorate.dynamic)
    for name in MOVING:
        electorate.column(name)[:] = np.nan
    return population
