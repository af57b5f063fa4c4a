"""Dated events: nothing before their month, the same states by step and by advance, and what each of them does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from political_moat.agents.draws import draws_of
from political_moat.model.build import build_state
from political_moat.model.dated_events import Call, ParameterChange, PolicyMove, in_order, with_past_changes
from political_moat.model.fast_forward import advance
from political_moat.model.interventions import DatedEvent
from political_moat.model.parameters.tree import ParameterError, Parameters
from political_moat.model.policy.menu import MOVES
from political_moat.model.schedule import run_month
from political_moat.model.state import WorldState
from political_moat.model.world import World

P = Parameters().with_values({"electorate.voters": 200, "exposure.breadth": 0.3})
CAP = P.policy.cap_low / P.policy.cap


def state(*events: DatedEvent, released: bool = True, p: Parameters = P, replicate: int = 0) -> WorldState:
    world = build_state(p, draws_of(1, replicate))
    world.released, world.dated = released, in_order(events)
    return world


def by_month(world: WorldState, months: int) -> WorldState:
    for _ in range(months):
        run_month(world)
    return world


def agree(one: WorldState, other: WorldState) -> None:
    assert (one.record, one.events, one.results, one.law) == (other.record, other.events, other.results, other.law)
    assert one.electorate.dynamic.tobytes() == other.electorate.dynamic.tobytes()


EVENTS = st.one_of(
    st.builds(PolicyMove, st.integers(0, 70), st.sampled_from(MOVES[1:])),
    st.builds(
        ParameterChange,
        st.integers(0, 70),
        st.sampled_from(
            [
                (("policy.cap_low", 0.01),),
                (("party.office_rent", 3.0), ("market.btc_log_sd_monthly", 0.3)),
                (("fund.active", True),),
                (("exposure.evolves", True),),
            ]
        ),
    ),
)


@settings(max_examples=8, deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=3), st.integers(0, 5), st.lists(st.integers(1, 30), max_size=3))
def test_events_change_nothing_before_their_month_and_step_and_advance_agree(
    events: list[Any], replicate: int, stretches: list[int]
) -> None:
    with_events, without = state(*events, replicate=replicate), state(replicate=replicate)
    for months in (*stretches, 72):
        advance(with_events, min(months, 72 - with_events.month))
    agree(with_events, by_month(state(*events, replicate=replicate), 72))
    first = min(event.month for event in events)
    advance(without, first)
    assert with_events.record[:first] == without.record
    before = state(*events, replicate=replicate)
    advance(before, first)
    assert before.electorate.dynamic.tobytes() == without.electorate.dynamic.tobytes()


def test_a_cap_is_law_from_its_month_on_and_nobody_is_asked() -> None:
    world = state(PolicyMove(60, "cap"), released=False)
    advance(world, 72)
    (event,) = [event for event in world.events if event.kind == "imposed"]
    assert (event.month, event.move, event.role, event.restrictive) == (60, "cap", world.record[60].in_office, True)
    before, after = world.record[59], world.record[60]
    assert before.kappa == P.policy.cap
    assert (after.theta, after.kappa) == (before.theta, P.policy.cap_low)
    assert after.openness == before.theta * CAP
    assert not world.suits
    assert all(month.openness == after.openness for month in world.record[60:])


def test_a_move_that_the_law_leaves_no_room_for_is_noted_and_changes_nothing() -> None:
    twice, once = (state(*events, released=False) for events in ([PolicyMove(60, "cap"), PolicyMove(62, "cap")],) * 2)
    once.dated = once.dated[:1]
    for world in (twice, once):
        advance(world, 70)
    assert [(event.month, event.kind) for event in twice.events if event.move == "cap"] == [
        (60, "imposed"),
        (62, "not open"),
    ]
    assert twice.record == once.record


def test_the_announced_cap_costs_the_government_grievances_and_moves_the_price_where_rules_are_news() -> None:
    p = P.with_values({"market.rule_news_jump": 0.5})
    capped, free = state(PolicyMove(20, "close"), released=False, p=p), state(released=False, p=p)
    for world in (capped, free):
        advance(world, 21)
    assert capped.record[:20] == free.record[:20]
    assert capped.record[20].price < free.record[20].price
    grievance = [world.electorate.column("grievance") for world in (capped, free)]
    assert np.abs(grievance[0]).sum() > np.abs(grievance[1]).sum()


def test_parameters_keep_their_new_values_and_a_fork_knows_them() -> None:
    world = state(ParameterChange(10, (("party.office_rent", 3.0),)))
    advance(world, 12)
    assert world.parameters == P.with_values({"party.office_rent": 3.0})
    assert [event.move for event in world.events if event.kind == "imposed"] == ["party.office_rent = 3"]
    assert with_past_changes(world, P) == world.parameters
    assert with_past_changes(state(ParameterChange(10, (("party.office_rent", 3.0),))), P) is P


def test_a_friendly_cap_that_changes_is_the_measure_of_openness_at_once() -> None:
    world = state(ParameterChange(10, (("policy.cap", 2.0 * P.policy.cap),)), released=False)
    advance(world, 11)
    assert world.record[10].openness == world.record[9].openness / 2.0


@pytest.mark.parametrize("name", ["exposure.breadth", "electorate.citizens", "network.kind", "people.ageing"])
def test_what_is_fixed_at_construction_cannot_change_during_a_run(name: str) -> None:
    value = {"network.kind": "blocks", "people.ageing": True}.get(name, 0.5 if name == "exposure.breadth" else 1e8)
    world = state(ParameterChange(2, ((name, value),)))
    with pytest.raises(ParameterError, match=rf"^{name} cannot change during a run: fixed when a world is built"):
        advance(world, 5)
    assert world.month == 2


class TestWorldAt:
    """`World.at` and `World.change`, the Python door."""

    def test_functions_get_the_world_in_step_and_in_advance_by_month_then_declaration(self) -> None:
        seen: dict[str, list[tuple[str, int, bool]]] = {"step": [], "advance": []}
        for way, calls in seen.items():
            world = World(P, seed=1)

            def note(name: str, world: World = world, calls: list[Any] = calls) -> Any:
                return lambda got: calls.append((name, got.month, got is world))

            for month, name in ((8, "late"), (3, "first"), (3, "second"), (0, "start")):
                world.at(month, note(name))
            if way == "step":
                for _ in range(12):
                    world.step()
            else:
                world.advance(12)
        expected = [("start", 0, True), ("first", 3, True), ("second", 3, True), ("late", 8, True)]
        assert seen == {"step": expected, "advance": expected}

    def test_a_fork_keeps_the_calls_to_come_and_gets_them_itself(self) -> None:
        world = World(P, seed=1)
        got: list[World] = []
        world.at(5, got.append)
        twin = world.fork()
        twin.advance(6)
        assert got == [twin]
        world.advance(6)
        assert got == [twin, world]

    def test_a_platform_that_is_set_is_the_platform_of_that_month(self) -> None:
        def move(world: World) -> None:
            world.state.parties["opponent"].platform = 0.0

        world, other = World(P, seed=1), World(P, seed=1)
        world.at(30, move)
        for each in (world, other):
            each.advance(31)
        assert world.record[:30] == other.record[:30]
        assert world.record[30].platform_distance != other.record[30].platform_distance

    def test_change_acts_at_once_and_in_an_event(self) -> None:
        world, other = World(P, seed=1), World(P, seed=1)
        world.at(10, lambda world: world.change({"market.btc_log_sd_monthly": 0.5}))
        other.advance(10)
        other.change({"market.btc_log_sd_monthly": 0.5})
        world.advance(20)
        other.advance(10)
        assert world.record == other.record
        assert world.parameters.market.btc_log_sd_monthly == 0.5

    @pytest.mark.parametrize("month", [-1, 4, 5.0, True])
    def test_a_month_that_is_over_is_refused(self, month: Any) -> None:
        world = World(P, seed=1)
        world.advance(5)
        with pytest.raises(ValueError, match=r"is not possible; allowed: 5 \(the next to run\) or later"):
            world.at(month, print)


def test_calls_on_a_bare_state_get_the_state() -> None:
    got: list[Any] = []
    world = state(Call(1, got.append))
    advance(world, 3)
    assert got == [world]
