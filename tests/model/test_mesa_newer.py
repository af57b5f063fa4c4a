"""What Mesa has since 3.5 and 4: recurring events, recorders, actions, scenarios. Not collected on Mesa 3.3."""

from __future__ import annotations

import mesa
import pandas as pd
import pytest
from mesa.experimental.data_collection import DataRecorder
from mesa.experimental.scenarios import Scenario
from mesa.time import Schedule

from political_moat.agents.electorate.voter import Voter
from political_moat.agents.party.party import Party
from political_moat.model.parameters.tree import ParameterError, Parameters
from political_moat.model.world import World

SMALL = Parameters().with_values({"electorate.voters": 100, "exposure.breadth": 0.3})


def test_a_recurring_event_fires_every_time() -> None:
    world = World(SMALL)
    months: list[int] = []

    def note() -> None:
        months.append(world.month)

    world.schedule_recurring(note, Schedule(interval=3, start=3))
    world.advance(10)
    assert months == [3, 6, 9]


def test_a_recorder_of_mesa_sees_every_month() -> None:
    world = World(SMALL)
    world.data_registry.track_agents(world.agents_by_type[Party], "parties", ["platform"])
    recorder = DataRecorder(world, config={"parties": {"interval": 1}})
    world.advance(6)
    table = recorder.get_table_dataframe("parties")
    months = sorted(set(table["time"]))
    assert months[:6] == [0, 1, 2, 3, 4, 5], "Mesa 3.5 records a month when the next one begins"
    assert len(table) == len(months) * 2


@pytest.mark.skipif(not hasattr(mesa.Agent, "start_action"), reason="actions come with Mesa 4")
def test_agents_can_act_as_mesas_agents() -> None:
    from mesa.experimental.actions import Action

    world = World(SMALL)
    for agent in (world.agents_by_type[Voter][3], world.party("author")):
        assert agent.current_action is None
        assert not agent.is_busy
        agent.start_action(Action(agent, duration=2.0))
        assert agent.is_busy
    world.advance(3)
    assert not world.agents_by_type[Voter][3].is_busy
    assert not world.party("author").is_busy


# Scenarios


def test_a_scenario_holds_keywords_and_the_generator() -> None:
    scenario = Scenario(rng=42, exposure_breadth=0.3, voters=50, months=2, replicate=1)
    world = World(scenario=scenario)
    assert world.parameters == Parameters().with_values({"exposure.breadth": 0.3, "electorate.voters": 50})
    assert world.scenario is scenario
    assert world.agents[0].scenario is scenario
    assert (world.months, world.draws.replicate) == (2, 1)
    drawn_since = world.rng.random()
    assert 0.0 < drawn_since < 1.0
    assert World(scenario=Scenario(rng=42, voters=50)).draws.seed == world.draws.seed
    assert World(scenario=Scenario(rng=43, voters=50)).draws.seed != world.draws.seed
    assert World(scenario=Scenario(rng=42, voters=50, exposure_breadth=0.1), voters=20).parameters == (
        Parameters().with_values({"exposure.breadth": 0.1, "electorate.voters": 20})
    )
    with pytest.raises(ValueError, match="give rng or a scenario, not both"):
        World(scenario=scenario, rng=3)
    with pytest.raises(ParameterError, match=r"did you mean 'exposure.breadth'"):
        World(scenario=Scenario(rng=42, exposure_bredth=0.3))


def test_a_class_of_scenarios_is_made_with_the_generator() -> None:
    class Wide(Scenario):  # type: ignore[misc]
        exposure_breadth: float = 0.6
        voters: int = 50

    world = World(scenario=Wide, rng=3)
    assert world.parameters.exposure.breadth == 0.6
    assert isinstance(world.scenario, Wide)


@pytest.mark.skipif(hasattr(mesa, "batch_run"), reason="replications of a scenario come with Mesa 4")
def test_replications_of_scenarios_share_their_seeds_between_design_points() -> None:
    points = pd.DataFrame({"exposure_breadth": [0.0, 0.3], "voters": 50, "months": 2})
    worlds = [World(scenario=scenario) for scenario in Scenario.from_dataframe(points, rng=1, replications=2)]
    seeds = [world.draws.seed for world in worlds]
    assert seeds[:2] == seeds[2:]
    assert seeds[0] != seeds[1]
    for world in worlds:
        world.run_model()
    assert [world.month for world in worlds] == [2] * 4
