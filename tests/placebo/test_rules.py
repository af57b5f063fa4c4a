"""The key placebos hold under every party rule. Their positive controls are the same arms with the channel open."""

from __future__ import annotations

from typing import Any

import moat_arms as arms
import numpy as np
import pytest

from political_moat.agents.electorate.columns import TURNOUT_PRESIDENTIAL
from political_moat.agents.electorate.voting.ballots import ballots
from political_moat.agents.party.rules import RULES
from political_moat.agents.perception import NOT_ASKED
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.channels import CHANNELS
from political_moat.model.phases.polling import ask, question_row

ALL_OFF = {f"channels.{name}": False for name in CHANNELS}
UPPER = {"voting.asset_vote_effect": 6.0}
LIVELY = {**UPPER, "party.donors_per_stake": 1.0, "regulator.reliance_weight": 1.0}
HOLDERS = {"exposure.breadth": 0.6, "exposure.allocation": 0.2}
WITHOUT_COURTS = {**UPPER, "channels.reliance": False}
SKEWED = {"exposure.breadth": 0.4, "exposure.allocation": 0.1, "exposure.skew": 0.4, "voting.asset_vote_effect": 4.0}
CONTROLS = [name for name, rule in RULES.items() if not (rule.heeds_polls or rule.needs_opinion or rule.remembers)]
REPLICATES = range(2)
PAIRS = 8
"""Replicates of a positive control, which asks whether anything changes, not how much."""

every_rule = pytest.mark.parametrize("rule", RULES)
every_replicate = pytest.mark.parametrize("replicate", REPLICATES)


def memories(world: Any) -> dict[str, Any]:
    return {role: party.memory for role, party in world.parties.items()}


def test_the_sticker_is_a_control_and_the_other_shipped_rules_are_not() -> None:
    shipped = {"sticker", "best-response", "aggregator", "hunter", "learner"}
    assert shipped <= set(RULES)
    assert shipped & set(CONTROLS) == {"sticker"}


@every_rule
@every_replicate
def test_with_every_channel_off_the_political_path_is_the_same(rule: str, replicate: int) -> None:
    values = {**LIVELY, **ALL_OFF, "party.rule": rule}
    without, exposed = (arms.opposed_world({**values, **dose}, replicate) for dose in ({}, HOLDERS))
    assert arms.political_path(exposed) == arms.political_path(without)
    assert memories(exposed) == memories(without)
    assert exposed.last_poll == without.last_poll
    assert exposed.market.held > 0.0


@pytest.mark.parametrize("rule", CONTROLS)
@pytest.mark.parametrize("replicate", range(4))
def test_attempts_of_a_control_do_not_depend_on_exposure_once_congress_is_imposed(rule: str, replicate: int) -> None:
    values = {**WITHOUT_COURTS, "party.rule": rule}
    without = arms.opposed_world(values, replicate)
    imposed = arms.opposed_world({**values, **HOLDERS}, replicate, arms.seated(without))
    assert arms.attempts(imposed) == arms.attempts(without)
    assert imposed.last_poll != without.last_poll


@pytest.mark.parametrize("rule", [name for name in RULES if name not in CONTROLS])
def test_positive_control_attempts_of_every_other_rule_depend_on_exposure(rule: str) -> None:
    values = {**WITHOUT_COURTS, "opinion.ownership_shift": 0.3, "party.rule": rule}
    moved = 0
    for replicate in range(PAIRS):
        without = arms.opposed_world(values, replicate)
        imposed = arms.opposed_world({**values, **HOLDERS}, replicate, arms.seated(without))
        moved += arms.attempts(imposed) != arms.attempts(without)
    assert moved > 0


@every_rule
@every_replicate
def test_with_blind_polls_and_an_imposed_congress_attempts_are_the_same(rule: str, replicate: int) -> None:
    values = {**WITHOUT_COURTS, "party.rule": rule, "polls.blind": True}
    without = arms.opposed_world(values, replicate)
    imposed = arms.opposed_world({**values, **HOLDERS}, replicate, arms.seated(without))
    assert arms.attempts(imposed) == arms.attempts(without)
    assert memories(imposed) == memories(without)


@every_rule
@every_replicate
def test_an_invisible_stake_changes_nothing_in_politics(rule: str, replicate: int) -> None:
    values = {**LIVELY, "party.rule": rule}
    without, invisible = (
        arms.opposed_world({**values, **dose}, replicate) for dose in ({}, {**HOLDERS, "exposure.visibility": 0.0})
    )
    assert arms.political_path(invisible) == arms.political_path(without)
    assert memories(invisible) == memories(without)


@every_rule
@every_replicate
def test_the_mirror_world_has_the_same_history_with_the_labels_swapped(rule: str, replicate: int) -> None:
    values = {**SKEWED, "party.rule": rule}
    world = arms.opposed_world(values, replicate)
    mirror = arms.opposed_world({**values, "institutions.author": "D"}, replicate)
    assert mirror.events == world.events
    assert [one.winner for one in mirror.results] == [one.winner for one in world.results]
    for role, party in world.parties.items():
        assert mirror.party(role).platform == pytest.approx(party.platform, abs=1e-5)
        assert mirror.party(role).memory.aims == pytest.approx(party.memory.aims, abs=1e-5)
        assert mirror.party(role).memory.shares == pytest.approx(party.memory.shares, abs=1e-5)
    reports = [one.last_poll[0] for one in (world, mirror) if one.last_poll is not None]
    assert len(reports) == 2
    for field in ("mean_ideal", "own_mean_ideal"):
        assert getattr(reports[1], field) == pytest.approx(getattr(reports[0], field), abs=1e-5)


@every_rule
def test_the_panel_is_asked_for_ideals_and_memory_is_kept_only_for_a_rule_that_declares_it(rule: str) -> None:
    world = arms.opposed_world({"party.rule": rule}, 0)
    assert world.last_poll is not None
    report = world.last_poll[0]
    asked = (report.mean_ideal != NOT_ASKED, report.own_mean_ideal != NOT_ASKED)
    assert asked == (RULES[rule].needs_opinion,) * 2
    kept = world.party("opponent").memory
    assert bool(kept.aims) == RULES[rule].remembers
    assert len(kept.aims) == len(kept.shares)


@every_rule
def test_a_fork_copies_the_memory_and_changes_it_independently(rule: str) -> None:
    past = arms.friendly_term(arms.tree({"party.rule": rule}), seed=11, replicate=0)
    before = memories(past)
    twin = arms.takeover(past, "opponent", past)
    assert memories(twin) == before
    advance(twin, arms.TERM)
    assert memories(past) == before
    assert (memories(twin) != before) == RULES[rule].remembers


def test_supporters_are_weighted_by_their_expected_vote() -> None:
    """Compare the poll's means with plain sums over the panel, weighted by each voter's expected ballot."""
    for author in ("R", "D"):
        panel = {"polls.respondents": 700, "polls.binary": False, "polls.foresight": 0.0}
        values = {**SKEWED, **panel, "party.rule": "aggregator", "institutions.author": author}
        world = arms.friendly_term(arms.tree(values), seed=11, replicate=0)
        pair = (world.stand("author"), world.stand("opponent"))
        report = ask(world, "opponent", [pair])
        utilities, turnouts = ballots(
            world.electorate.fixed,
            world.electorate.dynamic,
            world.product_prices,
            world.incumbent_sign,
            0.0,
            world.threat,
            TURNOUT_PRESIDENTIAL,
            True,
            np.array(question_row(world, *pair, world.openness)),
            world.vote_coefficients,
        )
        first = world.month // 3 * 700 % 1000
        everyone = supported = weight = votes = 0.0
        for position in range(first, first + 700):
            i = position % 1000
            ideal = float(world.electorate.column("ideal")[i])
            for_r = 1.0 / (1.0 + np.exp(-utilities[i]))
            chance = float(turnouts[i] * (1.0 - for_r if author == "R" else for_r))
            everyone += ideal / 700
            supported += chance * ideal
            weight += chance
            votes += turnouts[i]
        assert report.mean_ideal == pytest.approx(everyone)
        assert report.own_mean_ideal == pytest.approx(supported / weight)
        assert report.shares[0] == pytest.approx(weight / votes)
