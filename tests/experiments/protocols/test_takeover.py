"""Takeover by election: the opponent wins without exposure, every arm has those draws, and Congress follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from political_moat.agents.draws import Draws
from political_moat.experiments.protocols.mediation.design import MediationDesign
from political_moat.experiments.protocols.mediation.run import OUTCOMES, run_mediation_replicate
from political_moat.experiments.protocols.prior_mass.design import PriorMassDesign
from political_moat.experiments.protocols.prior_mass.run import run_prior_draw
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import (
    friendly_term,
    run_replicate,
    takeover,
    with_dose,
    zero_terms,
)
from political_moat.experiments.protocols.targets import policy_controls
from political_moat.experiments.protocols.targets.policy_controls import control_parameters
from political_moat.experiments.protocols.targets.takeovers import (
    first_takeover_counts,
    stress_takeover_counts,
    takeover_counts,
)
from political_moat.experiments.reporting.figures.single_run import run_story
from political_moat.experiments.reporting.replicate_view import stress_replicate
from political_moat.model.build import build_state
from political_moat.model.elections.national_vote import Chance
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.tree import Parameters
from political_moat.model.state import WorldState

BY_ELECTION = {"electorate.voters": 400, "elections.takeover": "election"}
PARLIAMENT = {
    "institutions.chambers": "parliamentary",
    "institutions.term_months": 60,
    "institutions.election_lead": 1,
    "elections.college_bias_sd": 0.0,
}
COUNTRIES = {"usa": {}, "mirror": {"institutions.author": "D"}, "parliament": PARLIAMENT}
EXPOSED = {"exposure.breadth": 0.6, "exposure.allocation": 0.2, "voting.asset_vote_effect": 6.0}
SEED = 23


def tree(values: Mapping[str, Any]) -> Parameters:
    return Parameters().with_values({**BY_ELECTION, **values})


def unexposed(values: Mapping[str, Any]) -> Parameters:
    return with_dose(tree(values), 0.0, 1.0)


def free_chances(replicate: int, months: Sequence[int]) -> list[Chance]:
    draws = Draws(SEED, replicate)
    return [Chance(draws.normal("valence", 0, month), draws.normal("college", 0, month)) for month in months]


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("replicate", range(4))
def test_each_government_follows_from_the_election_that_its_party_won_without_exposure(
    country: str, replicate: int
) -> None:
    p = unexposed(COUNTRIES[country])
    zeros = zero_terms(p, SEED, replicate)
    for role, zero in zeros.items():
        last = zero.results[-1]
        assert last.month == p.institutions.term_months - p.institutions.election_lead
        assert last.winner == role
        assert zero.elected_congress == last.congress
        assert takeover(zero, role, zero).elected_congress == last.congress
        before = [one for one in zero.results if one != last]
        assert [one.chance for one in before] == free_chances(replicate, [one.month for one in before])
    lost, won = (zeros[role].results[-1] for role in ("opponent", "author"))
    assert lost.chance < won.chance
    assert lost.author_share < won.author_share
    assert lost.congress.house < won.congress.house


@pytest.mark.parametrize("replicate", range(3))
def test_the_mirror_world_draws_the_same_election(replicate: int) -> None:
    world, mirror = (friendly_term(unexposed(COUNTRIES[name]), SEED, replicate) for name in ("usa", "mirror"))
    assert mirror.results[-1].chance == pytest.approx(world.results[-1].chance, abs=1e-4)
    assert [one.winner for one in mirror.results] == [one.winner for one in world.results]
    assert [one.author_share for one in mirror.results] == pytest.approx(
        [one.author_share for one in world.results], abs=1e-5
    )


def test_the_term_run_for_both_winners_is_the_friendly_term_up_to_the_election() -> None:
    p = unexposed({})
    zeros, alone = zero_terms(p, SEED, 1), friendly_term(p, SEED, 1)
    assert zeros["opponent"].results == alone.results
    assert zeros["opponent"].record == alone.record
    assert zeros["author"].results[:-1] == alone.results[:-1]
    assert zeros["author"].record[:46] == alone.record[:46]


def test_every_arm_has_the_draws_of_the_zero_exposure_arm_and_its_congress() -> None:
    zeros = zero_terms(unexposed(EXPOSED), SEED, 0)
    zero = zeros["opponent"]
    exposed = friendly_term(tree(EXPOSED), SEED, 0, zero=zero)
    assert [one.chance for one in exposed.results] == [one.chance for one in zero.results]
    assert exposed.results[-1].author_share != zero.results[-1].author_share
    for role, congress_of in zeros.items():
        world = takeover(exposed, role, congress_of)
        advance(world, 1)
        assert (world.in_office, world.congress) == (role, congress_of.elected_congress)


def test_decree_leaves_the_draws_free_and_the_congress_to_the_votes_cast() -> None:
    p = unexposed({"elections.takeover": "decree"})
    winners = set()
    for replicate in range(12):
        zeros = zero_terms(p, SEED, replicate)
        assert zeros["author"] is zeros["opponent"]
        assert [one.chance for one in zeros["author"].results] == free_chances(replicate, [22, 46])
        winners.add(zeros["author"].results[-1].winner)
    assert winners == {"author", "opponent"}


@pytest.mark.parametrize("country", ["usa", "parliament"])
def test_rows_do_not_depend_on_the_other_arms_of_the_design(country: str) -> None:
    p = tree({**EXPOSED, **COUNTRIES[country]})
    wide = run_replicate(p, StressDesign((0.0, 0.3, 0.6), (1.0, 0.1), ("statute",), 0.3), SEED, 0)
    narrow = run_replicate(p, StressDesign((0.0, 0.6), (1.0,), ()), SEED, 0)
    for table, fewer in ((wide.runs, narrow.runs), (wide.cycles, narrow.cycles)):
        assert [row for row in table if row["arm"] in ("b=0", "b=0.6 v=1")] == fewer
    alone = run_replicate(p, StressDesign((0.0, 0.6), (1.0,), (), returning=False), SEED, 0)
    for row, other in zip(alone.runs, narrow.runs, strict=True):
        assert row["reversed"] == other["reversed"]
        assert row["vote_share_before"] == other["vote_share_before"]


def test_the_ends_of_the_mediation_factorial_are_the_arms_of_the_stress_test() -> None:
    p = tree({**EXPOSED, "party.donors_per_stake": 1.0, "regulator.reliance_weight": 3.0})
    for replicate in range(3):
        zero, exposed = run_replicate(p, StressDesign((0.0, 0.6), (1.0,), (), 0.3, False), SEED, replicate).runs
        rows = {row["arm"]: row for row in run_mediation_replicate(p, MediationDesign(0.6, 1.0), SEED, replicate).runs}
        whole = rows["deterrence+replacement+convergence+inertia"]
        for outcome in OUTCOMES:
            assert rows["zero"][outcome] == rows["none"][outcome] == zero[outcome]
            assert whole[outcome] == exposed[outcome]


def opposed(past: WorldState, zero: WorldState) -> WorldState:
    world = takeover(past, "opponent", zero)
    advance(world, world.parameters.institutions.term_months)
    return world


def test_the_views_of_a_replicate_show_the_runs_of_the_study() -> None:
    p = tree(EXPOSED)
    zero = friendly_term(unexposed(EXPOSED), SEED, 1)
    worlds = [opposed(past, zero) for past in (zero, friendly_term(p, SEED, 1, zero=zero))]
    story = run_story(p, SEED, 1, 0.6, 1.0)
    for world, (_, rows) in zip(worlds, story.groupby("arm", sort=False), strict=True):
        assert rows["openness"].tolist() == [month.openness for month in world.record]
    text = stress_replicate(p, StressDesign((0.0, 0.6), (1.0,), ()), SEED, 1, "calibrated")
    shown = {line.split("  ")[0]: line for line in text.splitlines() if line.startswith("b=")}
    for name, world in zip(("b=0", "b=0.6 v=1"), worlds, strict=True):
        for event in (event for event in world.events if event.month >= 48):
            assert f"{event.month - 48} {event.kind}" in shown[name]


def test_a_policy_control_flips_as_in_the_stress_test(monkeypatch: pytest.MonkeyPatch) -> None:
    p = control_parameters("esg-guidance", tree({})).with_values({**BY_ELECTION, "exposure.allocation": 0.2})
    monkeypatch.setattr(policy_controls, "control_parameters", lambda name, base: p)
    dose = (p.exposure.breadth, p.exposure.visibility)
    design = StressDesign((0.0, dose[0]), (dose[1],), (), returning=False)
    flips = [policy_controls.flipped("esg-guidance", p, SEED, replicate) for replicate in range(8)]
    assert flips == [bool(run_replicate(p, design, SEED, replicate).runs[1]["restricted"]) for replicate in range(8)]
    assert set(flips) == {False, True}


def test_a_draw_from_the_prior_counts_the_pairs_of_the_stress_test() -> None:
    p = tree(EXPOSED)
    wide = PriorMassDesign(breadth=0.6, visibility=1.0, replicates=8, calibration_replicates=2, band=(0.0, 1.0))
    row = run_prior_draw(p, wide, SEED, 0)[0]
    design = StressDesign((0.0, 0.6), (1.0,), (), returning=False)
    pairs = [[arm["restricted"] for arm in run_replicate(p, design, SEED, r).runs] for r in range(8)]
    assert row["restricted_both"] == pairs.count([1, 1])
    assert row["restricted_gained"] == pairs.count([0, 1])
    assert row["restricted_lost"] == pairs.count([1, 0])
    assert row["restricted_both"] + row["restricted_lost"] > 0


def test_positive_control_the_opponent_holds_congress_far_more_often_than_by_decree() -> None:
    shares = {}
    for way in ("election", "decree"):
        p = tree({"elections.takeover": way})
        counts = [stress_takeover_counts(p, SEED, replicate) for replicate in range(40)]
        assert sum(row["stress_takeovers"] for row in counts) == 40.0
        shares[way] = sum(row["stress_takeovers_unified"] for row in counts) / 40.0
    assert shares["election"] - shares["decree"] > 0.25


def test_takeovers_of_a_history_are_counted_from_its_offices() -> None:
    totals = {"takeovers": 0.0, "takeovers_unified": 0.0}
    for replicate in range(4):
        world = build_state(tree({}), Draws(SEED, replicate))
        world.released = True
        advance(world, 48 * 6)
        counts = takeover_counts(world)
        office = [month.in_office for month in world.record]
        handovers = [m for m in range(1, len(office)) if (office[m - 1], office[m]) == ("author", "opponent")]
        lost = world.results[-1].winner == "opponent" and world.in_office == "author"
        assert counts["takeovers"] == len(handovers) + lost
        assert counts["takeovers_unified"] <= counts["takeovers"]
        first = first_takeover_counts(world)
        assert first["first_takeovers"] == float(office[48] == "opponent")
        assert first["first_takeovers_unified"] == float(
            office[48] == "opponent" and all(world.results[1].congress.controls("opponent"))
        )
        totals = {name: totals[name] + counts[name] for name in totals}
    assert 0.0 < totals["takeovers_unified"] < totals["takeovers"]
