"""A voter as a Mesa agent: a view on one row of the electorate's arrays, made on first touch and then kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..mesa.agent import ModelAgent
from . import columns

if TYPE_CHECKING:
    from .voter_set import VoterSet


class Voter(ModelAgent):
    """One model voter. Every column of the electorate is an attribute: reading and writing go to the arrays.

    Take voters from `world.agents_by_type[Voter]`, which makes a view when it is first asked for and keeps it, so that
    the same row is always the same object. What a user hangs on a voter beside the columns stays with this world: a
    fork starts with fresh views.

    A column of `columns.FIXED` is shared by the arms of a replicate; the first write gives this world its own copy.
    """

    def __init__(self, model: Any, index: int) -> None:
        """View on row `index`, from 0. ValueError if the row has a view already, IndexError outside the electorate."""
        population: VoterSet = model.agents_by_type[Voter]
        if not 0 <= index < len(model.electorate):
            raise IndexError(f"no voter {index}; the electorate has {len(model.electorate)}")
        if index in population.views:
            raise ValueError(f"voter {index} exists already: take world.agents_by_type[Voter][{index}]")
        # Neither Mesa's registry nor its counter: the population is known to the model as a whole, by VoterSet.
        self.model = model
        self.pos = None
        self.index = index
        self.unique_id = population.first_number + index
        population.views[index] = self

    def __repr__(self) -> str:
        """Index and side."""
        return f"<Voter {self.index} ({self.side})>"

    @property
    def side(self) -> str:
        """Party of the voter's own partisanship, "R" or "D"."""
        return "R" if self.partisanship > 0.0 else "D"

    @property
    def holder(self) -> bool:
        """Whether the voter's retirement account holds crypto."""
        return bool(self.units > 0.0)

    @property
    def stake(self) -> float:
        """Value of the crypto held at this month's price, in years of income."""
        return float(self.units * self.model.product_prices[int(self.product)] / self.income)

    def remove(self) -> None:
        """Not possible: the electorate has a fixed number of rows. Always TypeError."""
        raise TypeError("a voter cannot be removed; an electorate of another size is a parameter, electorate.voters")

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # noqa: D105
        def __setattr__(self, name: str, value: Any) -> None: ...  # noqa: D105


DERIVED = ("holder", "side", "stake")
"""Attributes of a voter that are worked out from the columns and cannot be written."""


def derived(world: Any, name: str, rows: npt.NDArray[np.int64] | slice) -> npt.NDArray[Any]:
    """A derived attribute of some rows of the electorate, in their order; equal to the voters' own."""
    fixed, dynamic = world.electorate.fixed, world.electorate.dynamic
    if name == "holder":
        return np.asarray(dynamic[columns.UNITS, rows] > 0.0)
    if name == "side":
        return np.where(fixed[columns.PARTISANSHIP, rows] > 0.0, "R", "D")
    units = dynamic[columns.UNITS, rows].astype(np.float64)
    prices = world.product_prices[dynamic[columns.PRODUCT, rows].astype(np.int64)]
    return np.asarray(units * prices / fixed[columns.INCOME, rows])


def write(world: Any, name: str, rows: npt.NDArray[np.int64] | slice | int, value: Any) -> None:
    """Write one column of some rows: a number for all, or one for each.

    A blind poll's shadow electorate keeps its own changing columns, as it does in the model; fixed ones it shares.
    """
    electorate = world.electorate
    if name in columns.FIXED:
        population: VoterSet = world.agents_by_type[Voter]
        if population.unshared is not electorate.fixed:
            # The other arms of the replicate see this block as well: a write here must not move their voters.
            electorate.fixed = population.unshared = electorate.fixed.copy()
            if world.blind is not None:
                world.blind.fixed = electorate.fixed
    electorate.column(name)[rows] = value


def _column(name: str) -> property:
    def read(voter: Voter) -> float:
        return float(voter.model.electorate.column(name)[voter.index])

    def change(voter: Voter, value: float) -> None:
        write(voter.model, name, voter.index, value)

    return property(read, change, doc=f"{name.replace('_', ' ').capitalize()} ({columns.UNITS_OF[name]}).")


for _name in columns.FIXED + columns.DYNAMIC:
    setattr(Voter, _name, _column(_name))
