"""Agent set of a world: registered agents, then lazily created voters and employers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from random import Random
from typing import Any, Literal

from mesa.agent import AgentSet

from .electorate.voter import Voter
from .electorate.voter_set import VoterSet
from .employer.employer import Employer, EmployerSet
from .mesa.lazy_agent_set import LazyGroupBy, LazySet, limit_of


class Everyone(LazySet):
    """The set `world.agents`, assembled on each access: institutions first.

    Counting, selecting or grouping by type, and attributes with an array behind them create no voter. A mixed result is
    Mesa's own AgentSet. The set has no order of its own, so nothing is done in place.
    """

    def __init__(self, registered: Any, voters: VoterSet, employers: EmployerSet | None = None) -> None:
        """Combine Mesa's set of registered agents with voters and employers (None where exposure does not evolve)."""
        self.registered = registered
        self.voters = voters
        self.employers: Any = () if employers is None else employers

    @property
    def random(self) -> Random:
        """Return the model's generator."""
        return self.voters.random

    def __len__(self) -> int:
        """Return the number of agents."""
        return len(self.registered) + len(self.voters) + len(self.employers)

    def __iter__(self) -> Iterator[Any]:
        """Yield institutions, then voters, then employers."""
        return chain(self.registered, self.voters, self.employers)

    def __contains__(self, agent: object) -> bool:
        """Return whether the agent is in the world."""
        return agent in self.voters or agent in self.registered or agent in self.employers

    def __copy__(self) -> Everyone:
        """Return another set of the same agents."""
        return Everyone(self.registered, self.voters, self.employers or None)

    def __repr__(self) -> str:
        """Return the number of agents of each kind as text."""
        employers = f", {len(self.employers)} employers" if self.employers else ""
        return f"<Everyone: {len(self.registered)} institutions and {len(self.voters)} voters{employers}>"

    def _agent(self, position: int) -> Any:
        before = len(self.registered)
        if position < before:
            return list(self.registered)[position]
        after = position - before - len(self.voters)
        return self.employers[after] if after >= 0 else self.voters[position - before]

    def _subset(self, agents: Iterable[Any]) -> Any:
        return AgentSet(agents, self.random)

    def select(
        self,
        filter_func: Any = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type[Any] | None = None,
    ) -> Any:
        """Return the agents for which `filter_func` is true, up to `at_most`; `agent_type=Voter` gives a VoterSet."""
        if inplace:
            raise self._fixed("select")
        limit = limit_of(at_most, len(self))
        if agent_type is not None and issubclass(agent_type, Voter):
            return self.voters.select(filter_func, limit, agent_type=agent_type)
        if agent_type is not None and issubclass(agent_type, Employer):
            return self.employers.select(filter_func, limit) if self.employers else self._subset(())
        if agent_type is not None and not issubclass(Voter, agent_type):
            return self.registered.select(filter_func, limit, agent_type=agent_type)
        if filter_func is None and at_most == float("inf"):
            return Everyone(self.registered, self.voters, self.employers or None)
        return super().select(filter_func, at_most, inplace, agent_type)

    def get(
        self,
        attr_names: str | Sequence[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Return the values of an attribute that all agents have, such as `unique_id`."""
        sets = [self.registered, self.voters, *([self.employers] if self.employers else [])]
        return [value for agents in sets for value in agents.get(attr_names, handle_missing, default_value)]

    def set(self, attr_name: str, value: Any) -> Everyone:
        """Set an attribute of every agent; return the set."""
        self.registered.set(attr_name, value)
        self.voters.set(attr_name, value)
        if self.employers:
            self.employers.set(attr_name, value)
        return self

    def groupby(self, by: Any, result_type: Literal["agentset", "list"] = "agentset") -> LazyGroupBy:
        """Return groups by an attribute or a function of the agent; by `type`, voters and employers stay in arrays."""
        if by is type and result_type == "agentset":
            groups = dict(self.registered.groupby(by, result_type).groups)
            lazy = {Employer: self.employers} if self.employers else {}
            return LazyGroupBy({**groups, Voter: self.voters.select(), **lazy})
        return super().groupby(by, result_type)
