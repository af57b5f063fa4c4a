"""A public fund that may hold crypto, and a public backstop of savers' losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from political_moat import Parameters, World
from political_moat.agents.electorate import columns
from political_moat.agents.party.decisions import win_probability
from political_moat.model.economy.public_fund import PublicFund, fund_month, fund_target
from political_moat.model.elections.questions import relieved_size
from political_moat.model.phases.agenda import available_options
from political_moat.model.phases.pipeline import take_effect
from political_moat.model.phases.polling import ask

SMALL: dict[str, Any] = {"electorate.voters": 1000, "exposure.breadth": 0.3}
FUND = {**SMALL, "fund.active": True, "fund.crypto_share": 0.05}


def world_of(values: dict[str, Any], months: int, seed: int = 3) -> World:
    world = World(Parameters().with_values(values), seed)
    world.advance(months)
    return world


def test_without_the_switch_there_is_no_fund() -> None:
    world = world_of({**SMALL, "fund.crypto_share": 0.1}, 24)
    assert world.fund == PublicFund()
    assert world.vote_coefficients.public_usd == 0.0


def test_at_a_steady_price_the_fund_closes_the_gap_as_a_declining_balance() -> None:
    """A share 1/months of the gap each month: after n months (1 - 1/months)^n of it is left."""
    p = Parameters().with_values(FUND)
    fund, goal = PublicFund(), fund_target(0.75, p)
    assert goal == pytest.approx(0.05 * 2700e9)
    for _ in range(60):
        fund = fund_month(fund, 2.0, 0.75, p)
    assert fund.units * 2.0 == pytest.approx(goal * (1.0 - (1.0 - 1.0 / 24.0) ** 60), rel=1e-12)


def test_what_the_fund_buys_is_what_it_holds_and_moves_the_market() -> None:
    world = World(Parameters().with_values({**FUND, "exposure.breadth": 0.0}), 3)
    bought = 0.0
    for _ in range(36):
        world.advance(1)
        bought += world.fund.flow / world.market.price
        assert world.market.flow == pytest.approx(world.fund.flow + world.account_totals[0], rel=1e-12)
        assert world.market.held == pytest.approx(world.fund.units * world.market.price, rel=1e-12)
    assert world.fund.units == pytest.approx(bought, rel=1e-9)
    assert bought > 0.0


def test_below_the_least_openness_the_fund_sells_and_never_goes_short() -> None:
    p = Parameters().with_values(FUND)
    fund = PublicFund(units=1e10)
    for _ in range(200):
        fund = fund_month(fund, 1.0, 0.25, p)
        assert fund.flow <= 0.0 <= fund.units
    assert fund.units < 1e7


def test_a_fund_that_nobody_sees_changes_no_vote_and_a_seen_one_does() -> None:
    """The price moves with the fund, so impact is off: what is left is what citizens see."""
    quiet = {**SMALL, "exposure.breadth": 0.0, "channels.price_impact": False, "channels.depth": False}
    seen = {**quiet, "fund.active": True, "fund.crypto_share": 0.1}
    without, blind, watched = (
        [one.author_share for one in world_of(values, 96).results]
        for values in (quiet, {**seen, "fund.visibility": 0.0}, {**seen, "fund.visibility": 1.0})
    )
    assert blind == without
    assert watched != without


def fallen_world(breadth: float, visibility: float = 1.0) -> World:
    values = {
        **SMALL,
        "exposure.breadth": breadth,
        "exposure.visibility": visibility,
        "party.support_move": True,
        "market.crash_month": 47,
        "market.crash_size": -1.2,
        "voting.asset_vote_effect": 6.0,
    }
    world = world_of(values, 48)
    world.released = True
    return world


def support_gain(world: World) -> float:
    """Points of the vote that announcing a backstop brings the author, by the panel."""
    options = {one.name: one for one in available_options(world)}
    assert "support" in options, "after a fall of 30% the move is on the menu"
    rival = world.stand("opponent")
    hold, support = ask(world, "author", [(options[name].stand, rival) for name in ("hold", "support")]).shares
    return 100.0 * (support - hold)


def test_the_more_savers_have_lost_the_more_votes_a_backstop_brings() -> None:
    gains = [support_gain(fallen_world(breadth)) for breadth in (0.0, 0.1, 0.3, 0.6)]
    assert gains == sorted(gains)
    assert gains[-1] > 0.1
    assert gains[0] < 0.0, "without savers in it a backstop only costs taxpayers' votes"
    assert win_probability(0.5 + 0.01 * gains[-1], 0.039) > win_probability(0.5, 0.039)


def test_losses_that_nobody_sees_bring_no_votes() -> None:
    assert support_gain(fallen_world(0.3, visibility=0.0)) == pytest.approx(support_gain(fallen_world(0.0)), abs=1e-9)


def test_a_backstop_in_force_writes_down_what_is_socialised_and_softens_losses() -> None:
    world = fallen_world(0.3)
    option = next(one for one in available_options(world) if one.name == "support")
    before = world.vote_coefficients.loss_aversion
    units = world.electorate.column("units").astype(float)
    lost = float((units * np.maximum(0.0, world.electorate.column("reference") - world.market.price)).sum())
    take_effect(world, option, "author", world.month, False)
    share = world.parameters.party.support_share
    assert world.socialised_usd == pytest.approx(share * lost * world.citizens_per_voter, rel=1e-5)
    assert world.vote_coefficients.loss_aversion == pytest.approx(before * (1.0 - share) ** 0.88)
    twin = world.fork(world.parameters)
    assert twin.socialised_usd == world.socialised_usd
    assert twin.vote_coefficients == world.vote_coefficients
    assert "support" not in {one.name for one in available_options(world)}


@pytest.mark.parametrize("curvature", [0.5, 0.88, 1.0])
@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_relief_is_the_fall_in_prospect_value(share: float, curvature: float) -> None:
    p = Parameters().with_values({"opinion.curvature": curvature})
    loss = 0.3
    felt, left = loss**curvature, ((1.0 - share) * loss) ** curvature
    assert relieved_size(p, share) == pytest.approx((felt - left) / felt)


def test_every_product_a_voter_may_hold_has_a_price() -> None:
    world = world_of(SMALL, 6)
    assert world.product_prices.shape == (len(columns.PRODUCTS),)
    assert world.product_prices[columns.ASSIGNED] == world.market.price
