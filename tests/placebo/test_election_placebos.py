"""Placebos with takeover by election and a midterm penalty: nothing but the channels ties politics to exposure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import moat_arms as arms
import numpy as np
import pytest

from political_moat.model.fast_forward import advance
from political_moat.model.parameters.channels import CHANNELS
from political_moat.model.state import WorldState

ON = {"elections.takeover": "election", "elections.midterm_penalty": 2.0, "elections.college_bias_sd": 1.2}
LIVELY = {"voting.asset_vote_effect": 6.0, "party.donors_per_stake": 1.0, "regulator.reliance_weight": 1.0}
ALL_OFF = {f"channels.{name}": False for name in CHANNELS}
HOLDERS = {"exposure.breadth": 0.9, "exposure.allocation": 0.2}


def worlds(values: Mapping[str, Any], replicate: int) -> tuple[WorldState, WorldState]:
    """Return the opposed terms without exposure and with it, as the stress test makes them."""
    zero = arms.friendly_term(arms.tree({**ON, **values}), 11, replicate)
    exposed = arms.friendly_term(arms.tree({**ON, **values, **HOLDERS}), 11, replicate, zero=zero)
    ends = arms.takeover(zero, "opponent", zero), arms.takeover(exposed, "opponent", zero)
    for world in ends:
        advance(world, arms.TERM)
    return ends


@pytest.mark.parametrize("replicate", range(3))
def test_with_every_channel_off_the_political_path_is_the_same_at_every_exposure(replicate: int) -> None:
    without, exposed = worlds({**LIVELY, **ALL_OFF}, replicate)
    assert arms.political_path(exposed) == arms.political_path(without)
    assert exposed.market.held > 0.0


def test_positive_control_with_the_channels_on_the_votes_depend_on_exposure_and_the_draws_do_not() -> None:
    without, exposed = worlds(LIVELY, 1)
    assert arms.political_path(exposed) != arms.political_path(without)
    assert [one.chance for one in exposed.results] == [one.chance for one in without.results]
    assert exposed.results[1].author_share > without.results[1].author_share


@pytest.mark.parametrize("replicate", range(4))
def test_the_mirror_world_has_the_same_takeover_and_the_same_term(replicate: int) -> None:
    values = {**ON, "exposure.breadth": 0.4, "exposure.allocation": 0.1, "exposure.skew": 0.4}
    world = arms.opposed_world(values, replicate)
    mirror = arms.opposed_world({**values, "institutions.author": "D"}, replicate)
    assert mirror.events == world.events
    assert [one.winner for one in mirror.results] == [one.winner for one in world.results]
    assert np.allclose([one.chance for one in mirror.results], [one.chance for one in world.results], atol=1e-4)
    shares = [[one.author_share for one in each.results] for each in (world, mirror)]
    assert np.allclose(*shares, atol=1e-5)


def test_positive_control_the_penalty_costs_the_opposed_government_seats_at_its_midterm() -> None:
    houses = []
    for points in (0.0, 4.0):
        values = {"elections.takeover": "election", "elections.midterm_penalty": points}
        houses.append([arms.opposed_world(values, replicate).results[2].congress.house for replicate in range(4)])
    assert (np.subtract(*houses[::-1]) > 0.04).all()
