"""State of a world: the values that a month changes, and those that its forks share. Phases take only the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from ..agents.draws import Draws
from ..agents.electorate.electorate import Electorate
from ..agents.electorate.opinion.coefficients import OpinionCoefficients
from ..agents.electorate.voting.coefficients import VoteCoefficients
from ..agents.employer.state import Employers
from ..agents.party.state import PartyState
from ..agents.perception import Option, PollReport, Stand
from ..agents.regulator.docket import Docket
from ..agents.regulator.state import RegulatorState
from .derived import Derived, derive
from .economy.employers import build_employers
from .economy.market import MarketState
from .economy.products import standing_table
from .economy.public_fund import PublicFund
from .elections.national_vote import Congress, ElectionResult
from .interventions import DatedEvent, Interventions
from .parameters.fixed import refuse_fixed
from .parameters.tree import Parameters
from .policy.events import Event
from .policy.law import Law, Provision, binding_layer, effective, friendly_provision, openness, platform_stand, stand_of
from .policy.lawsuit import Suit
from .population.demography import PeopleState, people_at_fork
from .population.network import Network
from .record import Month

Reals = npt.NDArray[np.float64]
Copy = Callable[[Any], Any]
AT_FORK = "at fork"
"""Key of a field's metadata: the function that copies its value for a fork, None where both hold the same object."""


def _fork(value: Any) -> Any:
    return None if value is None else value.fork()


def _forks(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.fork() for name, value in values.items()}


def _nothing(_: Any) -> None:
    return None


SHARED: dict[str, Copy | None] = {AT_FORK: None}
"""A fork shares the value, which is never changed in place, only replaced."""
FORKED, FORKED_EACH, LISTED, UNSHOWN = ({AT_FORK: copy} for copy in (_fork, _forks, list, _nothing))
"""A fork gets a copy: of an object, of each object of a dictionary, of a list; or nothing."""


@dataclass(slots=True, eq=False)
class WorldState:
    """Everything that a month of one world reads or changes.

    Roles are author and opponent of the friendly policy. sign is +1 where the author is R. blind is the shadow
    electorate without stakes that answers blind polls. product_prices: one per product, 1 at month 0. USD are real and
    of the whole population, except account_totals (flow, contributions, gains, held, withdrawals of model voters).
    dated: events by month (`dated_events`). shown_by: the Mesa model that shows the state, None for a bare state.
    """

    parameters: Parameters = field(metadata=SHARED)
    derived: Derived = field(metadata=SHARED)
    draws: Draws = field(metadata=SHARED)
    month: int = field(metadata=SHARED)
    sign: float = field(metadata=SHARED)
    citizens_per_voter: float = field(metadata=SHARED)
    # Voters, employers and the network
    electorate: Electorate = field(metadata=FORKED)
    blind: Electorate | None = field(metadata=FORKED)
    opinion_coefficients: OpinionCoefficients = field(metadata=SHARED)
    vote_coefficients: VoteCoefficients = field(metadata=SHARED)
    people: PeopleState | None = field(metadata=SHARED)
    deaths: int = field(metadata=SHARED)
    network: Network | None = field(metadata=SHARED)
    employers: Employers | None = field(metadata=FORKED)
    # Market and accounts
    market: MarketState = field(metadata=SHARED)
    product_prices: Reals = field(metadata=SHARED)
    prices_before: Reals = field(metadata=SHARED)
    product_flows: Reals = field(metadata=SHARED)
    fund: PublicFund = field(metadata=SHARED)
    account_totals: tuple[float, float, float, float, float] = field(metadata=SHARED)
    socialised_usd: float = field(metadata=SHARED)
    # Law and policy in force
    law: Law = field(metadata=SHARED)
    in_force: Provision = field(metadata=SHARED)
    binding: str = field(metadata=SHARED)
    openness: float = field(metadata=SHARED)
    stand_in_force: Stand = field(metadata=SHARED)
    standing_products: Reals = field(metadata=SHARED)
    friendly_pending: bool = field(metadata=SHARED)
    released: bool = field(metadata=SHARED)
    # Offices
    parties: dict[str, PartyState] = field(metadata=FORKED_EACH)
    agencies: dict[str, RegulatorState] = field(metadata=FORKED_EACH)
    in_office: str = field(metadata=SHARED)
    next_government: str | None = field(metadata=SHARED)
    term_start: int = field(metadata=SHARED)
    terms_in_office: int = field(metadata=SHARED)
    docket: Docket | None = field(metadata=SHARED)
    announced: Stand | None = field(metadata=SHARED)
    threat: float = field(metadata=SHARED)
    news: float = field(metadata=SHARED)
    congress: Congress = field(metadata=SHARED)
    elected_congress: Congress | None = field(metadata=SHARED)
    suits: list[Suit] = field(metadata=LISTED)
    last_poll: tuple[PollReport, tuple[str, ...]] | None = field(metadata=SHARED)
    # Imposed by an experiment
    imposed_congress: dict[int, Congress] | None = field(metadata=SHARED)
    interventions: Interventions = field(metadata=SHARED)
    dated: tuple[DatedEvent, ...] = field(metadata=SHARED)
    shown_by: Any = field(metadata=UNSHOWN)
    # History
    events: list[Event] = field(metadata=LISTED)
    results: list[ElectionResult] = field(metadata=LISTED)
    record: list[Month] = field(metadata=LISTED)

    def party(self, role: str) -> PartyState:
        """Return the party of a role."""
        return self.parties[role]

    @property
    def incumbent_sign(self) -> float:
        """Return +1 if the R party is in office, -1 if D is."""
        return self.sign if self.in_office == "author" else -self.sign

    def stand(self, role: str) -> Stand:
        """Return a party's stand as voters judge it.

        In office: its announcement, or the policy in force. Out of office: its platform.
        """
        if role != self.in_office:
            return platform_stand(self.parties[role].platform, self.parameters.policy.warn_floor)
        if self.announced is not None:
            return self.announced
        return self.stand_in_force

    def refresh_policy(self) -> None:
        """Set the policy in force after a change of law."""
        self.in_force = effective(self.law)
        self.binding = binding_layer(self.law)
        self.openness = openness(self.in_force, self.parameters.policy.cap)
        self.stand_in_force = stand_of(self.in_force, self.parameters.policy.cap)
        self._refresh_products()

    def _refresh_products(self) -> None:
        derived, cap = self.derived, self.parameters.policy.cap
        self.standing_products = standing_table(derived.allocations, derived.coin_shares, cap, self.law, self.in_force)

    def take_friendly_policy(self) -> None:
        """Put the author's policy into force on its layer."""
        self.friendly_pending = False
        provision = friendly_provision(self.parameters, self.month)
        self.law = self.law.with_layer(self.law.layer, provision)
        self.announced = self.docket.option.stand if self.docket is not None else None
        self.refresh_policy()

    def losses_usd(self) -> float:
        """Return savers' losses below their reference points, in USD of the whole population."""
        electorate = self.electorate
        fallen = electorate.column("reference") - electorate.unit_prices(self.product_prices)
        lost = electorate.column("units").astype(float) * fallen.clip(min=0.0)
        return float(lost.sum()) * self.citizens_per_voter

    def take_over_losses(self) -> None:
        """Let a public backstop take over a share of savers' past and feared losses (ODD: take_over_losses)."""
        p, c = self.parameters, self.vote_coefficients
        if self.socialised_usd == 0.0:
            self.socialised_usd = p.party.support_share * self.losses_usd()
        self.vote_coefficients = c._replace(
            loss_aversion=c.loss_aversion * (1.0 - p.party.support_share) ** c.curvature
        )

    def note(self, kind: str, role: str, option: Option, restrictive: bool) -> None:
        """Add an event to the log."""
        self.events.append(Event(self.month, kind, role, option.name, option.instrument, restrictive))

    def fork(self, parameters: Parameters | None = None) -> WorldState:
        """Return a copy that changes independently from now on, on the same draws.

        parameters, if not None, replace the tree from now on; population, network and history stay. ParameterError
        names all parameters that are fixed when a world is built (`parameters.fixed`), in one line.
        """
        if parameters is not None:
            refuse_fixed(self.parameters, parameters, "at a fork")
        # A view of the same memory: Voter agents copy the block before they write, unless it is the one they copied.
        self.electorate.fixed = self.electorate.fixed.view()
        if self.blind is not None:
            self.blind.fixed = self.electorate.fixed
        twin = WorldState.__new__(WorldState)
        for name, copy in _AT_FORK:
            value = getattr(self, name)
            setattr(twin, name, value if copy is None else copy(value))
        if parameters is not None:
            twin.take_parameters(parameters)
        if twin.people is not None:
            twin.electorate.own_people(twin.blind)
        return twin

    def take_parameters(self, parameters: Parameters) -> None:
        """Replace the tree from now on, unchecked: `parameters.fixed.refuse_fixed` names what may not change."""
        self.parameters, self.derived = parameters, derive(parameters)
        self.people = people_at_fork(self.people, parameters)
        share = self.vote_coefficients.public_usd
        self.opinion_coefficients = self.derived.opinion._replace(public_usd=share)
        self.vote_coefficients = self.derived.vote._replace(public_usd=share)
        self.refresh_policy()
        if self.law.support:
            self.take_over_losses()
        if parameters.exposure.evolves and self.employers is None:
            self.employers = build_employers(parameters, self.draws, self.electorate)


_AT_FORK: tuple[tuple[str, Copy | None], ...] = tuple(
    (each.name, each.metadata[AT_FORK]) for each in fields(WorldState)
)
