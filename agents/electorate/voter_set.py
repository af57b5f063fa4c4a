"""Sets of voters that read the electorate's arrays, in place of Mesa's AgentSet of Voter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..mesa.lazy_agent_set import LazyGroupBy, LazySet, Method, aggregate, check_missing, check_result_type, limit_of
from . import columns
from .voter import DERIVED, Voter, derived, write

Rows = npt.NDArray[np.int64]

_COLUMNS = frozenset(columns.FIXED + columns.DYNAMIC)
_KNOWN = _COLUMNS | frozenset(DERIVED) | {"index", "unique_id"}


class VoterSet(LazySet):
    """Some or all voters of a world, in an order, in place of Mesa's AgentSet of Voter.

    Attributes stored in arrays (the columns, holder, side, stake, index, unique_id) are read without creating a
    voter. Any other attribute, and any function of a voter, works as in Mesa, one voter at a time.
    """

    def __init__(self, world: Any, rows: Rows | None = None, population: VoterSet | None = None) -> None:
        """Select `rows` of a population; without rows, make the population of the world and number its voters."""
        self.world = world
        self._rows = rows
        self._population = population
        if population is None:
            self.views: dict[int, Voter] = {}
            self.unshared: npt.NDArray[np.float32] | None = None
            self.first_number = world.reserve_agent_numbers(len(world.electorate))

    @property
    def population(self) -> VoterSet:
        """Return the set of all voters, which keeps the views."""
        return self if self._population is None else self._population

    @property
    def random(self) -> Random:
        """Return the model's generator."""
        generator: Random = self.world.random
        return generator

    @property
    def rows(self) -> Rows:
        """Return the rows of the electorate, in the order of the set; shape (len(self),)."""
        return np.arange(len(self)) if self._rows is None else self._rows

    def __len__(self) -> int:
        """Return the number of voters."""
        return len(self.world.electorate) if self._rows is None else len(self._rows)

    def __contains__(self, agent: object) -> bool:
        """Return whether the agent is a voter of this world and in the set."""
        if not isinstance(agent, Voter) or agent.model is not self.world:
            return False
        return self._rows is None or bool(np.any(self._rows == agent.index))

    def __iter__(self) -> Iterator[Voter]:
        """Yield the voters in order; each is created when it is reached."""
        return (self._voter(row) for row in self.rows.tolist())

    def __copy__(self) -> VoterSet:
        """Return a selection of the same voters."""
        return self._take(self.rows.copy())

    def __repr__(self) -> str:
        """Return the number of voters as text."""
        return f"<VoterSet of {len(self)} voters>"

    def _voter(self, row: int) -> Voter:
        known = self.population.views.get(row)
        return Voter(self.world, row) if known is None else known

    def _agent(self, position: int) -> Voter:
        return self._voter(position if self._rows is None else int(self._rows[position]))

    def _take(self, rows: Rows) -> VoterSet:
        return VoterSet(self.world, rows, self.population)

    def _subset(self, agents: Iterable[Voter]) -> VoterSet:
        return self._take(_rows_of(agents))

    def _give(self, rows: Rows, inplace: bool, what: str) -> VoterSet:
        if not inplace:
            return self._take(rows)
        if self._population is None:
            raise self._fixed(what)
        self._rows = rows
        return self

    def _update(self, agents: Iterable[Voter]) -> VoterSet:
        return self._give(_rows_of(agents), True, "update")

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return a copy of an attribute as an array in the order of the set, columns in float64, or AttributeError."""
        if name not in _KNOWN:
            raise AttributeError(f"no voter attribute {name!r} with an array; there are {', '.join(sorted(_KNOWN))}")
        rows = slice(None) if self._rows is None else self._rows
        if name in _COLUMNS:
            return np.asarray(self.world.electorate.column(name)[rows], dtype=np.float64)
        if name in DERIVED:
            return derived(self.world, name, rows)
        return self.rows + (self.population.first_number if name == "unique_id" else 0)

    def get(
        self,
        attr_names: str | Sequence[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Return the values of an attribute, or a list of values for each voter when several are asked for."""
        check_missing(handle_missing)
        if isinstance(attr_names, str):
            if attr_names in _KNOWN:
                return list(self.array(attr_names).tolist())
        elif _KNOWN.issuperset(attr_names):
            return [list(values) for values in zip(*(self.array(name).tolist() for name in attr_names), strict=True)]
        return super().get(attr_names, handle_missing, default_value)

    def agg(self, attribute: str | Sequence[str], func: Any) -> Any:
        """Return `func` of the attribute's values, or a list of results when several functions are given.

        `func` gets numbers as an array of shape (voters,), or (voters, attributes) for several attributes.
        """
        if isinstance(attribute, str):
            if attribute in _KNOWN and attribute != "side":
                return aggregate(self.array(attribute), func)
        elif _KNOWN.issuperset(attribute) and "side" not in attribute:
            return aggregate(np.stack([self.array(name) for name in attribute], axis=1), func)
        return aggregate(self.get(attribute), func)

    def set(self, attr_name: str, value: Any) -> VoterSet:
        """Set an attribute of every voter; a column also takes an array with one value for each."""
        if attr_name in _COLUMNS:
            write(self.world, attr_name, slice(None) if self._rows is None else self._rows, value)
            return self
        super().set(attr_name, value)
        return self

    def select(
        self,
        filter_func: Any = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type[Any] | None = None,
    ) -> VoterSet:
        """Return the voters for which `filter_func` is true: a function of a voter, or a boolean array.

        at_most: a number, or a float up to 1 for a fraction of the set; the first ones are taken.
        """
        rows, limit = self.rows, limit_of(at_most, len(self))
        if agent_type is not None and not issubclass(Voter, agent_type):
            rows = rows[:0]
        elif callable(filter_func):
            rows = _rows_of(super().select(filter_func, at_most, agent_type=agent_type))
        elif filter_func is not None:
            mask = np.asarray(filter_func)
            if mask.dtype != np.bool_ or mask.shape != rows.shape:
                raise ValueError(
                    f"the filter is an array of {mask.dtype} of shape {mask.shape}; it must hold one bool for each of "
                    f"{len(self)} voters"
                )
            rows = rows[mask]
        return self._give(rows[: min(len(rows), int(limit))] if limit < len(rows) else rows, inplace, "select")

    def shuffle(self, inplace: bool = False) -> VoterSet:
        """Return the set in random order, from the model's generator as in Mesa."""
        rows = self.rows.tolist()
        self.random.shuffle(rows)
        return self._give(np.array(rows, dtype=np.int64), inplace, "shuffle")

    def sort(self, key: Method, ascending: bool = False, inplace: bool = False) -> VoterSet:
        """Return the set sorted by an attribute or a function of a voter, largest first unless `ascending`; stable."""
        if isinstance(key, str) and key in _KNOWN and key != "side":
            values = self.array(key).astype(np.float64)
            rows = self.rows[np.argsort(values if ascending else -values, kind="stable")]
        else:
            rows = _rows_of(super().sort(key, ascending))
        return self._give(rows, inplace, "sort")

    def groupby(self, by: Any, result_type: Literal["agentset", "list"] = "agentset") -> LazyGroupBy:
        """Return groups by an attribute, a function of a voter, or an array of labels, in order of appearance."""
        check_result_type(result_type)
        if isinstance(by, str) and by in _KNOWN:
            labels = self.array(by)
        elif isinstance(by, np.ndarray):
            labels = by
        else:
            return super().groupby(by, result_type)
        if labels.shape != (len(self),):
            raise ValueError(f"labels have shape {labels.shape}; there are {len(self)} voters")
        names, first, label = np.unique(labels, return_index=True, return_inverse=True)
        order = np.argsort(label, kind="stable")
        parts = np.split(self.rows[order], np.cumsum(np.bincount(label, minlength=len(names)))[:-1])
        groups: dict[Any, Any] = {names[label].item(): self._take(parts[label]) for label in np.argsort(first)}
        if result_type == "list":
            groups = {name: group.to_list() for name, group in groups.items()}
        return LazyGroupBy(groups)

    def add(self, agent: Any) -> None:
        """Append a voter of this world to a selection."""
        if agent in self:
            return
        if self._rows is None or agent not in self.population:
            raise TypeError(f"{agent!r} is no voter of this world")
        self._rows = np.append(self._rows, np.int64(agent.index))

    def discard(self, agent: Any) -> None:
        """Take a voter out of a selection, if it is in; TypeError for the population, whose rows are fixed."""
        if agent in self:
            self.remove(agent)

    def remove(self, agent: Any) -> None:
        """Take a voter out of a selection; KeyError if it is not in, TypeError for the population."""
        if agent not in self:
            raise KeyError(agent)
        if self._rows is None:
            raise self._fixed("remove")
        self._rows = self._rows[self._rows != agent.index]


def _rows_of(agents: Iterable[Voter]) -> Rows:
    if isinstance(agents, VoterSet):
        return agents.rows
    return np.fromiter((agent.index for agent in agents), dtype=np.int64)
