"""What an opposed government does without exposure, by contest and layer: the stress test, with other ideals."""

from __future__ import annotations

import pytest

from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.experiments.protocols.targets.columns import COUNT_COLUMNS
from political_moat.experiments.protocols.targets.contests import contest_counts, contest_outcomes
from political_moat.experiments.protocols.targets.counts import stress_parameters, summed, target_counts
from political_moat.experiments.protocols.targets.design import (
    CONTEST_AIMS,
    CONTEST_LAYERS,
    CONTEST_TAKEOVERS,
    CONTESTS,
    FIRST_TERMS,
    STRESS_TAKEOVERS,
    contest_aim,
    own_replicates,
)
from political_moat.experiments.protocols.targets.policy_controls import control_parameters
from political_moat.experiments.protocols.targets.polled_and_realised import keys, polled_and_realised
from political_moat.experiments.protocols.targets.takeovers import first_term_counts, stress_takeover_counts
from political_moat.model.parameters.presets import preset
from political_moat.model.parameters.tree import Parameters, describe

SMALL = Parameters().with_values({"electorate.voters": 300})


@pytest.mark.parametrize("contest", CONTESTS)
def test_every_contest_is_the_stress_test_without_exposure_on_each_layer(contest: str) -> None:
    tree = SMALL.with_values(CONTESTS[contest])
    layers = tuple(layer for layer in CONTEST_LAYERS if layer != tree.policy.layer)
    design = StressDesign(breadths=(0.0,), visibilities=(1.0,), layers=layers, returning=False)
    for replicate in range(3):
        expected = {row["layer"]: row for row in run_replicate(tree, design, 7, replicate).runs}
        here = {
            layer: outcomes
            for name, layer, outcomes in contest_outcomes(SMALL.with_values({"exposure.breadth": 0.4}), 7, replicate)
            if name == contest
        }
        assert set(here) == set(expected) == set(CONTEST_LAYERS)
        for layer, outcomes in here.items():
            assert outcomes._asdict() == {name: expected[layer][name] for name in outcomes._fields}


def test_parties_of_the_same_ideals_do_the_same_whatever_the_contest_is_called() -> None:
    near = list(contest_outcomes(SMALL.with_values(CONTESTS["uncontested"]), 7, 1))
    by_name = {(contest, layer): outcomes for contest, layer, outcomes in near}
    for layer in CONTEST_LAYERS:
        assert by_name["contested", layer] == by_name["uncontested", layer]
    far = [list(contest_outcomes(SMALL, 7, replicate)) for replicate in range(3)]
    apart = [{(contest, layer): outcomes for contest, layer, outcomes in rows} for rows in far]
    assert any(rows["equal", layer] != rows["contested", layer] for rows in apart for layer in CONTEST_LAYERS)


def test_counts_are_sums_over_replicates_that_no_other_history_has() -> None:
    counts = contest_counts(SMALL, 7, 2)
    own = own_replicates(2, CONTEST_TAKEOVERS)
    for contest in CONTESTS:
        for layer in CONTEST_LAYERS:
            restricted = [
                outcomes.restricted
                for replicate in own
                for name, on, outcomes in contest_outcomes(SMALL, 7, replicate)
                if (name, on) == (contest, layer)
            ]
            assert len(restricted) == CONTEST_TAKEOVERS == counts["contest takeovers"]
            assert counts[f"{contest} {layer} restricted"] == sum(restricted)
    everybody = [replicate for history in range(5) for replicate in own_replicates(history, CONTEST_TAKEOVERS)]
    assert everybody == list(range(5 * CONTEST_TAKEOVERS))


def test_ideals_of_a_contest_lie_in_their_declared_ranges_or_agree() -> None:
    known = {one.name: one.known for one in describe(SMALL)}
    author, opponent = "party.author_ideal", "party.opponent_ideal"
    near = CONTESTS["uncontested"]
    assert known[author].low <= near[author] <= known[author].high
    assert near[opponent] == known[opponent].high
    assert CONTESTS["equal"][author] == CONTESTS["equal"][opponent]
    assert CONTESTS["contested"] == {}


def test_every_aim_is_on_a_contest_and_layer_that_is_measured() -> None:
    for aim in CONTEST_AIMS:
        assert aim.contest in CONTESTS
        assert set(aim.layers) <= set(CONTEST_LAYERS)
        assert 0.0 <= aim.low < aim.high <= 1.0
    rule = contest_aim("contested", "rule")
    assert rule is not None
    assert (rule.low, rule.high) == (0.5, 0.7)
    assert contest_aim("contested", "statute") is None


def test_controls_and_takeovers_have_the_runs_own_mechanisms_and_the_stress_tests_people() -> None:
    default = Parameters().with_values({"electorate.voters": 300})
    aged = default.with_values({"people.ageing": True, "exposure.breadth": 0.4, "exposure.allocation": 0.3})
    assert stress_parameters(aged) == default
    rent = stress_parameters(aged.with_values({"party.office_rent": 2.5}))
    for name in ("esg-guidance", "default-investment-rule"):
        assert control_parameters(name, default) == preset(name).with_values({"electorate.voters": 300})
        assert set(control_parameters(name, rent).difference(control_parameters(name, default))) == {
            "party.office_rent"
        }


def test_the_congress_at_takeover_is_counted_over_replicates_of_its_own() -> None:
    counts = target_counts(SMALL, 2, 7, 1)
    own = [stress_takeover_counts(stress_parameters(SMALL), 7, one) for one in own_replicates(1, STRESS_TAKEOVERS)]
    assert counts["stress_takeovers"] == sum(row["stress_takeovers"] for row in own)
    assert counts["stress_takeovers_unified"] == sum(row["stress_takeovers_unified"] for row in own)
    assert counts["takeovers_unified"] <= counts["takeovers"] <= counts["lost_after_one"] + counts["lost_after_more"]
    first = [first_term_counts(SMALL, 7, one) for one in own_replicates(1, FIRST_TERMS)]
    assert counts["first_takeovers"] == sum(row["first_takeovers"] for row in first)
    assert counts["first_takeovers_unified"] == sum(row["first_takeovers_unified"] for row in first)
    assert 0.0 < counts["first_takeovers"] < FIRST_TERMS
    assert summed([{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 4.0}]) == {"a": 4.0, "b": 6.0}


def test_polled_and_realised_costs_are_those_of_the_stress_tests_tree_and_have_their_columns() -> None:
    counts = target_counts(SMALL, 2, 7, 1)
    costs = polled_and_realised(stress_parameters(SMALL), 7, 1)
    assert {name: counts[name] for name in costs} == costs
    assert any(costs.values())
    columns = {column.name for column in COUNT_COLUMNS}
    assert set(keys()) == set(costs) <= columns
    assert {name for name in columns if name.startswith(("polled", "realised"))} == set(costs)
