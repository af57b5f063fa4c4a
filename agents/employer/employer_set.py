"""All employers as Mesa sees them: a set that answers from the arrays and makes views only when it must."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from mesa.agent import AgentSet

from ..mesa.lazy_agent_set import LazySet, aggregate, check_missing
from .employer import Employer

_KNOWN = ("index", "unique_id", "sector", "record_keeper", "workers", "options", "offering")


class EmployerSet(LazySet):
    """The employers of a world; a selection of some of them is Mesa's own AgentSet."""

    def __init__(self, world: Any) -> None:
        """Employers get their numbers here, after everybody who has one."""
        self.world = world
        self.views: dict[int, Employer] = {}
        self.first_number = world.reserve_agent_numbers(world.employers.number)

    @property
    def random(self) -> Random:
        """The model's generator."""
        generator: Random = self.world.random
        return generator

    def __len__(self) -> int:
        """Number of employers."""
        return int(self.world.employers.number)

    def __contains__(self, agent: object) -> bool:
        """Whether this is an employer of this world."""
        return isinstance(agent, Employer) and agent.model is self.world

    def __copy__(self) -> Any:
        """Mesa's set of the same employers."""
        return self._subset(self)

    def __repr__(self) -> str:
        """How many."""
        return f"<EmployerSet of {len(self)} employers>"

    def _agent(self, position: int) -> Employer:
        known = self.views.get(position)
        return Employer(self.world, position) if known is None else known

    def _subset(self, agents: Iterable[Employer]) -> Any:
        return AgentSet(agents, self.random)

    def array(self, name: str) -> npt.NDArray[Any]:
        """An attribute as an array. AttributeError if it has none."""
        state = self.world.employers
        if name in ("sector", "record_keeper", "workers"):
            return np.array(getattr(state, name))
        if name == "options":
            return np.asarray(state.offers.sum(axis=0, dtype=np.int64))
        if name == "offering":
            return np.asarray(state.offering())
        if name in ("index", "unique_id"):
            return np.arange(len(self)) + (self.first_number if name == "unique_id" else 0)
        raise AttributeError(f"no employer attribute {name!r} with an array; there are {', '.join(_KNOWN)}")

    def get(
        self,
        attr_names: str | Sequence[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Values of an attribute, or a list of values for each employer when several are asked for."""
        check_missing(handle_missing)
        if isinstance(attr_names, str):
            if attr_names in _KNOWN:
                return list(self.array(attr_names).tolist())
        elif set(attr_names) <= set(_KNOWN):
            return [list(values) for values in zip(*(self.array(name).tolist() for name in attr_names), strict=True)]
        return super().get(attr_names, handle_missing, default_value)

    def agg(self, attribute: str | Sequence[str], func: Any) -> Any:
        """`func` of the attribute's values, or a list of results when several functions are given."""
        if isinstance(attribute, str) and attribute in _KNOWN:
            return aggregate(self.array(attribute), func)
        return super().agg(attribute, func)
