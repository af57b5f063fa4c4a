"""The world as a Mesa model that runs: steps, the collector, memory given back, copies."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable

import mesa
import numpy as np
import pytest

from political_moat.agents.electorate.voter import Voter
from political_moat.agents.electorate.voter_set import VoterSet
from political_moat.agents.party.party import Party
from political_moat.model.data_collection import collector
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

SMALL = Parameters().with_values({"electorate.voters": 200, "exposure.breadth": 0.3})


def voters_of(world: World) -> VoterSet:
    voters = world.agents_by_type[Voter]
    assert isinstance(voters, VoterSet)
    return voters


def test_step_through_mesa_counts_one_month_and_equals_advance() -> None:
    stepped, advanced, watched = (World(SMALL, seed=5) for _ in range(3))
    watched.datacollector = collector(watched)
    for month in range(30):
        assert stepped.month == month == stepped.steps
        stepped.step()
    advanced.advance(30)
    watched.advance(30)
    assert stepped.month == advanced.month == watched.month == watched.steps == 30
    for world in (advanced, watched):
        assert world.electorate.dynamic.tobytes() == stepped.electorate.dynamic.tobytes()
        assert world.electorate.fixed.tobytes() == stepped.electorate.fixed.tobytes()
        assert world.record == stepped.record


def test_advance_runs_the_step_of_a_subclass() -> None:
    class Counting(World):
        counted = 0

        def step(self) -> None:
            super().step()
            self.counted += 1

    world = Counting(SMALL)
    world.advance(2)
    world.step()
    assert (world.month, world.counted) == (3, 3)


def test_the_collector_tells_what_the_record_tells() -> None:
    world = World(SMALL, seed=2)
    world.datacollector = collector(world, voter_columns=["ideal", "side"])
    world.advance(24)
    table = world.datacollector.get_model_vars_dataframe()
    assert list(table["month"]) == list(range(1, 25))
    for name in ("in_office", "theta", "openness", "price", "platform_distance"):
        assert list(table[name]) == [getattr(row, name) for row in world.record]
    assert table["mean_ideal"].iloc[-1] == pytest.approx(voters_of(world).agg("ideal", np.mean))
    assert table["mean_salience"].iloc[-1] == pytest.approx(voters_of(world).agg("salience", np.mean))
    assert table["share_holding"].iloc[-1] == pytest.approx(voters_of(world).agg("holder", np.mean))
    people = world.datacollector.get_agenttype_vars_dataframe(Voter)
    assert people.shape == (24 * 200, 2)
    assert list(people.loc[24]["ideal"]) == voters_of(world).get("ideal")
    parties = world.datacollector.get_agenttype_vars_dataframe(Party)
    assert list(parties.loc[24]["label"]) == ["R", "D"]
    assert world.fork().datacollector is None
    with pytest.raises(AttributeError, match="there are age"):
        collector(world, voter_columns=["idael"])


def test_worlds_give_their_memory_back() -> None:
    kept = []
    for seed in range(150):
        world = World(SMALL, seed=seed)
        world.step()
        voters_of(world)[0].nickname = "Ann"
        twin = world.fork()
        twin.advance(1)
        kept += [weakref.ref(world), weakref.ref(twin), weakref.ref(voters_of(world)[0])]
        del world, twin
    gc.collect()
    assert len(kept) == 450
    assert not any(reference() for reference in kept)
    counters = getattr(mesa.Agent, "_ids", {})
    assert not any(isinstance(model, World) for model in counters)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda world: pickle.loads(pickle.dumps(world))])
def test_a_world_can_be_copied_and_pickled(again: Callable[[World], World]) -> None:
    world = World(SMALL, seed=3)
    world.advance(5)
    world.datacollector = collector(world)
    world.step()
    voters_of(world)[3].hat = "red"
    voters_of(world)[3].income = 1234.0
    twin = again(world)
    assert voters_of(twin)[3].hat == "red"
    assert voters_of(twin)[3].model is twin
    assert twin.electorate.dynamic is not world.electorate.dynamic
    for _ in range(6):
        world.step()
        twin.step()
    assert twin.month == world.month == 12
    assert twin.electorate.dynamic.tobytes() == world.electorate.dynamic.tobytes()
    assert (
        len(twin.datacollector.get_model_vars_dataframe()) == len(world.datacollector.get_model_vars_dataframe()) == 7
    )
    assert [agent.unique_id for agent in twin.agents] == list(range(1, 205))
