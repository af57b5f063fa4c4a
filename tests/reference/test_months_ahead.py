"""Months advanced in one call equal the months of the schedule: the same state to the last bit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from busy_worlds import BUSY, OPPOSED
from hypothesis import given, settings
from hypothesis import strategies as st

from political_moat import Parameters, World
from political_moat.agents.numerics import blocks
from political_moat.agents.perception import Stand
from political_moat.experiments.protocols.stress_test.run import on_layer, takeover
from political_moat.model import fast_forward as months_ahead
from political_moat.model.interventions import Interventions
from political_moat.model.policy.law import Provision
from political_moat.model.policy.lawsuit import Suit

SMALL = {"electorate.voters": 150, "exposure.breadth": 0.3, "polls.respondents": 60, "voting.asset_vote_effect": 6.0}
SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "nobody exposed": {**BUSY, "exposure.breadth": 0.0},
    "busy": BUSY,
    "busy, mirror world": {**BUSY, "institutions.author": "D"},
    "busy, sunsets": {**BUSY, "policy.sunset_months": 17, "policy.sunset_covers": "all"},
    "busy, late policy": {**BUSY, "policy.friendly_month": 8},
    "busy, statute": {**BUSY, "policy.layer": "statute"},
    "busy, guidance": {**BUSY, "policy.layer": "guidance", "exposure.grandfathering": 0.5},
    "busy, a parliament": {**BUSY, "institutions.chambers": "parliamentary"},
    "busy, long terms": {**BUSY, "institutions.term_months": 60},
    "busy, bans with forced sales": {**BUSY, "party.opponent_ideal": 0.0, "accounts.divestment_months": 7.0},
    "busy, depth, jumps and a crash": {
        **BUSY,
        "market.depth_switch": True,
        "market.jump_probability": 0.2,
        "market.crash_month": 55,
        "market.crash_size": -1.5,
    },
    "busy, news": {**BUSY, "market.rule_news_jump": 0.3, "market.party_control_news_jump": 0.2},
    "busy, channels shut": {**BUSY, "channels.news": False, "channels.price_impact": False, "channels.depth": False},
    "opposed voters, ballots": OPPOSED,
    "busy, a party that remembers": {**BUSY, "party.rule": "hunter"},
    "busy, a party that asks": {**BUSY, "party.rule": "aggregator"},
}
OTHERS: dict[str, dict[str, Any]] = {
    "exposure that evolves": {"exposure.evolves": True},
    "people over time": {"people.ageing": True},
    "neighbours": {"network.kind": "blocks", "network.degree": 6, "network.influence": 0.3},
    "a blind poll": {"polls.blind": True},
    "a public fund": {"fund.active": True},
}


def world_of(values: Mapping[str, Any], seed: int = 1) -> World:
    return World(Parameters().with_values({**SMALL, **values}), seed)


def state(world: World) -> dict[str, Any]:
    """Everything about a world that can move, comparable by ==."""
    names = (
        "month", "market", "law", "in_force", "binding", "openness", "in_office", "term_start", "terms_in_office",
        "docket", "announced", "threat", "news", "congress", "elected_congress", "friendly_pending", "released",
        "last_poll", "account_totals", "fund", "socialised_usd", "deaths", "events", "suits", "results", "record",
        "opinion_coefficients", "vote_coefficients",
    )  # fmt: skip
    found = {name: getattr(world, name) for name in names}
    found["voters"] = world.electorate.dynamic.tobytes() + world.electorate.fixed.tobytes()
    for name in ("product_prices", "prices_before", "product_flows"):
        found[name] = getattr(world, name).tolist()
    found["parties"] = {role: (one.platform, one.memory) for role, one in world.parties.items()}
    found["agencies"] = {name: (one.ideal, one.confirmed_at) for name, one in world.agencies.items()}
    return found


def live_both_ways(ahead: World, stepwise: World, lengths: Iterable[int]) -> None:
    """One world advances by so many months at a time, the other takes as many steps; their states are the same."""
    for months in lengths:
        ahead.advance(months)
        for _ in range(months):
            stepwise.step()
        one, other = state(ahead), state(stepwise)
        assert [name for name in one if one[name] != other[name]] == [], f"by month {ahead.month}"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the numbers of months that were advanced in one call each."""
    found: list[int] = []
    whole = months_ahead.move_months

    def counted(world: World, count: int) -> list[float]:
        found.append(count)
        return whole(world, count)

    monkeypatch.setattr(months_ahead, "move_months", counted)
    return found


@pytest.mark.parametrize("name", SETTINGS)
def test_months_ahead_are_the_months_of_the_schedule(name: str, calls: list[int]) -> None:
    ahead, stepwise = world_of(SETTINGS[name]), world_of(SETTINGS[name])
    live_both_ways(ahead, stepwise, [48])
    for world in (ahead, stepwise):
        world.released = True
        world.next_government = "opponent"
    live_both_ways(ahead, stepwise, [1, 2, 45, 60])
    assert sum(calls) == 156
    assert max(calls) >= 3
    assert ahead.events or name == "defaults", "nothing happened that could have been missed"


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    lengths=st.lists(st.integers(1, 17), min_size=3, max_size=9),
    released=st.booleans(),
    lead=st.integers(1, 5),
    suits=st.floats(0.0, 1.0),
    court_months=st.floats(0.2, 9.0),
    rule_months=st.floats(0.2, 9.0),
)
def test_whatever_falls_due_in_between_is_not_missed(
    seed: int,
    lengths: list[int],
    released: bool,
    lead: int,
    suits: float,
    court_months: float,
    rule_months: float,
) -> None:
    values = {
        **BUSY,
        "institutions.election_lead": lead,
        "regulator.suit_probability": suits,
        "regulator.court_months": court_months,
        "regulator.rule_months": rule_months,
        "party.opponent_ideal": 0.0,
    }
    ahead, stepwise = world_of(values, seed), world_of(values, seed)
    ahead.released = stepwise.released = released
    live_both_ways(ahead, stepwise, lengths)


def test_a_rule_that_a_court_puts_back_after_its_sunset_lapses_in_the_next_month() -> None:
    values = {**BUSY, "regulator.suit_probability": 0.0, "party.platform_gate": 0.0, "institutions.sunset_bargain": 0.0}
    ahead, stepwise = world_of(values), world_of(values)
    for world in (ahead, stepwise):
        world.advance(25)
        law, month = world.law, world.month
        old = Provision(0.75, 0.03, 0.0, 0.0, False, "author", 3, expires=month - 1)
        new = Provision(0.25, 0.01, 0.0, 0.0, False, "opponent", month - 1)
        world.law = replace(law, rule=new, statute=None)
        world.refresh_policy()
        stand = Stand(0.25, 0.0, 0.0)
        world.suits = [Suit(new, replace(law, rule=old, statute=None), stand, "opponent", float(month), True)]
    live_both_ways(ahead, stepwise, [1])
    assert [event.kind for event in ahead.events][-1] == "vacated"
    live_both_ways(ahead, stepwise, [1, 9])
    assert "lapsed" in [event.kind for event in ahead.events]


def test_what_is_remembered_of_the_law_is_not_written_to() -> None:
    world = world_of({**BUSY, "party.agenda_gate": 0.0})
    world.advance(30)
    table = world.standing_products
    before = table.copy()
    world.advance(6)
    assert table is world.standing_products, "the law has moved: take other months"
    assert np.array_equal(table, before)


def test_worlds_forked_on_the_way_agree_as_well() -> None:
    ahead, stepwise = world_of(BUSY), world_of(BUSY)
    live_both_ways(ahead, stepwise, [47, 1])
    live_both_ways(takeover(ahead, "opponent", ahead), takeover(stepwise, "opponent", stepwise), [48])
    live_both_ways(on_layer(ahead, "guidance"), on_layer(stepwise, "guidance"), [5, 20])


@pytest.mark.parametrize("name", OTHERS)
def test_worlds_that_move_in_other_ways_go_phase_by_phase(name: str, calls: list[int]) -> None:
    values = {**BUSY, **OTHERS[name]}
    live_both_ways(world_of(values), world_of(values), [13])
    assert calls == []


def test_imposed_platforms_are_put_in_place_every_month(calls: list[int]) -> None:
    imposed = Interventions(platforms={month: {"opponent": 0.01 * month} for month in range(12)})
    ahead, stepwise = world_of(BUSY), world_of(BUSY)
    ahead.interventions = stepwise.interventions = imposed
    live_both_ways(ahead, stepwise, [12])
    assert calls == []


def test_a_large_world_is_shared_by_threads_instead(calls: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(months_ahead, "LARGE", SMALL["electorate.voters"])
    world_of(BUSY).advance(4)
    assert calls == []
    assert blocks.LARGE > 4 * 10**5, "the worlds of a study advance several months at a time"


def test_a_world_with_a_step_of_its_own_is_advanced_step_by_step(calls: list[int]) -> None:
    class Counting(World):
        steps_taken = 0

        def step(self) -> None:
            super().step()
            self.steps_taken += 1

    world = Counting(Parameters().with_values(SMALL), 1)
    world.advance(7)
    assert (world.steps_taken, calls) == (7, [])


def test_the_three_parts_of_a_month_are_the_phases_of_the_table() -> None:
    assert [phase.number for phase in (*months_ahead.BEFORE, *months_ahead.AT_ONCE, *months_ahead.AFTER)] == list(
        range(1, 12)
    )
    assert [phase.name for phase in months_ahead.AT_ONCE] == ["market", "payroll", "employers and products", "voters"]
    assert np.all(np.diff([phase.number for phase in months_ahead.AT_ONCE]) == 1)
