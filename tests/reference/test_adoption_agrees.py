"""Adoption kernels and menus agree with the plain reference, which was written from docs/odd/adoption.md."""

from __future__ import annotations

from typing import Any

import numpy as np
import plain_adoption as plain
import plain_electorate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_world import PlainWorld
from test_kernels_agree import electorate
from test_mesa_loop_agrees import BUSY, EXPOSED, close, decisions_agree, voters_agree

from political_moat import Parameters, World
from political_moat.agents.draws import Draws, month_key
from political_moat.agents.electorate import columns as at
from political_moat.agents.electorate.adoption.coefficients import (
    ADOPTED,
    BOUGHT,
    LEFT,
    SOLD,
    STREAMS,
    AdoptionCoefficients,
)
from political_moat.agents.electorate.adoption.kernel import adoption_month, holdings
from political_moat.agents.employer.state import Employers
from political_moat.model.economy.employers import Climate, menus_month, offer_rate, offering_path
from political_moat.model.economy.products import per_product

TOLERANCE = 1e-5
SHARES = st.sampled_from((0.0, 1.0)) | st.floats(0.0, 1.0)
EMPLOYERS = 5
QUICK = settings(max_examples=150, deadline=None)


@st.composite
def terms(draw: st.DrawFn) -> AdoptionCoefficients:
    return AdoptionCoefficients(
        odds_plan=draw(st.sampled_from((0.0, 0.05, 1.0, 50.0))),
        odds_ira=draw(st.sampled_from((0.0, 0.02, 5.0))),
        inertia=draw(SHARES),
        attention_slope=draw(SHARES),
        attitude_weight=draw(st.floats(0.0, 6.0)),
        neutral_ideal=0.4,
        age_weight=draw(st.floats(-0.5, 0.5)),
        neutral_age=45.0,
        neighbour_weight=draw(st.floats(0.0, 6.0)),
        share_holding=draw(SHARES),
        giving_up=draw(st.sampled_from((0.0, 1.0))),
        fall_threshold=draw(st.floats(0.0, 0.9)),
        fall_hazard=draw(st.floats(0.0, 5.0)),
        warning_hazard=draw(st.sampled_from((0.0, 0.5))),
        default_share=draw(SHARES),
    )


@st.composite
def months(draw: st.DrawFn) -> tuple[Any, ...]:
    """An electorate with employers, menus, products and a network or none."""
    seed, voters = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 40))
    fixed, dynamic = electorate(seed, voters, draw(st.sampled_from((0.0, 0.4, 1.0))))
    random = np.random.default_rng(seed + 1)
    fixed[at.EMPLOYER] = np.where(fixed[at.ELIGIBLE] > 0.0, random.integers(-1, EMPLOYERS, voters), -1)
    offers = (random.random((len(at.PRODUCTS), EMPLOYERS)) < draw(SHARES)).astype(np.int8)
    offers[[at.ASSIGNED, at.IRA_FUND]] = 0
    taken = ((random.random(offers.shape) < 0.3) & (offers == 0)).astype(np.int8)
    table = np.ones((4, len(at.PRODUCTS)))
    table[0] = np.exp(random.normal(0, 0.8, len(at.PRODUCTS)))
    table[1] = random.choice([0.0, 0.02, 0.3, 1.0], len(at.PRODUCTS))
    table[2] = random.random(len(at.PRODUCTS))
    table[3] = random.choice([0.0, 0.25, 0.5], len(at.PRODUCTS))
    starts, neighbours = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    if draw(st.booleans()):
        starts = np.concatenate([[0], np.cumsum(random.integers(0, 4, voters))])
        neighbours = random.integers(0, voters, starts[-1])
    holds = dynamic[at.UNITS] > 0.0
    keys = np.array([month_key(Draws(seed, 0).key(name), 7) for name in STREAMS], dtype=np.uint64)
    common = draw(st.floats(-2.0, 2.0)), draw(st.floats(-2.0, 2.0))
    return fixed, dynamic, offers, taken, table, starts, neighbours, holds, keys, *common, draw(terms())


@QUICK
@given(months())
def test_a_month_of_adoption_is_that_of_the_reference(month: tuple[Any, ...]) -> None:
    fixed, dynamic, *rest = month
    voters = plain_electorate.people(fixed, dynamic)
    got = adoption_month(fixed, dynamic, *rest)
    expected = plain.adoption_month(voters, *rest)
    np.testing.assert_allclose(got, np.array(expected), rtol=1e-9, atol=1e-9)
    for row, name in enumerate(at.DYNAMIC):
        np.testing.assert_allclose(
            dynamic[row], [getattr(voter, name) for voter in voters], rtol=TOLERANCE, atol=TOLERANCE, err_msg=name
        )
    np.testing.assert_allclose(holdings(fixed, dynamic), np.array(plain.holdings(voters)), rtol=1e-9)


@QUICK
@given(months())
def test_an_exchange_moves_no_wealth_and_counts_every_unit(month: tuple[Any, ...]) -> None:
    """Money that buys leaves the account, money from sales comes back; units at the price are what was exchanged."""
    fixed, dynamic, *rest = month
    price = rest[2][0]

    def state() -> tuple[Any, Any, Any]:
        now = dynamic.astype(np.float64)
        value = now[at.UNITS] * price[dynamic[at.PRODUCT].astype(int)]
        return now[at.PLAN] + now[at.IRA] + value, holdings(fixed, dynamic), dynamic[at.UNITS] > 0.0

    wealth, held, holding = state()
    totals = adoption_month(fixed, dynamic, *rest)
    wealth_after, held_after, holding_after = state()
    size = float(np.maximum(wealth, wealth_after).sum()) + 1.0
    assert np.all(np.abs(wealth_after - wealth) <= 4.0 * 2.0**-24 * np.maximum(wealth, 1.0) + 1e-6)
    np.testing.assert_allclose(
        (held_after[0] - held[0]) * price, totals[BOUGHT] - totals[SOLD], rtol=1e-6, atol=1e-6 * size
    )
    assert np.all(totals >= 0.0)
    assert float((totals[ADOPTED] - totals[LEFT]).sum()) <= float(holding_after.sum()) - float(holding.sum()) + 1e-9
    assert totals[BOUGHT, at.ASSIGNED] == totals[SOLD, at.ASSIGNED] == 0.0


@QUICK
@given(months(), st.floats(1.1, 10.0))
def test_higher_odds_never_lose_an_adopter(month: tuple[Any, ...], factor: float) -> None:
    """On common draws a saver who takes a product still takes one when both odds rise alike."""
    fixed, dynamic, *rest = month
    dynamic[[at.UNITS, at.ASSIGNED_STAKE]] = 0.0
    before, after = dynamic.copy(), dynamic.copy()
    adoption_month(fixed, before, *rest)
    t = rest[-1]
    adoption_month(fixed, after, *rest[:-1], t._replace(odds_plan=t.odds_plan * factor, odds_ira=t.odds_ira * factor))
    assert np.all((after[at.UNITS] > 0.0) | (before[at.UNITS] == 0.0))


def sponsors_of(state: Employers) -> list[plain.Sponsor]:
    return [
        plain.Sponsor(
            set(np.flatnonzero(state.offers[:, e]).tolist()), int(state.sector[e]), int(state.record_keeper[e])
        )
        for e in range(state.number)
    ]


@pytest.mark.parametrize("openness", [0.0, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("sector_weight", [0.0, 0.5])
def test_ten_years_of_menus_are_those_of_the_reference(openness: float, sector_weight: float) -> None:
    values = {
        "exposure.evolves": True,
        "electorate.voters": 200,
        "employer.employers": 40,
        "employer.share_plans_offering_crypto_t0": 0.2,
        "employer.sector_weight": sector_weight,
        "employer.removal_crash": 0.1,
        "employer.removal_suit": 0.1,
        "employer.further_options": 0.7,
    }
    p = Parameters().with_values(values)
    state = World(p, seed=4).employers
    assert state is not None
    sponsors, ready, draws = sponsors_of(state), dict[int, bool](), Draws(4, 0)
    assert any(one.offers for one in sponsors)
    weights, least = per_product(p, "weight").tolist(), per_product(p, "least_openness").tolist()
    rate = offer_rate(p.employer)
    for month in range(120):
        climate = Climate(openness, month == 90, float(month // 20 % 2), float(month // 7 % 3 == 0))
        taken = menus_month(state, climate, draws, month, p, rate)
        gone = plain.menus_month(sponsors, ready, *climate, rate, draws, month, p.employer, weights, least)
        assert [one.offers for one in sponsors] == [one.offers for one in sponsors_of(state)]
        assert [set(np.flatnonzero(taken[:, e]).tolist()) for e in range(state.number)] == gone
        assert np.array_equal(state.offered_since >= 0, state.offers > 0)


@pytest.mark.parametrize("delay", [0.0, 1.0, 12.0])
@pytest.mark.parametrize("peers", [0.0, 0.5, 0.9])
def test_the_expected_path_of_offers_is_that_of_the_reference(delay: float, peers: float) -> None:
    values = {"employer.record_keeper_months": delay, "employer.peer_weight": peers}
    e = Parameters().with_values(values).employer
    np.testing.assert_allclose(offering_path(0.03, 100, e), plain.offering_path(0.03, 100, e), rtol=1e-9)


EVOLVING = {
    "exposure.evolves": True,
    "exposure.breadth": 0.1,
    "employer.employers": 20,
    "employer.share_plans_offering_crypto_t0": 0.5,
    "adoption.annual_reallocation_rate": 0.9,
    "adoption.takeup_given_offer_optin": 0.4,
    "adoption.ira_takeup": 0.3,
    "adoption.tdf_crypto_sleeve": 0.02,
    "product.target_date_sleeve_least_openness": 0.5,
    "adoption.fall_hazard": 0.5,
    "employer.removal_suit": 0.1,
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("setting", [{}, BUSY])
def test_two_years_of_evolving_exposure_are_the_same(setting: dict[str, Any], seed: int) -> None:
    p = Parameters().with_values({**EXPOSED, **EVOLVING, **setting})
    fast, slow = World(p, seed), PlainWorld(p, seed)
    for world in (fast, slow):
        world.released = True
        world.advance(24)
    decisions_agree(fast, slow)
    voters_agree(fast, slow)
    close(slow.product_flows / 1e9, fast.product_flows / 1e9, "flows by product")
    held = holdings(fast.electorate.fixed, fast.electorate.dynamic)[1]
    assert np.all(held[[at.ASSIGNED, at.IRA_FUND]] > 0.0)
    assert setting or held[at.TARGET_DATE_SLEEVE] > 0.0
