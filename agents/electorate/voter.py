"""A voter as a Mesa agent: a view of the electorate's arrays, with methods for her perception, opinion and vote.

Her methods call the equations that the compiled kernels call (`*/equations.py`). They change no state: the world's
phases alone move the state, for all voters at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..mesa.agent import ModelAgent
from . import columns
from .accounts import equations as accounts
from .adoption import equations as adoption
from .adoption.coefficients import AdoptionCoefficients
from .demography import equations as demography
from .demography.coefficients import PeopleCoefficients
from .opinion import equations as opinion
from .opinion.coefficients import OpinionCoefficients
from .voting import equations as voting
from .voting.coefficients import VoteCoefficients

Question = Sequence[float] | npt.NDArray[np.float64]
"""Seven numbers that describe the stands of R and D: a row of the table of `expected_votes`."""


class Voter(ModelAgent):
    """One model voter. Every column of the electorate is an attribute: reading and writing go to the arrays.

    Take voters from `world.agents_by_type[Voter]`, which makes a view on first access and keeps it, so that the same
    row is always the same object. Other attributes that a user sets on a voter stay with this world: a fork starts
    with fresh views.

    A column of `columns.FIXED` is shared by the arms of a replicate; the first write gives this world its own copy.
    """

    def __init__(self, model: Any, index: int) -> None:
        """Create the view of row `index`, from 0. ValueError if the row has one already, IndexError outside."""
        population = model.agents_by_type[Voter]
        if not 0 <= index < len(model.electorate):
            raise IndexError(f"no voter {index}; the electorate has {len(model.electorate)}")
        if index in population.views:
            raise ValueError(f"voter {index} exists already: take world.agents_by_type[Voter][{index}]")
        # Not in Mesa's registry: the model registers the population as a whole, as a VoterSet.
        self.model = model
        self.pos = None
        self.index = index
        self.unique_id = population.first_number + index
        population.views[index] = self

    def __repr__(self) -> str:
        """Return index and side as text."""
        return f"<Voter {self.index} ({self.side})>"

    @property
    def side(self) -> str:
        """Return the party that the voter leans to, "R" or "D"."""
        return "R" if self.partisanship > 0.0 else "D"

    # Accounts

    @property
    def holder(self) -> bool:
        """Return whether the voter's retirement account holds crypto."""
        return adoption.has_holding(self.units)

    @property
    def price(self) -> float:
        """Return the price of the product she holds, USD a unit."""
        return float(self.model.product_prices[int(self.product)])

    @property
    def stake(self) -> float:
        """Return the value of the crypto held at this month's price, in years of income."""
        return accounts.stake(self.units, self.price, self.income)

    def next_account(
        self,
        products: npt.NDArray[np.float64],
        stock_return: float,
        bond_return: float,
        rebalancing: float,
        keep_share: float = 1.0,
    ) -> tuple[float, float, float]:
        """Return plan, IRA and units after a month of returns, payroll and trades; arguments as in `accounts_month`.

        A draw-down, where people age, comes later and is not included.
        """
        growth = accounts.account_growth(self.equity, stock_return, bond_return)
        plan = accounts.grown_plan(self.plan, growth, self.contribution)
        ira = accounts.grown_ira(self.ira, growth)
        if not accounts.is_holder(self.assigned_stake, self.units):
            return plan, ira, self.units
        number = int(self.product)
        price, _, new_money, is_open, limit, _ = map(float, products[:, number])
        units, plan, ira, _ = accounts.trade(
            self.units,
            plan,
            ira,
            self.assigned_stake,
            self.income,
            self.contribution,
            accounts.is_in_plan(self.eligible, number),
            price,
            new_money,
            is_open,
            limit,
            rebalancing,
            keep_share,
        )
        return plan, ira, units

    # Opinion

    @property
    def _opinion(self) -> OpinionCoefficients:
        coefficients: OpinionCoefficients = self.model.opinion_coefficients
        return coefficients

    def noticed_stake(self) -> float:
        """Return the share of attention that the stake takes, 0-1: saturates as it grows, 0 if it is not visible."""
        return opinion.noticed(self.stake, self.visibility, self._opinion.stake_half)

    def next_reference(self) -> float:
        """Return the reference price after this month, USD a unit; it does not change without a holding."""
        if not self.holder:
            return float(self.reference)
        return opinion.next_reference(self.reference, self.price, self.attention, self._opinion)

    def next_blame(self, openness: float) -> float:
        """Return the blame of permissive policy after a month under a policy of this openness."""
        goal = 0.0
        if self.holder:
            loss = opinion.price_loss(self.price, self.next_reference())
            goal = opinion.blame_goal(loss, self.visibility, openness, self._opinion)
        return opinion.next_blame(self.blame, goal, self._opinion)

    def opposition(self, silenced: float) -> float:
        """Return how far she opposes the policy, 0-1; silenced: share that a fully visible holding silences."""
        return opinion.opposition(self.opposed, self.visibility if self.holder else 0.0, silenced)

    def next_salience(self, threat: float, media: float, openness: float, fall: float) -> float:
        """Return the issue weight after a month with this threat; media: 1 with news of a restriction, else 0.

        openness, fall (share of the coin's price lost since its peak): what awakens those opposed to the policy.
        """
        c = self._opinion
        goal = opinion.calm_salience(media, c)
        if self.holder:
            goal = opinion.salience_goal(goal, self.noticed_stake(), threat, c)
        if c.public_usd > 0.0:
            goal += opinion.public_salience(accounts.years_of_income(c.public_usd, self.income), threat, c)
        opposition = self.opposition(c.silenced_attention)
        if opposition > 0.0:
            goal = opinion.opposed_salience(goal, opposition, opinion.opposed_attention(openness, fall, c))
        return opinion.next_salience(self.salience, goal, c)

    def next_ideal(self, openness: float, stand_r: float, stand_d: float) -> float:
        """Return the ideal policy after a month under a policy of this openness, with these stands of R and D."""
        c = self._opinion
        own = opinion.ownership_ideal(self.ideal_base, self.visibility, c) if self.holder else float(self.ideal_base)
        own = opinion.opposed_ideal(own, self.opposition(c.silenced_shift), c)
        cue = opinion.party_cue(self.partisanship, self.ideal_base, stand_r, stand_d, c)
        goal = opinion.ideal_goal(own, cue, self.next_blame(openness), openness, c)
        return opinion.next_ideal(self.ideal, goal, c)

    def next_grievance(self) -> float:
        """Return the grievance after a month of forgetting, if no restriction comes into force."""
        return opinion.next_grievance(self.grievance, self._opinion)

    # Vote

    @property
    def _vote(self) -> VoteCoefficients:
        coefficients: VoteCoefficients = self.model.vote_coefficients
        return coefficients

    def felt_loss(self) -> float:
        """Return the prospect value of losing her holding and her share of a public fund, positive."""
        return voting.felt_loss(self.units, self.price, self.income, self.visibility, self.belief, self._vote)

    def feared_loss(self, size: float) -> float:
        """Return the prospect value of her loss under a stand whose `feared_size` is `size`."""
        return self.felt_loss() * size

    def grievance_after(self, size: float, sign: float) -> float:
        """Return the grievance after a restriction of this `feared_size`; sign: 1 if D is behind it, -1 if R is."""
        return voting.grievance_after(self.grievance, self.felt_loss(), size, sign)

    def credit(self) -> float:
        """Return the credit or blame of the party in office for her own gains, in logit, positive to R."""
        return self.own_terms()[2]

    def own_terms(self) -> voting.OwnTerms:
        """Return the terms of her stakes in her vote: feared loss, attention, credit, relief, dislike of a backstop."""
        return voting.own_terms(
            self.units,
            self.price,
            self.reference,
            self.visibility,
            self.income,
            self.belief,
            self.partisanship,
            self.model.incumbent_sign,
            self._vote,
        )

    def ballot(self, question: Question, shift: float = 0.0, presidential: bool = True) -> tuple[float, float]:
        """Return the utility of R over D (logit) and the probability that she turns out, at two stands.

        question: see `Question`; shift: national shift in logit towards R; presidential: which turnout habit counts.
        """
        return voting.ballot(
            self.own_terms(),
            self.partisanship,
            self.turnout_presidential if presidential else self.turnout_midterm,
            self.ideal,
            self.salience,
            self.grievance,
            shift,
            self.model.threat,
            tuple(map(float, question)),
            self.model.parameters.channels.turnout,
            self._vote,
        )

    def utility(self, question: Question, shift: float = 0.0) -> float:
        """Return the utility of R over D at two stands, in logit."""
        return self.ballot(question, shift)[0]

    def probability_to_turn_out(self, question: Question, shift: float = 0.0, presidential: bool = True) -> float:
        """Return the probability that she votes at all."""
        return self.ballot(question, shift, presidential)[1]

    def probability_to_vote_for(
        self, party: str, question: Question, shift: float = 0.0, presidential: bool = True
    ) -> float:
        """Return the probability that she turns out and votes for a party, "R" or "D"; ValueError for any other."""
        if party not in ("R", "D"):
            raise ValueError(f"no party {party!r}; voters choose between R and D")
        utility, turnout = self.ballot(question, shift, presidential)
        return voting.expected_vote(turnout, voting.logistic(utility))[party == "D"]

    # Adoption and demography

    def acting_chance(self, t: AdoptionCoefficients) -> float:
        """Return the probability that she reconsiders her account within a month, where exposure evolves."""
        return adoption.acting_chance(self.attention, t)

    def holding_odds(self, neutral: float, common: float, share: float, t: AdoptionCoefficients) -> float:
        """Return the odds that she chooses to hold; arguments as in the equation, share: of her neighbours who hold."""
        return adoption.holding_odds(neutral, common, self.ideal, self.age, share, t)

    def death_chance(self, c: PeopleCoefficients) -> float:
        """Return the probability that she dies within a month, where people age."""
        return demography.death_chance(self.age, c)

    def remove(self) -> None:
        """Raise TypeError: the electorate has a fixed number of rows."""
        raise TypeError("a voter cannot be removed; an electorate of another size is a parameter, electorate.voters")

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # noqa: D105
        def __setattr__(self, name: str, value: Any) -> None: ...  # noqa: D105


DERIVED = ("holder", "side", "stake")
"""Attributes of a voter that follow from the columns and cannot be written."""


def derived(world: Any, name: str, rows: npt.NDArray[np.int64] | slice) -> npt.NDArray[Any]:
    """Return a derived attribute of some rows of the electorate, in their order; equal to the voters' own."""
    fixed, dynamic = world.electorate.fixed, world.electorate.dynamic
    if name == "holder":
        return np.asarray(dynamic[columns.UNITS, rows] > 0.0)
    if name == "side":
        return np.where(fixed[columns.PARTISANSHIP, rows] > 0.0, "R", "D")
    return np.asarray(world.electorate.stakes(world.product_prices)[rows])


def write(world: Any, name: str, rows: npt.NDArray[np.int64] | slice | int, value: Any) -> None:
    """Write one column of some rows: a number for all, or one for each.

    A blind poll's shadow electorate keeps its own changing columns, as it does in the model; fixed ones it shares.
    """
    electorate = world.electorate
    if name in columns.FIXED:
        population = world.agents_by_type[Voter]
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
