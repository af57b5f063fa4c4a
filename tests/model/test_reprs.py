"""What worlds and parameters print, and show in a notebook."""

from __future__ import annotations

import pytest

from political_moat.agents.notebook_table import LEFT
from political_moat.model.parameters.presets import PRESETS, preset
from political_moat.model.parameters.tree import Parameters, parameter_names
from political_moat.model.world import World


def test_a_world_prints_month_office_policy_price_and_draws() -> None:
    world = World(voters=1200, exposure_breadth=0.25, seed=3, replicate=2)
    world.advance(25)
    party = world.parties[world.in_office].label
    assert (
        repr(world)
        == str(world)
        == (
            f"<World, month 25 (February 2027): {party} in office, openness {world.openness:.2f}, "
            f"price {world.market.price:.2f}, 1,200 voters, seed 3, replicate 2>"
        )
    )
    table = world._repr_html_().replace(LEFT, "")
    for cell in (
        "<td>25 (February 2027)</td>",
        "<td>25.0%</td>",
        f"<td>R {world.results[-1].author_share:.1%} (November 2026)</td>",
        f"<td>{world.market.price:.3f} (1 in January 2025)</td>",
    ):
        assert cell in table
    assert world.month == 25


def test_a_world_prints_before_its_first_month_and_after_it_is_closed() -> None:
    world = World(voters=10)
    assert "month 0 (January 2025)" in repr(world)
    assert "none yet" in world._repr_html_().replace(LEFT, "")
    world.close()
    assert repr(world) == "<World, closed>"
    assert "closed" in world._repr_html_().replace(LEFT, "")


def test_a_subclass_prints_its_own_name() -> None:
    class Town(World):
        pass

    assert repr(Town(voters=10)).startswith("<Town, month 0")


@pytest.mark.parametrize("name", PRESETS)
def test_parameters_print_the_call_that_makes_them(name: str) -> None:
    tree = preset(name)
    assert eval(repr(tree), {"Parameters": Parameters}) == tree
    assert (repr(tree) == "Parameters()") == (name == "calibrated")
    changed = tree.difference(Parameters())
    table = tree._repr_html_().replace(LEFT, "")
    assert table.count("<td>share of voters</td>") <= len(changed)
    assert f"{len(changed)} of {len(parameter_names())} differ" in table
    for parameter in changed:
        assert f"<th>{parameter}</th>" in table
