"""An employer as a Mesa agent: a view on one column of the arrays of employers, and its decisions.

Decisions call the functions that the model calls for all employers at once (`decisions.py`); they change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from mesa.agent import AgentSet

from ..electorate.columns import IRA_FUND, PRODUCTS
from ..mesa.agent import ModelAgent
from ..mesa.lazy_agent_set import LazySet, aggregate, check_missing
from .decisions import addition_probabilities, imitation, opening, readiness_probability, removal_probability
from .parameters import EmployerParameters
from .state import Employers

ON_MENUS = PRODUCTS[1:IRA_FUND]
"""Products an employer may offer."""


class Employer(ModelAgent):
    """One model employer, the sponsor of a plan. Reading and writing go to the arrays of the world.

    Take employers from `world.agents_by_type[Employer]`; they exist in worlds where exposure evolves.
    """

    def __init__(self, model: Any, index: int) -> None:
        """Create the view of employer `index`, from 0. IndexError outside, ValueError if it has a view already."""
        population: EmployerSet = model.agents_by_type[Employer]
        if not 0 <= index < model.employers.number:
            raise IndexError(f"no employer {index}; there are {model.employers.number}")
        if index in population.views:
            raise ValueError(f"employer {index} exists already: take world.agents_by_type[Employer][{index}]")
        self.model = model
        self.pos = None
        self.index = index
        self.unique_id = population.first_number + index
        population.views[index] = self

    def __repr__(self) -> str:
        """Return index and menu as text."""
        return f"<Employer {self.index}: {', '.join(self.menu) or 'nothing offered'}>"

    @property
    def _state(self) -> Employers:
        state: Employers = self.model.employers
        return state

    @property
    def sector(self) -> int:
        """Return the number of the sector, from 0."""
        return int(self._state.sector[self.index])

    @property
    def record_keeper(self) -> int:
        """Return the number of the record-keeper, from 0."""
        return int(self._state.record_keeper[self.index])

    @property
    def workers(self) -> int:
        """Return the number of model voters who work here."""
        return int(self._state.workers[self.index])

    @property
    def menu(self) -> tuple[str, ...]:
        """Return the names of the crypto products on the menu."""
        return tuple(name for number, name in enumerate(PRODUCTS) if self._state.offers[number, self.index])

    @property
    def options(self) -> int:
        """Return the number of crypto products on the menu."""
        return int(self._state.offers[:, self.index].sum())

    @property
    def offering(self) -> bool:
        """Return whether any crypto product is on the menu."""
        return self.options > 0

    @property
    def ready(self) -> bool:
        """Return whether the record-keeper's platform carries crypto."""
        return bool(self._state.ready_since[self.record_keeper] >= 0)

    @property
    def _parameters(self) -> EmployerParameters:
        parameters: EmployerParameters = self.model.parameters.employer
        return parameters

    def opening(self) -> float:
        """Return the factor of the policy in force on the rate of adding options, 1 at a safe harbour."""
        return opening(self.model.openness, self._parameters)

    def readiness_probability(self) -> float:
        """Return the monthly probability that a record-keeper becomes ready."""
        return readiness_probability(self.model.openness, self._parameters)

    def imitation(self, peers: float) -> float:
        """Return the factor of imitation on the rate of adding options; peers: share of peers that offer any."""
        return float(imitation(peers, self._parameters))

    def addition_probability(self, rate: float, peers: float, suit: float = 0.0, crash: float = 0.0) -> float:
        """Return the monthly probability of adding an option under the policy in force.

        rate: a month at a safe harbour, see `offer_rate`; peers: share of peers that offer any; suit, crash: 0 or 1.
        """
        peers_offering, ready, offering = (np.array([float(fact)]) for fact in (peers, self.ready, self.offering))
        chances = addition_probabilities(
            rate, self.model.openness, peers_offering, ready, offering, suit, crash, self._parameters
        )
        return float(chances[0])

    def removal_probability(self, suit: float = 0.0, crash: float = 0.0) -> float:
        """Return the monthly probability of taking an option off the menu; suit, crash: 0 or 1."""
        return removal_probability(suit, crash, self._parameters)

    def offered_since(self, product: str) -> int:
        """Return the month in which a product came on the menu, -1 if it is not on it."""
        return int(self._state.offered_since[_number(product), self.index])

    def add_option(self, product: str) -> None:
        """Put a product on the menu, from the next month on."""
        self._state.place(_number(product), self.index, self.model.month)

    def remove_option(self, product: str) -> None:
        """Take a product off the menu; holders keep their holdings, but no worker here can adopt the product."""
        self._state.take_off(_number(product), self.index)

    def remove(self) -> None:
        """Raise TypeError: the number of employers is fixed."""
        raise TypeError("an employer cannot be removed; their number is a parameter, employer.employers")


def _number(product: str) -> int:
    if product not in ON_MENUS:
        raise ValueError(f"an employer does not offer {product!r}; there are {', '.join(ON_MENUS)}")
    return PRODUCTS.index(product)


_KNOWN = ("index", "unique_id", "sector", "record_keeper", "workers", "options", "offering")


class EmployerSet(LazySet):
    """The employers of a world; a selection of some of them is Mesa's own AgentSet."""

    def __init__(self, world: Any) -> None:
        """Assign numbers to the employers, after those of all other agents."""
        self.world = world
        self.views: dict[int, Employer] = {}
        self.first_number = world.reserve_agent_numbers(world.employers.number)

    @property
    def random(self) -> Random:
        """Return the model's generator."""
        generator: Random = self.world.random
        return generator

    def __len__(self) -> int:
        """Return the number of employers."""
        return int(self.world.employers.number)

    def __contains__(self, agent: object) -> bool:
        """Return whether the agent is an employer of this world."""
        return isinstance(agent, Employer) and agent.model is self.world

    def __copy__(self) -> Any:
        """Return Mesa's set of the same employers."""
        return self._subset(self)

    def __repr__(self) -> str:
        """Return the number of employers as text."""
        return f"<EmployerSet of {len(self)} employers>"

    def _agent(self, position: int) -> Employer:
        known = self.views.get(position)
        return Employer(self.world, position) if known is None else known

    def _subset(self, agents: Iterable[Employer]) -> Any:
        return AgentSet(agents, self.random)

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return an attribute as an array. AttributeError if it has none."""
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
        """Return the values of an attribute, or a list of values for each employer when several are asked for."""
        check_missing(handle_missing)
        if isinstance(attr_names, str):
            if attr_names in _KNOWN:
                return list(self.array(attr_names).tolist())
        elif set(attr_names) <= set(_KNOWN):
            return [list(values) for values in zip(*(self.array(name).tolist() for name in attr_names), strict=True)]
        return super().get(attr_names, handle_missing, default_value)

    def agg(self, attribute: str | Sequence[str], func: Any) -> Any:
        """Return `func` of the attribute's values, or a list of results when several functions are given."""
        if isinstance(attribute, str) and attribute in _KNOWN:
            return aggregate(self.array(attribute), func)
        return super().agg(attribute, func)
