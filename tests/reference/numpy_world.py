"""A world whose voters move by whole-array NumPy instead of compiled kernels: what a careful user would write.

Offices, law, market and parties are production code, and so are the columns; everything a voter computes in the base
world (accounts, opinion, talk, polls, elections, grievance) is done by `numpy_electorate`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy_electorate as arrays
import numpy_votes as votes
from scipy.sparse import csr_array

from political_moat import Parameters, World
from political_moat.model.phases import election, network, payroll, pipeline, polling, voters

CALLED_FROM: tuple[tuple[ModuleType, Callable[..., Any]], ...] = (
    (payroll, arrays.accounts_month),
    (voters, arrays.opinion_month),
    (election, votes.expected_votes),
    (polling, votes.expected_votes),
    (polling, votes.ballots),
    (pipeline, votes.grieve),
)
"""Where the phases call the electorate, and what stands in for the kernel of that name, beside `neighbours_meet`."""


class NumpyWorld(World):
    """A world that asks NumPy instead of the kernels; a fork of it does the same."""

    def __init__(self, parameters: Parameters | None = None, seed: int = 0, replicate: int = 0) -> None:
        """As `World`; the matrix of the network, if there is one, is made here."""
        super().__init__(parameters, seed, replicate)
        ties = self.network
        self.talk: csr_array | None = None if ties is None else arrays.talk_matrix(ties.starts, ties.neighbours)

    def step(self) -> None:
        """One month, with NumPy in the place of the kernels."""
        with self._numpy_functions():
            super().step()

    def advance(self, months: int) -> None:
        """Months, with NumPy in the place of the kernels."""
        with self._numpy_functions():
            super().advance(months)

    def fork(self, parameters: Parameters | None = None) -> NumpyWorld:
        """A copy that goes its own way; who is whose neighbour does not change at a fork."""
        twin: Any = super().fork(parameters)
        twin.talk = self.talk
        made: NumpyWorld = twin
        return made

    @contextmanager
    def _numpy_functions(self) -> Iterator[None]:
        places = (*CALLED_FROM, (network, self.neighbours_meet))
        before = [getattr(module, function.__name__) for module, function in places]
        for module, function in places:
            setattr(module, function.__name__, function)
        try:
            yield
        finally:
            for (module, function), kernel in zip(places, before, strict=True):
                setattr(module, function.__name__, kernel)

    def neighbours_meet(self, dynamic: Any, starts: Any, neighbours: Any, influence: float) -> None:
        """A month of talk by the matrix made before."""
        arrays.neighbours_meet(dynamic, self.talk, influence)
