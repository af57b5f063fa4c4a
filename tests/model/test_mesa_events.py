"""Mesa's clock, events and collectors: what they see of the months that `advance` runs."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import mesa
import pytest

from political_moat.agents.electorate.voter import Voter
from political_moat.model.data_collection import collector
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

SMALL = Parameters().with_values({"electorate.voters": 100, "exposure.breadth": 0.3})
try:
    from mesa.time import Priority
except ImportError:  # Mesa before 3.5
    from mesa.experimental.devs.eventlist import Priority


class Noting:
    """Notes the months in which it is called; Mesa holds the method weakly, this object keeps it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.months: list[int] = []

    def note(self) -> None:
        self.months.append(self.world.month)


def same(here: World, there: World) -> bool:
    return here.record == there.record and here.electorate.dynamic.tobytes() == there.electorate.dynamic.tobytes()


# The clock


@pytest.mark.parametrize("after", ["step", "advance"])
def test_mesas_clock_is_the_month_however_the_months_ran(after: str) -> None:
    world = World(SMALL)
    assert world.steps == 0
    world.advance(7)
    assert world.steps == world.month == 7
    world.step() if after == "step" else world.advance(1)
    world.step()
    assert world.steps == world.month == 9
    assert getattr(world, "time", 9.0) == 9.0
    twin = world.fork()
    twin.step()
    assert twin.steps == twin.month == 10
    assert getattr(twin, "time", 10.0) == 10.0


def test_no_months_are_no_months() -> None:
    world = World(SMALL)
    noting = Noting(world)
    world.schedule_event(noting.note, at=1)
    for months in (0, -3):
        world.advance(months)
    assert world.month == 0
    assert noting.months == []


# Events


def test_an_event_of_month_five_fires_in_advance() -> None:
    world, plain = World(SMALL, seed=2), World(SMALL, seed=2)
    noting = Noting(world)
    world.schedule_event(noting.note, at=5)
    world.schedule_event(noting.note, after=8)
    world.advance(12)
    assert noting.months == [5, 8]
    plain.advance(12)
    assert same(world, plain)
    world.advance(12)
    assert noting.months == [5, 8]


def test_an_event_fires_in_step_after_the_month_and_counts_from_the_month_of_a_fast_world() -> None:
    world = World(SMALL)
    world.advance(24)
    noting = Noting(world)
    world.schedule_event(noting.note, after=2)
    world.schedule_event(noting.note, at=30)
    for _ in range(3):
        world.step()
    assert noting.months == [26]
    world.advance(10)
    assert noting.months == [26, 30]
    with pytest.raises(ValueError, match=r"the world has done 37 months|in the past"):
        world.schedule_event(noting.note, at=36)
    for times in ({}, {"at": 40, "after": 2}):
        with pytest.raises(ValueError, match="exactly one of 'at' or 'after'"):
            world.schedule_event(noting.note, **times)


def test_an_event_that_changes_the_world_acts_from_its_month_on() -> None:
    world, plain = World(SMALL, seed=2), World(SMALL, seed=2)

    def alarm() -> None:
        world.agents_by_type[Voter].set("salience", 1.0)

    world.schedule_event(alarm, at=5)
    for model in (world, plain):
        model.advance(5)
    assert world.agents_by_type[Voter].agg("salience", min) == 1.0
    assert plain.agents_by_type[Voter].agg("salience", min) < 1.0
    assert world.record == plain.record


def test_a_cancelled_event_does_not_fire_and_equal_times_go_by_priority() -> None:
    world = World(SMALL)
    never, order = Noting(world), list[str]()

    def late() -> None:
        order.append("late")

    def early() -> None:
        order.append("early")

    world.schedule_event(late, at=3, priority=Priority.LOW)
    world.schedule_event(early, at=3)
    world.schedule_event(never.note, at=2).cancel()
    world.advance(4)
    assert order == ["early", "late"]
    assert never.months == []


def test_a_fork_has_no_events_of_the_original() -> None:
    world = World(SMALL)
    noting = Noting(world)
    world.schedule_event(noting.note, at=3)
    twin = world.fork()
    twin.advance(6)
    assert noting.months == []
    world.advance(6)
    assert noting.months == [3]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda world: pickle.loads(pickle.dumps(world))])
def test_a_copy_keeps_the_events_that_wait_for_its_own_agents(again: Callable[[World], Any]) -> None:
    world = World(SMALL)
    world.advance(2)
    voter = world.agents_by_type[Voter][0]
    world.schedule_event(voter.step, at=4)
    twin = again(world)
    assert twin.watched
    twin.advance(6)
    assert not twin.watched, "an event starts no collector"
    assert twin.datacollector is None
    assert (twin.month, world.month) == (8, 2)
    assert twin.steps == 8
    assert world.watched


# Simulators


@pytest.mark.skipif(not hasattr(mesa.experimental, "devs"), reason="Mesa 4 has no simulators")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_events_of_a_simulator_fire_in_advance() -> None:
    from mesa.experimental.devs import ABMSimulator

    world, plain = World(SMALL, seed=2), World(SMALL, seed=2)
    world.simulator = ABMSimulator()
    world.simulator.setup(world)
    noting = Noting(world)
    world.simulator.schedule_event_absolute(noting.note, 5)
    world.advance(12)
    plain.advance(12)
    assert noting.months == [5]
    assert same(world, plain)


# The agent panel


def test_the_panel_has_a_row_for_each_agent_and_month() -> None:
    world = World(SMALL)
    world.datacollector = collector(world, voter_columns=["ideal", "stake", "side"])
    world.advance(3)
    voters = world.datacollector.get_agenttype_vars_dataframe(Voter)
    assert voters.index.names == ["Step", "AgentID"]
    assert voters.shape == (3 * 100, 3)
    assert list(voters.loc[3].index) == world.agents_by_type[Voter].get("unique_id")
    for name in ("ideal", "stake", "side"):
        assert list(voters.loc[3][name]) == world.agents_by_type[Voter].get(name)
    assert sorted(set(voters.index.get_level_values("Step"))) == [1, 2, 3]


def test_mesas_own_agent_reporters_cover_all_agents() -> None:
    world = World(SMALL)
    world.datacollector = mesa.DataCollector(agent_reporters={"ideal": "ideal"})
    world.advance(2)
    panel = world.datacollector.get_agent_vars_dataframe()
    assert len(panel) == 2 * len(world.agents)
    assert list(panel.loc[2]["ideal"]) == world.agents.get("ideal")
