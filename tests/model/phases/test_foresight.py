"""What a party reads with foresight: linear in it, without effect of labels, and with the channels of exposure."""

from __future__ import annotations

from typing import Any

import pytest

from political_moat.agents.perception import PollReport
from political_moat.experiments.protocols.stress_test.run import friendly_term, takeover
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.channels import CHANNELS
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.agenda import available_options
from political_moat.model.phases.polling import ask
from political_moat.model.state import WorldState

SMALL = {"electorate.voters": 1000, "polls.respondents": 400, "exposure.breadth": 0.3}
ALL_OFF = {f"channels.{name}": False for name in CHANNELS}


def opposed(values: dict[str, Any], months: int = 3) -> WorldState:
    """A world whose policy is held under the installed opponent."""
    past = friendly_term(Parameters().with_values({**SMALL, **values}), 4, 0)
    world = takeover(past, "opponent", past)
    world.released = False
    advance(world, months)
    return world


def menu_report(world: WorldState, **values: float) -> PollReport:
    """The poll of the opponent about its menu, with some parameters of polls replaced."""
    asked = world.fork(world.parameters.with_values({f"polls.{name}": value for name, value in values.items()}))
    options = available_options(asked)
    rival = asked.stand("author")
    return ask(asked, "opponent", [(rival, option.stand) for option in options], items=options)


@pytest.mark.parametrize("bias", [0.0, 0.5])
def test_the_report_is_linear_in_foresight(bias: float) -> None:
    world = opposed({})
    now, half, ahead = (menu_report(world, foresight=f, hypothetical_bias=bias).shares for f in (0.0, 0.5, 1.0))
    assert half == pytest.approx([0.5 * (a + b) for a, b in zip(now, ahead, strict=True)], abs=1e-14)
    assert now != ahead


def test_foresight_hardly_changes_the_poll_of_a_world_without_exposure() -> None:
    names = [option.name for option in available_options(opposed({"exposure.breadth": 0.0}))]
    change = {}
    for breadth in (0.0, 0.3):
        world = opposed({"exposure.breadth": breadth})
        now, ahead = (menu_report(world, foresight=f).shares for f in (0.0, 1.0))
        costs = [share[names.index("prohibit")] - share[0] for share in (now, ahead)]
        change[breadth] = abs(costs[1] - costs[0])
    assert change[0.0] < 4e-4
    assert change[0.3] > 5.0 * change[0.0]


def test_the_challenger_foresees_what_is_on_the_docket() -> None:
    world = opposed({})
    option = next(option for option in available_options(world) if option.name == "prohibit")
    asked = world.fork(world.parameters.with_values({"polls.foresight": 1.0}))
    pair = [(asked.stand("author"), option.stand)]
    announced = ask(asked, "author", pair).shares
    asked.docket = None
    rival_holds = menu_report(world, foresight=1.0).shares[0]
    with_docket = menu_report(world, foresight=1.0).shares[-1]
    assert announced[0] > 1.0 - with_docket
    assert with_docket < rival_holds


def test_with_every_channel_off_what_is_foreseen_does_not_depend_on_exposure() -> None:
    worlds = [opposed({**ALL_OFF, "exposure.breadth": breadth}) for breadth in (0.0, 0.9)]
    without, exposed = (menu_report(world, foresight=1.0) for world in worlds)
    assert exposed == without


def test_positive_control_with_the_channels_on_what_is_foreseen_depends_on_exposure() -> None:
    without, exposed = (
        menu_report(opposed({"exposure.breadth": breadth, "voting.asset_vote_effect": 6.0}), foresight=1.0).shares
        for breadth in (0.0, 0.9)
    )
    assert min(b - a for a, b in zip(without, exposed, strict=True)) < -0.01


def test_a_blind_poll_projects_the_electorate_without_stakes() -> None:
    blind = menu_report(opposed({"polls.blind": True, **{"exposure.breadth": 0.3}}), foresight=1.0).shares
    nobody = menu_report(opposed({"exposure.breadth": 0.0}), foresight=1.0).shares
    seen = menu_report(opposed({}), foresight=1.0).shares
    assert [a - blind[0] for a in blind] == pytest.approx([b - nobody[0] for b in nobody], abs=3e-4)
    assert seen[-1] - seen[0] < blind[-1] - blind[0] - 1e-3


def fall_foreseen(share: float) -> list[float]:
    """What a price at half its peak changes in a menu's projected shares, at a share of opposed voters."""
    world = opposed({"opinion.opposed_share": share})
    reports = []
    for factor in (1.0, 2.0):
        world.market = world.market._replace(peak=factor * world.market.price)
        reports.append(menu_report(world, foresight=1.0, binary=False).shares)
    return [after - before for before, after in zip(*reports, strict=True)]


def test_a_fall_of_the_price_is_foreseen_through_the_opposed_alone() -> None:
    assert set(fall_foreseen(0.0)) == {0.0}
    assert max(fall_foreseen(0.3)) > 1e-4


@pytest.mark.parametrize("values", [{}, {"polls.binary": True, "opinion.opposed_share": 0.3}])
@pytest.mark.parametrize("months", [3, 27])
def test_the_mirror_world_foresees_the_same(months: int, values: dict[str, Any]) -> None:
    world, mirror = (opposed({"institutions.author": who, **values}, months) for who in ("R", "D"))
    here, there = (menu_report(each, foresight=1.0).shares for each in (world, mirror))
    assert there == pytest.approx(here, abs=1e-6)


@pytest.mark.parametrize("foresight", [0.0, 1.0])
def test_the_mirror_world_has_the_same_history(foresight: float) -> None:
    runs = []
    for who in ("R", "D"):
        past = friendly_term(
            Parameters().with_values({**SMALL, "polls.foresight": foresight, "institutions.author": who}), 4, 1
        )
        world = takeover(past, "opponent", past)
        advance(world, 48)
        runs.append(world)
    assert runs[0].events == runs[1].events
    assert [result.winner for result in runs[0].results] == [result.winner for result in runs[1].results]
