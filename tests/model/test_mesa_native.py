"""The world as Mesa knows it: voters as agents, and sets of them."""

from __future__ import annotations

import copy
import statistics
from collections.abc import Callable
from random import Random
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet

from political_moat.agents.electorate import columns
from political_moat.agents.electorate.voter import DERIVED, Voter
from political_moat.agents.electorate.voter_set import VoterSet
from political_moat.agents.mesa.agent import ModelAgent
from political_moat.agents.party.party import Party
from political_moat.agents.regulator.regulator import Regulator
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

SMALL = Parameters().with_values({"electorate.voters": 200, "exposure.breadth": 0.3})


@pytest.fixture
def world() -> World:
    world = World(SMALL, seed=3)
    world.advance(5)
    return world


def voters_of(world: World) -> VoterSet:
    voters = world.agents_by_type[Voter]
    assert isinstance(voters, VoterSet)
    return voters


def touched(world: World) -> int:
    return len(voters_of(world).views)


def mesa_set(world: World) -> Any:
    """Mesa's own set of the same voters: what VoterSet must agree with."""
    return AgentSet(voters_of(world).to_list(), Random(11))


# Voter


def test_a_voter_is_a_mesa_agent_and_always_the_same_object(world: World) -> None:
    voter = voters_of(world)[7]
    assert isinstance(voter, mesa.Agent)
    assert isinstance(voter, ModelAgent)
    assert voter.model is world
    assert voter.index == 7
    assert voter is voters_of(world)[7] is voters_of(world).to_list()[7] is voters_of(world).select(at_most=8)[-1]
    with pytest.raises(ValueError, match="exists already"):
        Voter(world, 7)
    with pytest.raises(IndexError, match="200"):
        Voter(world, 200)
    with pytest.raises(TypeError, match=r"electorate\.voters"):
        voter.remove()


@pytest.mark.parametrize("name", columns.FIXED + columns.DYNAMIC)
def test_every_column_is_read_and_written_through_a_voter(world: World, name: str) -> None:
    assert not hasattr(ModelAgent, name), "a column must not hide an attribute of Mesa's"
    voter = voters_of(world)[9]
    assert getattr(voter, name) == world.electorate.column(name)[9]
    assert type(getattr(voter, name)) is float
    others = np.delete(world.electorate.column(name), 9).copy()
    setattr(voter, name, 0.25)
    assert world.electorate.column(name)[9] == 0.25 == getattr(voter, name)
    assert np.array_equal(np.delete(world.electorate.column(name), 9), others)


@pytest.mark.parametrize("name", DERIVED)
def test_derived_attributes_agree_between_voter_and_set_and_cannot_be_written(world: World, name: str) -> None:
    assert [getattr(voter, name) for voter in voters_of(world)] == voters_of(world).array(name).tolist()
    with pytest.raises(AttributeError):
        setattr(voters_of(world)[0], name, 1.0)
    with pytest.raises(AttributeError):
        voters_of(world).set(name, 1.0)


def test_a_voter_follows_the_months_and_sees_the_price(world: World) -> None:
    holder = voters_of(world).select(voters_of(world).array("holder"))[0]
    before = holder.ideal, holder.stake
    world.advance(3)
    assert (holder.ideal, holder.stake) != before
    assert holder.stake == pytest.approx(holder.units * world.market.price / holder.income, rel=1e-6)


def test_writing_a_shared_column_moves_no_other_arm() -> None:
    world = World(SMALL.with_values({"polls.blind": True}), seed=3)
    arm, twin = World(SMALL, seed=3, population=world.electorate), world.fork()
    untouched = [other.electorate.fixed.copy() for other in (arm, twin)]
    voters_of(world)[0].income = 5.0
    voters_of(world).set("belief", 2.0)
    assert world.blind is not None
    assert world.blind.fixed is world.electorate.fixed
    later = world.fork()
    voters_of(world)[1].income = 6.0
    assert later.electorate.column("income")[0] == 5.0
    assert later.electorate.column("income")[1] != 6.0
    for other, kept in zip((arm, twin), untouched, strict=True):
        assert np.array_equal(other.electorate.fixed, kept)


# world.agents


def test_building_and_running_makes_no_voter() -> None:
    world = World(SMALL, seed=1)
    world.advance(12)
    assert len(world.agents) == 204
    assert world.agents.groupby(type).count() == {Party: 2, Regulator: 2, Voter: 200}
    assert set(world.agent_types) == {Party, Regulator, Voter}
    assert isinstance(world.agents.select(agent_type=Voter), VoterSet)
    assert len(world.agents.select(agent_type=Party)) == 2
    assert len(world.agents.get("ideal")) == 204
    assert touched(world) == 0
    assert world.agents[4].index == 0
    assert touched(world) == 1


def test_ten_thousand_voters_cost_nothing_until_touched() -> None:
    world = World(SMALL.with_values({"electorate.voters": 10_000}), seed=1)
    assert len(VoterSet(world)) == 10_000
    assert VoterSet(world).views == {}
    assert touched(world) == 0


def test_all_agents_come_institutions_first_with_numbers_from_one(world: World) -> None:
    assert [type(agent) for agent in world.agents][:5] == [Party, Party, Regulator, Regulator, Voter]
    assert world.agents.get("unique_id") == list(range(1, 205))
    assert [voter.unique_id for voter in voters_of(world)] == voters_of(world).get("unique_id")
    newcomer = Party(world, "I", "independent", 0.5, 0.5)
    assert newcomer.unique_id == 205
    assert newcomer in world.agents
    assert len(world.agents) == 205
    newcomer.remove()
    assert len(world.agents) == 204
    fork = world.fork()
    assert [agent.unique_id for agent in fork.agents] == list(range(1, 205))
    assert voters_of(fork)[0] is not voters_of(world)[0]
    assert voters_of(fork)[0] not in voters_of(world)
    assert voters_of(fork)[0] not in world.agents


def test_mesa_methods_on_all_agents(world: World) -> None:
    everyone, parts = world.agents, [*world.agents_by_type[Party], *world.agents_by_type[Regulator], *voters_of(world)]
    assert everyone.to_list() == parts
    assert everyone.agg("ideal", [min, max]) == [min(a.ideal for a in parts), max(a.ideal for a in parts)]
    assert len(everyone.select(lambda agent: agent.ideal > 0.6)) == sum(agent.ideal > 0.6 for agent in parts)
    assert len(everyone.select(at_most=0.5)) == 102
    assert len(everyone.select(agent_type=Voter, at_most=0.5)) == 102
    assert next(iter(everyone.sort("ideal"))).ideal == max(agent.ideal for agent in parts)
    assert everyone.map(lambda agent: agent.unique_id) == list(range(1, 205))
    assert everyone.get("label", handle_missing="default", default_value="-")[:5] == ["R", "D", "-", "-", "-"]
    assert len(everyone.shuffle()) == 204
    assert everyone.shuffle_do("step").do("step") is everyone
    assert everyone.set("mark", 1).agg("mark", sum) == 204
    assert sum(everyone.groupby(lambda agent: agent.ideal > 0.5).count().values()) == 204
    assert [len(group) for _, group in everyone.groupby(type, "list")] == [2, 2, 200]
    with pytest.raises(AttributeError):
        everyone.get("label")
    with pytest.raises(TypeError, match="inplace"):
        everyone.shuffle(inplace=True)
    with pytest.raises(TypeError):
        everyone.remove(parts[0])


# VoterSet against Mesa's AgentSet


def test_a_voter_set_counts_as_mesas_set(world: World) -> None:
    try:
        from mesa.agentset import AbstractAgentSet
    except ImportError:
        AbstractAgentSet = AgentSet  # noqa: N806
    assert isinstance(voters_of(world), AbstractAgentSet)
    assert isinstance(world.agents, AbstractAgentSet)
    assert voters_of(world).random is world.random


SAME: dict[str, Callable[[Any], Any]] = {
    "len": len,
    "get": lambda s: s.get("ideal"),
    "get side": lambda s: s.get("side"),
    "get several": lambda s: s.get(["ideal", "index", "side"]),
    "get missing": lambda s: s.get("hat", "default", 4),
    "get some missing": lambda s: s.get(["ideal", "hat"], handle_missing="default"),
    "agg": lambda s: s.agg("salience", np.mean),
    "agg several functions": lambda s: s.agg("income", [min, max, sum, statistics.fmean]),
    "agg several attributes": lambda s: s.agg(["ideal", "salience"], lambda v: np.mean(v, axis=0)),
    "agg text": lambda s: s.agg("side", lambda v: v.count("R")),
    "map": lambda s: s.map(lambda voter, add: voter.ideal + add, add=1.0),
    "select": lambda s: [v.index for v in s.select(lambda voter: voter.holder)],
    "select some": lambda s: [v.index for v in s.select(lambda voter: voter.holder, at_most=3)],
    "select fraction": lambda s: [v.index for v in s.select(at_most=0.1)],
    "select one": lambda s: [v.index for v in s.select(at_most=1)],
    "select whole": lambda s: [v.index for v in s.select(at_most=1.0)],
    "select type": lambda s: len(s.select(agent_type=Party)) + 1000 * len(s.select(agent_type=mesa.Agent)),
    "shuffle": lambda s: [v.index for v in s.shuffle()],
    "sort": lambda s: [v.index for v in s.sort("stake")],
    "sort ascending": lambda s: [v.index for v in s.sort("eligible", ascending=True)],
    "sort with ties": lambda s: [v.index for v in s.sort("holder")],
    "sort text": lambda s: [v.index for v in s.sort("side", ascending=True)],
    "sort function": lambda s: [v.index for v in s.sort(lambda voter: -voter.age)],
    "group count": lambda s: list(s.groupby("side").count().items()),
    "group agg": lambda s: s.groupby("holder").agg("ideal", np.mean),
    "group function": lambda s: s.groupby(lambda voter: voter.age // 10).agg("ideal", max),
    "group list": lambda s: s.groupby("direct_owner", result_type="list").count(),
    "group list agg": lambda s: s.groupby("side", "list").agg("ideal", max),
    "group map": lambda s: s.groupby("side").map(len),
    "group map name": lambda s: s.groupby("side").map("agg", "belief", max),
    "group names": lambda s: [name for name, _ in s.groupby("age")],
    "slice": lambda s: [v.index for v in s[3:9:2]],
    "last": lambda s: s[-1].index,
    "do": lambda s: s.do("step") is s,
    "intersection": lambda s: len(s & s.select(lambda voter: voter.holder)),
}


@pytest.mark.parametrize("what", SAME)
@pytest.mark.filterwarnings("ignore:AgentSet.__getitem__:PendingDeprecationWarning")
def test_a_voter_set_answers_as_mesas_set_would(world: World, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = SAME[what]
    theirs = ask(mesa_set(world))
    monkeypatch.setattr(world, "random", Random(11))
    for ours in (voters_of(world), voters_of(world).select()):
        world.random.seed(11)
        answer = ask(ours)
        if isinstance(theirs, dict):
            assert list(answer) == list(theirs)
            assert list(answer.values()) == pytest.approx(list(theirs.values()), rel=1e-12)
        elif what.startswith("agg"):
            assert answer == pytest.approx(theirs, rel=1e-12)
        else:
            assert answer == theirs


def test_questions_with_arrays_make_no_voter(world: World) -> None:
    voters = voters_of(world)
    holders = voters.select(voters.array("holder"))
    assert len(holders) == np.sum(world.electorate.dynamic[columns.UNITS] > 0)
    holders.sort("stake").agg("ideal", [np.mean, np.std])
    holders.groupby("side").agg("ideal", np.mean)
    bands = voters.groupby(np.digitize(voters.array("age"), [30, 45, 65]))
    assert sum(bands.count().values()) == 200
    assert copy.copy(voters).shuffle().get("unique_id") != voters.get("unique_id")
    assert touched(world) == 0
    with pytest.raises(ValueError, match="one bool for each of 200"):
        voters.select(np.ones(3, dtype=bool))
    with pytest.raises(ValueError, match="200 voters"):
        voters.groupby(np.ones(3))
    with pytest.raises(AttributeError, match="salience"):
        voters.array("sailence")
    with pytest.raises(AttributeError):
        voters.get("sailence")
    with pytest.raises(ValueError, match="handle_missing"):
        voters.get("ideal", "ignore")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="result_type"):
        voters.groupby("side", "dict")  # type: ignore[arg-type]


def test_set_writes_the_arrays_and_other_attributes_stay_on_the_voter(world: World) -> None:
    voters = voters_of(world)
    some = voters.select(voters.array("holder"))
    before = world.electorate.column("salience").copy()
    assert some.set("salience", 0.5) is some
    assert (world.electorate.column("salience")[some.rows] == 0.5).all()
    assert np.array_equal(np.delete(world.electorate.column("salience"), some.rows), np.delete(before, some.rows))
    some.set("salience", np.arange(len(some)))
    assert some.get("salience") == list(range(len(some)))
    assert touched(world) == 0
    some.set("hat", "red")
    assert touched(world) == len(some)
    assert voters.get("hat", "default", "none").count("red") == len(some)


def test_a_selection_can_change_and_the_population_cannot(world: World) -> None:
    voters = voters_of(world)
    some = voters.select(at_most=5)
    assert some.select(np.array([True, False, True, True, False]), inplace=True) is some
    assert some.sort("index", inplace=True).get("index") == [3, 2, 0]
    some.add(voters[9])
    some.add(voters[9])
    some.discard(voters[2])
    some.discard(voters[2])
    assert some.shuffle(inplace=True) is some
    assert set(some.get("index")) == {0, 3, 9}
    assert voters[9] in some
    assert voters[2] not in some
    assert "voter" not in some
    with pytest.raises(KeyError):
        some.remove(voters[2])
    for change in ("select", "shuffle"):
        with pytest.raises(TypeError, match="inplace"):
            getattr(voters, change)(inplace=True)
    with pytest.raises(TypeError):
        voters.remove(voters[2])
    with pytest.raises(TypeError, match="no voter of this world"):
        some.add(voters_of(world.fork())[1])
    with pytest.raises(IndexError):
        voters[200]
    assert len(voters) == 200
