"""Courts: suits against rules, reliance, vacatur."""

from __future__ import annotations

import math
from dataclasses import replace

from ...agents.electorate.columns import VISIBILITY
from ...agents.perception import Option
from ...agents.regulator.docket import vacatur_probability
from ..policy.events import Event
from ..policy.law import Law
from ..policy.lawsuit import Suit
from ..state import WorldState


def sue(state: WorldState, option: Option, before: Law, role: str, started: int, restricts: bool) -> None:
    """Draw whether a new rule is challenged, and the month of the court's decision."""
    p = state.parameters.regulator
    if state.draws.uniform(f"suit {role}", option.number, started) >= p.suit_probability:
        return
    wait = -math.log(state.draws.uniform(f"court {role}", option.number, started)) * p.court_months
    provision = state.law.rule
    if provision is not None:
        state.suits.append(Suit(provision, before, option.stand, role, state.month + wait, restricts))


def reliance(state: WorldState) -> float:
    """Return the reliance that a court weighs: mean visible, unprotected stake of the electorate, years of income.

    A declared exception: apart from donors' pledges, no other institution takes account of stakes.
    """
    p = state.parameters
    if not p.channels.reliance or p.regulator.reliance_weight == 0.0:
        return 0.0
    return mean_visible_stake(state) * (1.0 - p.exposure.grandfathering)


def mean_visible_stake(state: WorldState) -> float:
    """Return the mean over all voters of the present stake times its visibility, in years of income."""
    return float((state.electorate.stakes(state.product_prices) * state.electorate.dynamic[VISIBILITY]).mean())


def decide_suit(state: WorldState, suit: Suit) -> None:
    """Draw whether a court upholds a rule or strikes it down; a suit against a rule no longer in force lapses."""
    if state.law.rule != suit.provision:
        return
    draw = state.draws.uniform(f"vacatur {suit.role}", 0, suit.provision.month)
    relied = reliance(state) if suit.restrictive else 0.0
    if draw >= vacatur_probability(relied, state.parameters.regulator):
        state.events.append(Event(state.month, "upheld", suit.role, "", "rule", False))
        return
    was = state.openness
    state.law = replace(state.law, rule=suit.before.rule, former=suit.before.former)
    state.refresh_policy()
    if suit.role == state.in_office:
        state.announced = suit.stand
    state.events.append(Event(state.month, "vacated", suit.role, "", "rule", state.openness > was))
