"""Courts: suits against rules, what a court is told of reliance, vacatur."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from ...agents.electorate.columns import VISIBILITY
from ...agents.perception import Option
from ...agents.regulator.docket import vacatur_probability
from ..policy.events import Event
from ..policy.law import Law
from ..policy.lawsuit import Suit

if TYPE_CHECKING:
    from ..world import World


def sue(world: World, option: Option, before: Law, role: str, started: int, restricts: bool) -> None:
    """A new rule is challenged or not; the court decides after a wait."""
    p = world.parameters.regulator
    if world.draws.uniform(f"suit {role}", option.number, started) >= p.suit_probability:
        return
    wait = -math.log(world.draws.uniform(f"court {role}", option.number, started)) * p.court_months
    provision = world.law.rule
    if provision is not None:
        world.suits.append(Suit(provision, before, option.stand, role, world.month + wait, restricts))


def reliance(world: World) -> float:
    """Mean visible, unprotected stake of the electorate: what a court is told of reliance (the declared exception)."""
    p = world.parameters
    if not p.channels.reliance or p.regulator.reliance_weight == 0.0:
        return 0.0
    return mean_visible_stake(world) * (1.0 - p.exposure.grandfathering)


def mean_visible_stake(world: World) -> float:
    """Mean over all voters of the stake held now times its visibility, in years of income."""
    return float((world.electorate.stakes(world.product_prices) * world.electorate.dynamic[VISIBILITY]).mean())


def decide_suit(world: World, suit: Suit) -> None:
    """A court upholds a rule or strikes it down; a suit against a rule that no longer stands lapses."""
    if world.law.rule != suit.provision:
        return
    draw = world.draws.uniform(f"vacatur {suit.role}", 0, suit.provision.month)
    relied = reliance(world) if suit.restrictive else 0.0
    if draw >= vacatur_probability(relied, world.parameters.regulator):
        world.events.append(Event(world.month, "upheld", suit.role, "", "rule", False))
        return
    was = world.openness
    world.law = replace(world.law, rule=suit.before.rule, former=suit.before.former)
    world.refresh_policy()
    if suit.role == world.in_office:
        world.announced = suit.stand
    world.events.append(Event(world.month, "vacated", suit.role, "", "rule", world.openness > was))
