"""Placebos and positive controls of counter-mobilisation and of attention that follows the believed loss."""

from __future__ import annotations

from typing import Any

import moat_arms as arms
import pytest
from test_placebos import ALL_OFF, HOLDERS, LIVELY, REPLICATES, UPPER

OPPOSED = {
    "opinion.opposed_share": 0.3,
    "opinion.opposed_shift": 0.8,
    "opinion.opposed_salience": 0.5,
    "opinion.opposed_crash_salience": 1.0,
}
BY_LOSS = {"opinion.threat_from": "believed-loss"}
UNTOUCHABLE = {**BY_LOSS, "opinion.believed_price_fall": 0.0, "opinion.believed_sale_loss": 0.0}
NO_MARKET = {"channels.price_impact": False, "channels.depth": False, "channels.news": False}
SILENT = {"channels.retrospective": False, "opinion.ownership_shift": 0.0, "opinion.blame_shift": 0.0}
"""What a stake does beside the fear of policy: credit for gains, ownership, blame."""
PAIRS = 60


@pytest.mark.parametrize("replicate", REPLICATES)
def test_opposed_voters_without_shift_and_salience_vote_like_others(replicate: int) -> None:
    idle = dict.fromkeys(("opinion.opposed_shift", "opinion.opposed_salience", "opinion.opposed_crash_salience"), 0.0)
    paths = [
        arms.political_path(arms.opposed_world({**UPPER, **HOLDERS, **idle, "opinion.opposed_share": share}, replicate))
        for share in (0.0, 0.3, 1.0)
    ]
    assert paths[1] == paths[0]
    assert paths[2] == paths[0]


@pytest.mark.parametrize("replicate", REPLICATES)
@pytest.mark.parametrize("breadth", [0.1, 0.9])
def test_with_every_channel_off_the_opposed_do_not_let_exposure_in(replicate: int, breadth: float) -> None:
    values = {**LIVELY, **ALL_OFF, **OPPOSED}
    without = arms.opposed_world(values, replicate)
    exposed = arms.opposed_world({**values, "exposure.breadth": breadth, "exposure.allocation": 0.2}, replicate)
    assert arms.political_path(exposed) == arms.political_path(without)


@pytest.mark.parametrize("replicate", REPLICATES)
@pytest.mark.parametrize("switch", [{}, BY_LOSS])
def test_an_invisible_stake_does_not_silence_opposition(replicate: int, switch: dict[str, Any]) -> None:
    # Savers' flows move the price, and a fall in price awakens the opposed: without that channel nothing is left.
    values = {**LIVELY, **OPPOSED, **NO_MARKET, **switch}
    without = arms.opposed_world(values, replicate)
    invisible = arms.opposed_world({**values, **HOLDERS, "exposure.visibility": 0.0}, replicate)
    assert arms.political_path(invisible) == arms.political_path(without)


@pytest.mark.parametrize("replicate", REPLICATES)
def test_a_declared_effect_of_zero_leaves_opposition_to_those_who_hold(replicate: int) -> None:
    values = {**OPPOSED, **NO_MARKET, **SILENT, "voting.asset_vote_effect": 0.0}
    without = arms.opposed_world(values, replicate)
    exposed = arms.opposed_world({**values, **HOLDERS}, replicate)
    assert arms.political_path(exposed) == arms.political_path(without)


@pytest.mark.parametrize("replicate", REPLICATES)
def test_what_policy_cannot_touch_changes_nothing_in_politics(replicate: int) -> None:
    """Unlike NARROW of `test_placebos`, attention to stakes stays on: it follows the believed loss, which is 0."""
    values = {**UPPER, **SILENT, **UNTOUCHABLE}
    without = arms.opposed_world(values, replicate)
    exposed = arms.opposed_world({**values, **HOLDERS}, replicate)
    assert arms.political_path(exposed) == arms.political_path(without)


@pytest.mark.parametrize("replicate", REPLICATES)
def test_full_grandfathering_no_visibility_and_no_breadth_give_the_same_path_with_attention_on(replicate: int) -> None:
    values = {**UPPER, **SILENT, **BY_LOSS}
    doses: tuple[dict[str, Any], ...] = (
        {},
        {**HOLDERS, "exposure.visibility": 0.0},
        {**HOLDERS, "exposure.grandfathering": 1.0},
    )
    paths = [arms.political_path(arms.opposed_world({**values, **dose}, replicate)) for dose in doses]
    assert paths[1] == paths[0]
    assert paths[2] == paths[0]


@pytest.mark.parametrize("replicate", REPLICATES)
def test_with_every_channel_off_ballots_as_answers_do_not_let_exposure_in(replicate: int) -> None:
    values = {**LIVELY, **ALL_OFF, "polls.binary": True}
    without = arms.opposed_world(values, replicate)
    exposed = arms.opposed_world({**values, **HOLDERS}, replicate)
    assert arms.political_path(exposed) == arms.political_path(without)


def restrictions(values: dict[str, Any]) -> float:
    """Return the share of replicates whose installed opponent restricts; some rival issues are worth more."""
    values = {"party.rival_value": 0.2, **values}
    return sum(arms.ending(values, replicate).restricted for replicate in range(PAIRS)) / PAIRS


def test_positive_control_the_opposed_make_restrictions_more_frequent() -> None:
    assert restrictions(OPPOSED) - restrictions({}) > 0.10


@pytest.mark.parametrize("switch", [BY_LOSS, {"polls.binary": True}, {**BY_LOSS, **OPPOSED}])
def test_positive_control_a_visible_stake_that_policy_can_touch_prevents_reversals(switch: dict[str, Any]) -> None:
    assert arms.reversals({**UPPER, **HOLDERS, **switch}, PAIRS) - arms.reversals({**UPPER, **switch}, PAIRS) < -0.10


@pytest.mark.parametrize("switch", [{**OPPOSED}, {**BY_LOSS}, {"polls.binary": True}])
def test_mirrored_worlds_have_mirrored_paths(switch: dict[str, Any]) -> None:
    values = {**UPPER, **HOLDERS, **switch}
    for replicate in REPLICATES:
        right, left = (
            arms.opposed_world({**values, "institutions.author": author}, replicate) for author in ("R", "D")
        )
        assert right.events == left.events
        assert [m[1:3] for m in arms.political_path(right)[0]] == [m[1:3] for m in arms.political_path(left)[0]]
        assert arms.attempts(right) == arms.attempts(left)
