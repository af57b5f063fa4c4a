"""An employer as a Mesa agent: a view on one column of the arrays of employers, made on first touch and then kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..electorate.columns import IRA_FUND, PRODUCTS
from ..mesa.agent import ModelAgent

if TYPE_CHECKING:
    from .employer_set import EmployerSet
    from .state import Employers

ON_MENUS = PRODUCTS[1:IRA_FUND]
"""Products an employer may offer."""


class Employer(ModelAgent):
    """One model employer, the sponsor of a plan. Reading and writing go to the arrays of the world.

    Take employers from `world.agents_by_type[Employer]`; they exist in worlds where exposure evolves.
    """

    def __init__(self, model: Any, index: int) -> None:
        """View on employer `index`, from 0. IndexError outside, ValueError if there is a view already."""
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
        """Index and menu."""
        return f"<Employer {self.index}: {', '.join(self.menu) or 'nothing offered'}>"

    @property
    def _state(self) -> Employers:
        state: Employers = self.model.employers
        return state

    @property
    def sector(self) -> int:
        """Number of the sector, from 0."""
        return int(self._state.sector[self.index])

    @property
    def record_keeper(self) -> int:
        """Number of the record-keeper, from 0."""
        return int(self._state.record_keeper[self.index])

    @property
    def workers(self) -> int:
        """How many model voters work here."""
        return int(self._state.workers[self.index])

    @property
    def menu(self) -> tuple[str, ...]:
        """Names of the crypto products on the menu."""
        return tuple(name for number, name in enumerate(PRODUCTS) if self._state.offers[number, self.index])

    @property
    def options(self) -> int:
        """How many crypto products are on the menu."""
        return int(self._state.offers[:, self.index].sum())

    @property
    def offering(self) -> bool:
        """Whether any crypto product is on the menu."""
        return self.options > 0

    def offered_since(self, product: str) -> int:
        """Month in which a product came on the menu, -1 if it is not on it."""
        return int(self._state.offered_since[_number(product), self.index])

    def add_option(self, product: str) -> None:
        """Put a product on the menu, from the month that is about to be run on."""
        self._state.place(_number(product), self.index, self.model.month)

    def remove_option(self, product: str) -> None:
        """Take a product off the menu; who holds it keeps it, but nobody comes to hold it here."""
        self._state.take_off(_number(product), self.index)

    def remove(self) -> None:
        """Not possible: the number of employers is fixed. Always TypeError."""
        raise TypeError("an employer cannot be removed; their number is a parameter, employer.employers")


def _number(product: str) -> int:
    if product not in ON_MENUS:
        raise ValueError(f"an employer does not offer {product!r}; there are {', '.join(ON_MENUS)}")
    return PRODUCTS.index(product)
