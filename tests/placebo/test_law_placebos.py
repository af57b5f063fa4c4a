"""Placebos and the mirror world hold with sunsets, the review act, midnight rules and every form of government."""

from __future__ import annotations

from typing import Any

import moat_arms as arms
import pytest

from political_moat.model.elections.national_vote import Congress
from political_moat.model.parameters.channels import CHANNELS
from political_moat.model.state import WorldState
from political_moat.model.world import World

ALL_OFF = {f"channels.{name}": False for name in CHANNELS}
HOLDERS = {"exposure.breadth": 0.6, "exposure.allocation": 0.2}
SKEWED = {"exposure.breadth": 0.4, "exposure.allocation": 0.1, "exposure.skew": 0.4}
EAGER = {
    "party.agenda_gate": 1.0,
    "party.agenda_cost": -0.3,
    "party.rival_value": 0.01,
    "voting.asset_vote_effect": 6.0,
    "regulator.rule_months": 6.0,
    "policy.lapse_blame": 1.0,
}
"""Settings with an event in nearly every quarter: rules are quick and a lapse is blamed in full."""
SETTINGS: dict[str, dict[str, Any]] = {
    "late friendly rule": {"policy.friendly_month": 44},
    "sunset": {"policy.sunset_months": 36, "policy.sunset_covers": "all"},
    "sunset of a statute": {
        "policy.layer": "statute",
        "policy.sunset_months": 40,
        "institutions.senate_threshold": 0.5,
    },
    "reconciliation": {
        "policy.layer": "statute",
        "policy.on_money": True,
        "institutions.reconciliation": True,
        "regulator.statute_months": 6.0,
    },
    "bargained sunset": {
        "policy.sunset_months": 24,
        "policy.sunset_covers": "all",
        "institutions.sunset_bargain": 0.5,
    },
    "one chamber": {"policy.layer": "statute", "institutions.chambers": "unicameral"},
    "parliament": {"policy.layer": "statute", "institutions.chambers": "parliamentary"},
}
HOSTILE = {48: Congress(0.45, (0.45, 0.45, 0.45))}
every_setting = pytest.mark.parametrize("setting", SETTINGS)


def history(setting: str, values: dict[str, Any], replicate: int) -> WorldState:
    """Run three terms with policy released once the friendly policy is in force.

    A late friendly policy and a statute on money meet an opposed government with both chambers, rare by chance.
    """
    values = {**EAGER, **SKEWED, **SETTINGS[setting], **values}
    if setting in ("late friendly rule", "reconciliation"):
        return arms.opposed_world(values, replicate, HOSTILE)
    world = World(arms.tree({"electorate.voters": 500, **values}), seed=12, replicate=replicate)
    world.advance(20)
    world.released = True
    world.advance(3 * arms.TERM - 20)
    return world.state


@every_setting
@pytest.mark.parametrize("replicate", range(2))
def test_with_every_channel_off_the_political_path_is_the_same(setting: str, replicate: int) -> None:
    values = {**EAGER, **SETTINGS[setting], **ALL_OFF}
    without, exposed = (arms.opposed_world({**values, **dose}, replicate) for dose in ({}, HOLDERS))
    assert arms.political_path(exposed) == arms.political_path(without)
    assert without.events


@every_setting
def test_full_grandfathering_equals_no_breadth_where_only_the_threatened_loss_counts(setting: str) -> None:
    narrow = {
        "channels.retrospective": False,
        "channels.ideal_shift": False,
        "opinion.salience_stake": 0.0,
        "channels.price_impact": False,
    }
    values = {**EAGER, **SETTINGS[setting], **narrow}
    paths = [
        arms.political_path(arms.opposed_world({**values, **dose}, 1))
        for dose in ({}, {**HOLDERS, "exposure.grandfathering": 1.0})
    ]
    assert paths[1] == paths[0]


@every_setting
@pytest.mark.parametrize("replicate", range(2))
def test_the_mirror_world_has_the_same_history_with_the_labels_swapped(setting: str, replicate: int) -> None:
    world, mirror = (history(setting, {"institutions.author": label}, replicate) for label in ("R", "D"))
    assert mirror.events == world.events
    assert mirror.law == world.law
    assert [one.winner for one in mirror.results] == [one.winner for one in world.results]
    assert [(m.theta, m.kappa, m.layer) for m in mirror.record] == [(m.theta, m.kappa, m.layer) for m in world.record]


def test_positive_control_the_moves_and_events_of_the_law_happen_in_these_worlds() -> None:
    """The placebos test these moves only if rules are voided, renewed, lapse and so on in their worlds."""
    kinds = set()
    for setting in ("late friendly rule", "sunset", "reconciliation", "bargained sunset"):
        for replicate in range(6):
            kinds |= {event.kind for event in history(setting, {}, replicate).events}
    assert {"voided", "renewed", "lapsed", "bargained", "reconciled", "enacted", "docketed"} <= kinds


OFF = {
    "reconciliation": {"institutions.reconciliation": False},
    "bargained sunset": {"institutions.sunset_bargain": 0.0},
}
INERT: dict[str, dict[str, Any]] = {
    "reconciliation": {"policy.on_money": False},
    "bargained sunset": {"policy.sunset_months": 0},
}


@pytest.mark.parametrize("setting", OFF)
def test_a_switch_without_anything_to_act_on_changes_nothing(setting: str) -> None:
    """Statutes that are not on money, provisions without a sunset: the same bits as without the switch."""
    for replicate in range(2):
        on, off = (history(setting, {**INERT[setting], **more}, replicate) for more in ({}, OFF[setting]))
        assert arms.political_path(on) == arms.political_path(off)


def events_of_the_opposed_term(values: dict[str, Any], kind: str, instrument: str) -> int:
    """Count replicates whose opposed term, with both chambers, has a restrictive event of this kind."""
    worlds = [arms.opposed_world({**EAGER, **values}, replicate, HOSTILE) for replicate in range(24)]
    return sum(
        any(
            e.month >= arms.TERM and (e.kind, e.instrument, e.restrictive) == (kind, instrument, True) for e in w.events
        )
        for w in worlds
    )


@pytest.mark.parametrize(
    ("setting", "kind", "instrument", "more", "at_least"),
    [
        ("reconciliation", "enacted", "statute", True, 8),
        ("bargained sunset", "lapsed", "rule", False, 4),
    ],
)
def test_positive_control_the_switch_changes_what_becomes_of_policy(
    setting: str, kind: str, instrument: str, more: bool, at_least: int
) -> None:
    """With 55 senators the opponent restricts by reconciliation alone; if nobody acts, fewer sunsets take effect.

    A provision on money with reconciliation needs half of the Senate: the author's 45 senators block nothing, and
    nobody bargains.
    """
    idle = {"policy.sunset_months": 48, "party.agenda_gate": 0.0}
    idle |= {"elections.takeover": "decree", "policy.on_money": False}
    values = {**SETTINGS[setting], **(idle if kind == "lapsed" else {})}
    on, off = (events_of_the_opposed_term({**values, **switch}, kind, instrument) for switch in ({}, OFF[setting]))
    assert (on - off if more else off - on) >= at_least, (on, off)
