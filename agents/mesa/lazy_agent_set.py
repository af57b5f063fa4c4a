"""Base of the lazy agent sets: Mesa's AgentSet methods on top of iteration, for Mesa 3.3 to 3.5."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any, Literal

from mesa.agent import AgentSet

try:
    from mesa.agentset import AbstractAgentSet, GroupBy
except ImportError:  # Mesa before 3.5
    from collections.abc import MutableSet as AbstractAgentSet

    from mesa.agent import GroupBy

Method = str | Callable[..., Any]
_ABSTRACT_SET_IS_MESAS = hasattr(AbstractAgentSet, "groupby")


class LazyGroupBy(GroupBy):  # type: ignore[misc]
    """Mesa's GroupBy; a lazy group aggregates from arrays instead of asking each of its agents."""

    def agg(self, attr_name: Any, func: Any) -> dict[Any, Any]:
        """Return the result of `func` on the values of an attribute, by group."""
        return {
            name: group.agg(attr_name, func)
            if isinstance(group, LazySet)
            else func([getattr(agent, attr_name) for agent in group])
            for name, group in self.groups.items()
        }


class LazySet(AbstractAgentSet):  # type: ignore[misc]
    """A set of agents that are created on first access. Signatures are those of Mesa's AgentSet."""

    @property
    @abstractmethod
    def random(self) -> Random:
        """Return the model's generator."""

    @abstractmethod
    def _subset(self, agents: Iterable[Any]) -> Any:
        """Return a set of some of these agents."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the agents in order; each is created when it is reached."""
        return (self._agent(position) for position in range(len(self)))

    @abstractmethod
    def _agent(self, position: int) -> Any:
        """Return the agent at a position from 0."""

    def __getitem__(self, item: int | slice) -> Any:
        """Return one agent, or a list of agents for a slice; no others are created."""
        if isinstance(item, slice):
            return [self._agent(position) for position in range(*item.indices(len(self)))]
        position = item + len(self) if item < 0 else item
        if not 0 <= position < len(self):
            raise IndexError(f"no agent at position {item}; there are {len(self)}")
        return self._agent(position)

    def _from_iterable(self, agents: Iterable[Any]) -> Any:
        # Result of |, & and - of two sets; a plain method, since an empty Mesa set needs a generator.
        return AgentSet(agents, self.random)

    def to_list(self) -> list[Any]:
        """Return all agents as a list."""
        return list(self)

    def select(
        self,
        filter_func: Any = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type[Any] | None = None,
    ) -> Any:
        """Return the agents for which `filter_func` is true, up to `at_most` (a float up to 1: a fraction)."""
        if inplace:
            raise self._fixed("select")
        selected: list[Any] = []
        limit = limit_of(at_most, len(self))
        for agent in self:
            if len(selected) >= limit:
                break
            if (filter_func is None or filter_func(agent)) and (agent_type is None or isinstance(agent, agent_type)):
                selected.append(agent)
        return self._subset(selected)

    def shuffle(self, inplace: bool = False) -> Any:
        """Return a set in random order, from the model's generator as in Mesa."""
        if inplace:
            raise self._fixed("shuffle")
        agents = self.to_list()
        self.random.shuffle(agents)
        return self._subset(agents)

    def sort(self, key: Method, ascending: bool = False, inplace: bool = False) -> Any:
        """Return a set sorted by an attribute or a function of the agent, largest first unless `ascending`."""
        if inplace:
            raise self._fixed("sort")
        value = (lambda agent: getattr(agent, key)) if isinstance(key, str) else key
        return self._subset(sorted(self, key=value, reverse=not ascending))

    def do(self, method: Method, *args: Any, **kwargs: Any) -> Any:
        """Call a method (by name) or a function with every agent; return the set."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: Method, *args: Any, **kwargs: Any) -> Any:
        """Call a method or a function with every agent, in random order."""
        agents = self.to_list()
        self.random.shuffle(agents)
        _call(agents, method, args, kwargs)
        return self

    def map(self, method: Method, *args: Any, **kwargs: Any) -> list[Any]:
        """Call a method (by name) or a function with every agent; return the results."""
        return _call(self, method, args, kwargs)

    def get(
        self,
        attr_names: str | Sequence[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Return the values of an attribute, or a list of values for each agent when several are asked for."""
        check_missing(handle_missing)
        missing = () if handle_missing == "error" else (default_value,)
        if isinstance(attr_names, str):
            return [getattr(agent, attr_names, *missing) for agent in self]
        return [[getattr(agent, name, *missing) for name in attr_names] for agent in self]

    def agg(self, attribute: str | Sequence[str], func: Any) -> Any:
        """Return `func` of the attribute's values, or a list of results when several functions are given."""
        return aggregate(self.get(attribute), func)

    def set(self, attr_name: str, value: Any) -> Any:
        """Set an attribute of every agent; return the set."""
        for agent in self:
            setattr(agent, attr_name, value)
        return self

    def groupby(self, by: Any, result_type: Literal["agentset", "list"] = "agentset") -> LazyGroupBy:
        """Return groups by an attribute or a function of the agent, in order of first appearance."""
        check_result_type(result_type)
        groups: defaultdict[Any, list[Any]] = defaultdict(list)
        for agent in self:
            groups[by(agent) if callable(by) else getattr(agent, by)].append(agent)
        if result_type == "list":
            return LazyGroupBy(dict(groups))
        return LazyGroupBy({name: self._subset(agents) for name, agents in groups.items()})

    def add(self, agent: Any) -> None:
        """Raise TypeError unless the agent is in the set: the model's agents are not changed through its sets."""
        if agent not in self:
            raise self._fixed("add")

    def discard(self, agent: Any) -> None:
        """Raise TypeError if the agent is in the set."""
        if agent in self:
            raise self._fixed("discard")

    def remove(self, agent: Any) -> None:
        """Raise TypeError, or KeyError for an agent that is not in the set."""
        if agent not in self:
            raise KeyError(agent)
        raise self._fixed("remove")

    def _update(self, agents: Iterable[Any]) -> Any:
        raise self._fixed("update")

    def _fixed(self, what: str) -> TypeError:
        return TypeError(f"{what} would change the model's own set of agents; work on a selection, or without inplace")


def _call(agents: Iterable[Any], method: Method, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    if isinstance(method, str):
        return [getattr(agent, method)(*args, **kwargs) for agent in agents]
    return [method(agent, *args, **kwargs) for agent in agents]


def limit_of(at_most: int | float, count: int) -> float:
    """Return the number of agents that Mesa's `at_most` allows."""
    return int(count * at_most) if isinstance(at_most, float) and at_most <= 1.0 else at_most


def check_missing(handle_missing: str) -> None:
    """Raise ValueError for an option that Mesa does not know."""
    if handle_missing not in ("error", "default"):
        raise ValueError(f"unknown handle_missing option {handle_missing!r}; should be 'error' or 'default'")


def check_result_type(result_type: str) -> None:
    """Raise ValueError for an option that Mesa does not know."""
    if result_type not in ("agentset", "list"):
        raise ValueError(f"unknown result_type {result_type!r}; should be 'agentset' or 'list'")


def aggregate(values: Any, func: Any) -> Any:
    """Return a function of values, or a list of results for several functions."""
    return func(values) if callable(func) else [each(values) for each in func]


if not _ABSTRACT_SET_IS_MESAS:
    # So that isinstance(world.agents, mesa.agent.AgentSet) is true where Mesa has no abstract set.
    AgentSet.register(LazySet)
