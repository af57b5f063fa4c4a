"""The world as the Mesa face of a state: generators, steps, agents, copies."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import mesa
import pytest

from political_moat.agents.electorate.voter import Voter
from political_moat.agents.party.party import Party
from political_moat.agents.regulator.regulator import Regulator
from political_moat.model.data_collection import collector
from political_moat.model.parameters.tree import Parameters
from political_moat.model.state import WorldState
from political_moat.model.world import World, simulate

SMALL = Parameters().with_values({"electorate.voters": 200, "exposure.breadth": 0.3})
OF_MESA = sorted(vars(mesa.Model(rng=0)).keys() - {"step"})


@pytest.mark.parametrize("name", OF_MESA)
def test_a_world_has_every_attribute_of_a_mesa_model(name: str) -> None:
    world = World(SMALL, seed=4)
    getattr(world, name)
    assert [type(agent) for agent in list(world.agents)[:5]] == [Party, Party, Regulator, Regulator, Voter]
    assert [agent.unique_id for agent in world.agents] == list(range(1, 205))


@pytest.mark.parametrize("name", [field.name for field in fields(WorldState)])
def test_every_field_of_the_state_is_an_attribute_of_the_world(name: str) -> None:
    world = World(SMALL, seed=4)
    if name in ("parties", "agencies"):
        assert {key: agent.state for key, agent in getattr(world, name).items()} == getattr(world.state, name)
        return
    assert getattr(world, name) is getattr(world.state, name)
    mark: Any = object()
    setattr(world, name, mark)
    assert getattr(world.state, name) is mark


def test_an_office_is_read_and_written_through_its_agent() -> None:
    world = World(SMALL, seed=4)
    for agent in (*world.parties.values(), *world.agencies.values()):
        for field in fields(agent.state):
            assert getattr(agent, field.name) is getattr(agent.state, field.name)
            setattr(agent, field.name, 0.75)
            assert getattr(agent.state, field.name) == 0.75


def test_what_voters_write_after_a_fork_of_the_state_stays_with_the_world() -> None:
    world = World(SMALL, seed=4)
    world.agents_by_type[Voter][0].income = 5.0
    twin = world.state.fork()
    world.agents_by_type[Voter][1].income = 6.0
    assert twin.electorate.column("income")[0] == 5.0
    assert twin.electorate.column("income")[1] != 6.0


def test_the_generators_are_those_of_the_seed_whenever_they_are_asked_for() -> None:
    at_once, late = World(SMALL, seed=4), World(SMALL, seed=4)
    drawn = [at_once.random.random(), at_once.rng.random()]
    late.advance(30)
    assert [late.random.random(), late.rng.random()] == drawn
    plain = mesa.Model(rng=4)
    assert [plain.random.random(), plain.rng.random()] == drawn
    assert late.fork().random.random() == drawn[0]


def test_advance_runs_a_world_that_mesa_has_stopped() -> None:
    world = World(SMALL)
    world.running = False
    world.advance(2)
    assert world.steps == 2
    assert world.running is False


def test_mesa_counts_months_also_those_before_its_first_step() -> None:
    world = World(SMALL)
    world.advance(3)
    month = world.step
    for _ in range(2):
        month()
    world.step()
    assert (world.month, world.steps) == (6, 6)


def test_a_subclass_with_a_step_of_its_own_takes_each_month_once() -> None:
    class Counting(World):
        counted = 0

        def step(self) -> None:
            super().step()
            self.counted += 1

    world = Counting(SMALL)
    world.step()
    world.step()
    assert (world.month, world.counted, world.steps) == (2, 2, 2)
    twin = world.fork()
    twin.step()
    assert isinstance(twin, Counting)
    assert (twin.month, twin.steps) == (3, 3)


def test_an_agent_of_the_users_comes_after_the_voters() -> None:
    world = World(SMALL)
    third = Party(world, "G", "author", 0.5, 0.5)
    assert third.unique_id == 205
    assert [one.label for one in world.agents_by_type[Party]] == ["R", "D", "G"]
    third.remove()
    assert len(world.agents_by_type[Party]) == 2


@pytest.mark.parametrize("again", [copy.deepcopy, lambda world: pickle.loads(pickle.dumps(world))])
def test_a_world_can_be_copied(again: Callable[[World], Any]) -> None:
    world = World(SMALL, seed=3)
    world.advance(2)
    twin = again(world)
    assert len(twin.agents) == 204
    assert twin.month == 2


def test_with_a_collector_months_go_through_mesa() -> None:
    world = World(SMALL)
    world.datacollector = collector(world)
    world.advance(4)
    assert world.steps == 4
    assert list(world.datacollector.get_model_vars_dataframe()["month"]) == [1, 2, 3, 4]


@pytest.mark.parametrize("seed", [-1, 2**64, 2**70, 1.5])
def test_a_seed_outside_64_bits_is_refused(seed: Any) -> None:
    for build in (World, simulate):
        with pytest.raises(ValueError, match=r"^seed = .* is not possible; allowed: whole numbers 0 to 18446744073709"):
            build(Parameters().with_values({"electorate.voters": 10}), seed=seed)


def test_the_largest_seed_makes_a_world() -> None:
    assert World(SMALL, seed=2**64 - 1).draws.seed == 2**64 - 1


def test_a_closed_world_has_nothing_left() -> None:
    world = World(SMALL)
    world.close()
    assert vars(world) == {}
    for name in ("steps", "agents", "month"):
        with pytest.raises(AttributeError, match="no attribute"):
            getattr(world, name)
