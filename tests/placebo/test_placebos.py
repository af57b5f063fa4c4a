"""Exact placebos (negative controls): with a channel closed, exposure changes nothing, to the last bit.

Each placebo has a positive control: the same arms with the channel open, where exposure must change something.
"""

from __future__ import annotations

import moat_arms as arms
import pytest

from political_moat.model.parameters.channels import CHANNELS
from political_moat.model.policy.public_facts import law_state, policy_state

ALL_OFF = {f"channels.{name}": False for name in CHANNELS}
UPPER = {"voting.asset_vote_effect": 6.0}
LIVELY = {**UPPER, "party.donors_per_stake": 1.0, "regulator.reliance_weight": 1.0}
HOLDERS = {"exposure.breadth": 0.6, "exposure.allocation": 0.2}
NARROW = {
    "channels.retrospective": False,
    "channels.salience": False,
    "opinion.ownership_shift": 0.0,
    "opinion.blame_shift": 0.0,
}
REPLICATES = range(4)
PAIRS = 60
"""Replicates of a positive control: the standard error of a paired difference near -.3 is about .06."""


@pytest.mark.parametrize("replicate", REPLICATES)
@pytest.mark.parametrize("breadth", [0.1, 0.9])
def test_with_every_channel_off_the_political_path_is_the_same_at_every_exposure(
    replicate: int, breadth: float
) -> None:
    values = {**LIVELY, **ALL_OFF}
    without = arms.opposed_world(values, replicate)
    exposed = arms.opposed_world({**values, "exposure.breadth": breadth, "exposure.allocation": 0.2}, replicate)
    assert arms.political_path(exposed) == arms.political_path(without)
    assert exposed.electorate.column("assigned_stake").max() > 0.0


EVOLVING = {
    "exposure.evolves": True,
    "policy.friendly_month": 1,
    "adoption.annual_reallocation_rate": 0.3,
    "product.target_date_sleeve_least_openness": 0.5,
}
LITTLE = {"adoption.takeup_given_offer_optin": 0.01, "adoption.ira_takeup": 0.0}
MUCH = {
    "adoption.takeup_given_offer_optin": 0.9,
    "adoption.ira_takeup": 0.9,
    "adoption.tdf_crypto_sleeve": 0.2,
    "employer.share_plans_offering_crypto_t0": 0.5,
    "exposure.breadth": 0.2,
}


@pytest.mark.parametrize("replicate", REPLICATES)
def test_with_every_channel_off_the_political_path_is_the_same_however_exposure_evolves(replicate: int) -> None:
    little = arms.opposed_world({**LIVELY, **ALL_OFF, **EVOLVING, **LITTLE}, replicate)
    much = arms.opposed_world({**LIVELY, **ALL_OFF, **EVOLVING, **MUCH}, replicate)
    assert arms.political_path(much) == arms.political_path(little)
    assert much.market.held > 10.0 * little.market.held


def test_positive_control_with_the_channels_on_the_political_path_depends_on_how_exposure_evolves() -> None:
    little, much = (arms.opposed_world({**LIVELY, **EVOLVING, **dose}, replicate=1) for dose in (LITTLE, MUCH))
    assert arms.political_path(much) != arms.political_path(little)


@pytest.mark.parametrize("role", ["author", "opponent"])
def test_with_every_channel_off_the_perception_of_a_party_does_not_depend_on_exposure(role: str) -> None:
    perceived = []
    for breadth in (0.0, 0.3, 0.9):
        values = {**LIVELY, **ALL_OFF, "exposure.breadth": breadth, "exposure.allocation": 0.2}
        world = arms.opposed_world(values, replicate=1)
        perceived.append((policy_state(world, role), law_state(world), world.last_poll))
    assert perceived[0] == perceived[1] == perceived[2]
    assert perceived[0][2] is not None


def test_positive_control_with_the_channels_on_the_poll_of_a_party_depends_on_exposure() -> None:
    polls = [arms.opposed_world({**UPPER, **dose}, replicate=1).last_poll for dose in ({}, HOLDERS)]
    assert polls[0] != polls[1]


def test_positive_control_with_the_channels_on_exposure_prevents_reversals() -> None:
    assert arms.reversals({**UPPER, **HOLDERS}, PAIRS) - arms.reversals(UPPER, PAIRS) < -0.10


@pytest.mark.parametrize("replicate", REPLICATES)
def test_with_blind_polls_and_an_imposed_congress_attempts_are_the_same_in_every_quarter(replicate: int) -> None:
    values = {**UPPER, "polls.blind": True}
    without = arms.opposed_world(values, replicate)
    imposed = arms.opposed_world({**values, **HOLDERS}, replicate, arms.seated(without))
    assert arms.attempts(imposed) == arms.attempts(without)


@pytest.mark.parametrize("replicate", REPLICATES)
def test_with_blind_polls_and_a_free_congress_attempts_are_the_same_up_to_the_first_midterm(replicate: int) -> None:
    values = {**UPPER, "polls.blind": True}
    without = arms.opposed_world(values, replicate)
    free = arms.opposed_world({**values, **HOLDERS}, replicate, {48: arms.seated(without)[48]})
    early = [[one for one in arms.attempts(world) if one.month < 72] for world in (without, free)]
    assert early[0] == early[1]
    assert free.results[-2].author_share != without.results[-2].author_share


def test_positive_control_polls_that_see_stakes_deter_attempts_and_blind_polls_do_not() -> None:
    def prohibitions(blind: bool, exposed: bool) -> float:
        values = {**UPPER, "polls.blind": blind, **(HOLDERS if exposed else {})}
        hostile = 0
        for replicate in range(PAIRS):
            congress = dict(arms.ending({**UPPER, "polls.blind": blind}, replicate).congress)
            hostile += bool(arms.ending(values, replicate, congress).moves & {"prohibit", "close"})
        return hostile / PAIRS

    assert prohibitions(False, True) - prohibitions(False, False) < -0.10
    assert prohibitions(True, True) == prohibitions(True, False)


@pytest.mark.parametrize("replicate", REPLICATES)
def test_full_grandfathering_no_visibility_and_no_breadth_give_the_same_path(replicate: int) -> None:
    values = {**UPPER, **NARROW}
    worlds = [
        arms.opposed_world({**values, **dose}, replicate)
        for dose in ({}, {**HOLDERS, "exposure.visibility": 0.0}, {**HOLDERS, "exposure.grandfathering": 1.0})
    ]
    paths = [arms.political_path(world) for world in worlds]
    assert paths[1] == paths[0]
    assert paths[2] == paths[0]


def test_positive_control_without_grandfathering_the_prospective_loss_alone_prevents_reversals() -> None:
    values = {**UPPER, **NARROW}
    assert arms.reversals({**values, **HOLDERS}, PAIRS) - arms.reversals(values, PAIRS) < -0.10


@pytest.mark.parametrize("replicate", REPLICATES)
def test_with_every_channel_on_an_invisible_stake_changes_nothing_in_politics(replicate: int) -> None:
    news = {"market.rule_news_jump": 0.1, "market.party_control_news_jump": 0.3, "market.depth_switch": True}
    values = {**LIVELY, **news}
    without = arms.opposed_world(values, replicate)
    invisible = arms.opposed_world({**values, **HOLDERS, "exposure.visibility": 0.0}, replicate)
    assert arms.political_path(invisible) == arms.political_path(without)
    assert invisible.market.price != without.market.price


def test_positive_control_a_visible_stake_prevents_reversals_and_an_invisible_stake_does_not() -> None:
    invisible = arms.reversals({**UPPER, **HOLDERS, "exposure.visibility": 0.0}, PAIRS)
    assert arms.reversals({**UPPER, **HOLDERS}, PAIRS) - invisible < -0.10
