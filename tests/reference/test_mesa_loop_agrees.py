"""A world of compiled kernels and a per-agent Mesa loop of the same rules make the same decisions, month by month."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from busy_worlds import BUSY, OPPOSED
from plain_world import PlainWorld

from political_moat import Parameters, World
from political_moat.agents.electorate import columns
from political_moat.agents.regulator.docket import Docket, stage_count
from political_moat.model.phases.agenda import available_options

TOLERANCE = 1e-5
EXPOSED = {"electorate.voters": 200, "exposure.breadth": 0.3, "voting.asset_vote_effect": 6.0}
SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "busy": BUSY,
    "busy, mirror world": {**BUSY, "institutions.author": "D"},
    "busy, blind polls": {**BUSY, "polls.blind": True},
    "busy, sleeve in a default fund": {**BUSY, "exposure.visibility": 0.1, "exposure.grandfathering": 0.5},
    "busy, small panels": {**BUSY, "polls.respondents": 70, "polls.hypothetical_bias": -0.5},
    "busy, blind polls, a network": {
        **BUSY,
        "polls.blind": True,
        "network.kind": "blocks",
        "network.degree": 8,
        "network.influence": 0.3,
    },
    "busy, ageing": {**BUSY, "people.ageing": True, "exposure.breadth": 0.7, "people.death_rate_65": 0.2},
    "busy, ageing, blind polls": {**BUSY, "people.ageing": True, "polls.blind": True, "people.death_rate_65": 0.2},
    "opposed voters, ballots": OPPOSED,
    "busy, guidance": {**BUSY, "policy.layer": "guidance", "channels.turnout": False},
}


def both(values: dict[str, Any], seed: int) -> tuple[World, PlainWorld]:
    """The same world twice."""
    p = Parameters().with_values({**EXPOSED, **values})
    return World(p, seed), PlainWorld(p, seed)


def close(got: Any, expected: Any, what: str) -> None:
    """Within the tolerance, relative or absolute."""
    np.testing.assert_allclose(
        np.asarray(got, dtype=float), np.asarray(expected, dtype=float), rtol=TOLERANCE, atol=TOLERANCE, err_msg=what
    )


def decisions_agree(fast: World, slow: PlainWorld) -> None:
    """Events, dockets, offices and winners are equal; platforms and shares agree to the tolerance."""
    assert fast.events == slow.events
    assert (fast.month, fast.in_office, fast.terms_in_office) == (slow.month, slow.in_office, slow.terms_in_office)
    assert fast.law == slow.law
    assert fast.docket == slow.docket
    assert [suit.decided for suit in fast.suits] == [suit.decided for suit in slow.suits]
    for role, party in fast.parties.items():
        assert party.platform == slow.parties[role].platform
    for result, other in zip(fast.results, slow.results, strict=True):
        assert (result.month, result.presidential, result.winner) == (other.month, other.presidential, other.winner)
        assert [result.congress.controls(role) for role in fast.parties] == [
            other.congress.controls(role) for role in fast.parties
        ]
        close(other.author_share, result.author_share, "vote share")
        close([other.author_votes, other.opponent_votes], [result.author_votes, result.opponent_votes], "votes")
    for month, other_month in zip(fast.record, slow.record, strict=True):
        assert month._replace(price=0.0) == other_month._replace(price=0.0)
        close(other_month.price, month.price, "price")
    assert (fast.last_poll is None) == (slow.last_poll is None)
    if fast.last_poll is not None and slow.last_poll is not None:
        assert fast.last_poll[1] == slow.last_poll[1]
        close(slow.last_poll[0].shares, fast.last_poll[0].shares, "poll")
    close(slow.account_totals, fast.account_totals, "totals of the accounts")


def voters_agree(fast: World, slow: PlainWorld) -> None:
    """Every column of every voter."""
    for name in columns.FIXED:
        close(slow.population.agents.get(name), fast.electorate.column(name), name)
    for name in columns.DYNAMIC:
        close(slow.population.agents.get(name), fast.electorate.column(name), name)
        if fast.blind is not None and slow.shadow is not None:
            close(slow.shadow.agents.get(name), fast.blind.column(name), f"{name} of the blind poll's electorate")


@pytest.mark.parametrize("rule", ["sticker", "best-response"])
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("setting", SETTINGS)
def test_two_years_of_free_policy_are_the_same(setting: str, seed: int, rule: str) -> None:
    fast, slow = both({**SETTINGS[setting], "party.rule": rule}, seed)
    for world in (fast, slow):
        world.released = True
        world.advance(24)
    decisions_agree(fast, slow)
    voters_agree(fast, slow)
    assert len(fast.results) == 1
    if setting.startswith("busy"):
        assert fast.events, "nothing happened, so nothing was compared"


@pytest.mark.parametrize(("seed", "setting"), [(2, "busy"), (5, "defaults")])
def test_the_stress_test_is_the_same(seed: int, setting: str) -> None:
    """A friendly term, stakes reset, a fork, and the opponent put in office for a year."""
    fast, slow = both(SETTINGS[setting], seed)
    for world in (fast, slow):
        world.advance(48)
    decisions_agree(fast, slow)
    fast.electorate.reset_stakes(fast.product_prices)
    slow.reset_stakes()
    voters_agree(fast, slow)
    opposed, opposed_slow = fast.fork(), slow.fork()
    for world in (opposed, opposed_slow):
        world.next_government = "opponent"
        world.released = True
        world.advance(12)
    assert opposed.month == 60
    assert opposed.in_office == "opponent"
    decisions_agree(opposed, opposed_slow)
    voters_agree(opposed, opposed_slow)
    if setting == "busy":
        assert any(event.role == "opponent" for event in opposed.events)
    # The world that was forked stands where it stood.
    assert slow.month == 48
    voters_agree(fast, slow)


@pytest.mark.parametrize(("protection", "months", "left"), [(0.0, 11, 0.1), (0.0, 14, 0.0), (0.5, 14, 0.55)])
def test_a_forced_sale_and_its_grievance_are_the_same(protection: float, months: int, left: float) -> None:
    """A prohibition that takes effect at once: what is not protected goes month by month, and holders resent it."""
    fast, slow = both({"exposure.grandfathering": protection, "policy.friendly_month": 1}, 6)
    held = float(np.sum(slow.population.agents.get("units")))
    for world in (fast, slow):
        world.advance(5)
        option = next(option for option in available_options(world) if option.name == "prohibit")
        last = stage_count(option.instrument, world.parameters.regulator) - 1
        world.docket = Docket(option, world.in_office, world.month, last, float(world.month), True)
        world.advance(months)
    decisions_agree(fast, slow)
    voters_agree(fast, slow)
    assert [event.kind for event in slow.events][:1] == ["enacted"]
    assert np.min(slow.population.agents.get("grievance")) < 0.0
    sold_out = left == 0.0
    still = float(np.sum(slow.population.agents.get("units")))
    assert still == 0.0 if sold_out else 0.0 < still < left * held
