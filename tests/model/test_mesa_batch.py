"""`mesa.batch_run`: worlds made from keywords, one row for each run."""

from __future__ import annotations

import inspect
from typing import Any

import mesa
import numpy as np
import pytest

from political_moat.model.data_collection import REPORTERS
from political_moat.model.parameters.presets import preset
from political_moat.model.parameters.tree import ParameterError, Parameters
from political_moat.model.world import World

HAS_BATCHES = hasattr(mesa, "batch_run")
TAKES_RNG = HAS_BATCHES and "rng" in inspect.signature(mesa.batch_run).parameters
needs_batches = pytest.mark.skipif(not HAS_BATCHES, reason="Mesa 4 has no batch_run")
OUTCOMES = REPORTERS.keys() - {"flow_by_product"}


def batch(parameters: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = mesa.batch_run(World, parameters, display_progress=False, **options)
    return rows


def drawn(world: World) -> tuple[int, int]:
    return world.draws.seed, world.draws.replicate


# Keywords


def test_keywords_make_the_world_of_the_tree() -> None:
    tree = preset("article").with_values(
        {"electorate.voters": 100, "exposure.breadth": 0.3, "voting.asset_vote_effect": 2.0}
    )
    for keywords in (
        {"preset": "article", "voters": 100, "exposure.breadth": 0.3, "voting.asset_vote_effect": 2.0},
        {"preset": "article", "electorate_voters": 100, "exposure_breadth": "0.3", "voting_asset_vote_effect": 2.0},
        {"parameters": preset("article"), "voters": 100, "exposure.breadth": 0.3, "voting_asset_vote_effect": 2.0},
    ):
        world = World(seed=3, replicate=1, **keywords)
        assert world.parameters == tree
        assert drawn(world) == (3, 1)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"exposure.bredth": 0.3}, r"^unknown parameter 'exposure.bredth'; did you mean 'exposure.breadth'\?$"),
        ({"bredth": 0.3}, r"did you mean 'exposure.breadth'\?$"),
        ({"exposure_breadth": 3}, r"^exposure.breadth = 3 is not possible; allowed: 0 to 1 share of voters$"),
        ({"exposure_breadth": 0.1, "exposure.breadth": 0.3}, r"^exposure.breadth is given twice$"),
        ({"voters": 100, "electorate.voters": 200}, r"^electorate.voters is given twice$"),
        ({"preset": "artcle"}, "did you mean 'article'"),
        ({"parameters": ("electorate", 3)}, r"takes it in a list: \[Parameters\(\)\]$"),
    ],
)
def test_a_wrong_keyword_is_one_clear_line(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message) as raised:
        World(**keywords)
    assert "\n" not in str(raised.value)


# Seeds


def test_rng_is_mesas_name_of_the_seed() -> None:
    assert drawn(World(voters=10, rng=7)) == drawn(World(voters=10, seed=7)) == (7, 0)
    assert drawn(World(voters=10, rng=np.int64(7), replicate=2)) == (7, 2)
    assert World(voters=10, rng=7).rng.random() == mesa.Model(rng=7).rng.random()
    with pytest.raises(ValueError, match="give seed or rng, not both"):
        World(voters=10, seed=3, rng=7)


@pytest.mark.parametrize("rng", [np.random.SeedSequence(5), [1, 2, 3], np.arange(3)])
def test_other_generators_of_mesa_name_a_seed(rng: Any) -> None:
    assert World(voters=10, rng=rng).draws.seed == World(voters=10, rng=rng).draws.seed > 0


def test_a_generator_gives_a_new_seed_each_time_as_in_mesa() -> None:
    generator = np.random.default_rng(3)
    seeds = [World(voters=10, rng=generator).draws.seed for _ in range(3)]
    assert len(set(seeds)) == 3
    assert seeds[0] == World(voters=10, rng=np.random.default_rng(3)).draws.seed


def test_no_seed_is_a_new_seed_unless_a_replicate_is_named() -> None:
    assert drawn(World(voters=10)) == (0, 0)
    assert World(voters=10, seed=None).draws.seed != World(voters=10, seed=None).draws.seed
    assert drawn(World(voters=10, seed=None, replicate=4)) == (0, 4)


# Batches


@needs_batches
def test_a_batch_has_one_row_for_each_run_with_the_outcomes_of_its_world() -> None:
    rows = batch({"exposure.breadth": [0.0, 0.3], "replicate": range(2), "voters": 100, "months": 26})
    assert [(row["exposure.breadth"], row["replicate"]) for row in rows] == [(0.0, 0), (0.0, 1), (0.3, 0), (0.3, 1)]
    for row in rows:
        assert row.keys() >= OUTCOMES
        world = World(voters=100, exposure_breadth=row["exposure.breadth"], replicate=row["replicate"])
        world.advance(26)
        for name in OUTCOMES:
            assert row[name] == REPORTERS[name](world), name
    assert {row["month"] for row in rows} == {26}
    assert {row["seed"] for row in rows} == {0}
    assert rows[0]["price"] != rows[1]["price"]


@needs_batches
def test_a_batch_ends_at_max_steps_without_months() -> None:
    (row,) = batch({"voters": 50, "replicate": 0}, max_steps=3)
    assert row["month"] == (3 if TAKES_RNG else 4)


@needs_batches
def test_a_batch_can_give_the_months_on_the_way() -> None:
    rows = batch({"voters": 50, "replicate": 0, "months": 6}, data_collection_period=1)
    assert [row["month"] for row in rows] == [1, 2, 3, 4, 5, 6]


@needs_batches
def test_the_seeds_of_a_batch_are_in_its_rows() -> None:
    runs = {"exposure_breadth": [0.0, 0.3], "voters": 50, "months": 2}
    rows = batch(runs, rng=[5, 6]) if TAKES_RNG else batch({**runs, "seed": [5, 6]})
    assert sorted((row["seed"], row["exposure_breadth"]) for row in rows) == [(5, 0.0), (5, 0.3), (6, 0.0), (6, 0.3)]
    if TAKES_RNG:
        assert len({row["seed"] for row in batch({"voters": 50, "months": 1}, rng=[None] * 3)}) == 3


@needs_batches
def test_a_batch_takes_presets_and_trees() -> None:
    tree = Parameters().with_values({"electorate.voters": 50})
    rows = batch({"parameters": [tree], "preset": ["calibrated", "article"], "months": 1, "replicate": 0})
    assert [row["preset"] for row in rows] == ["calibrated", "article"]


@needs_batches
def test_agents_come_into_a_batch_only_where_a_subclass_reports_them() -> None:
    class Panel(World):
        def __init__(self, **keywords: Any) -> None:
            super().__init__(**keywords)
            self.datacollector = mesa.DataCollector(REPORTERS, agent_reporters={"ideal": "ideal"})

    rows = mesa.batch_run(Panel, {"voters": 20, "months": 2, "replicate": 0}, display_progress=False)
    assert len(rows) == 24
    assert all(0.0 <= row["ideal"] <= 1.0 for row in rows)


def test_running_ends_with_the_months_asked_for() -> None:
    stepped, advanced = World(voters=50, months=3), World(voters=50, months=3)
    while stepped.running:
        stepped.step()
    advanced.advance(2)
    assert advanced.running
    twin = advanced.fork()
    advanced.advance(1)
    twin.step()
    assert (stepped.month, advanced.running, twin.running) == (3, False, False)
