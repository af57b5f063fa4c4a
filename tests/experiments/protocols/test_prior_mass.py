"""Prior mass: what is drawn and from where, the baseline inside its band, shares that add up and recover the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from political_moat import Study
from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols import PROTOCOLS
from political_moat.experiments.protocols.prior_mass import run as prior_run
from political_moat.experiments.protocols.prior_mass.design import SEARCHES, PriorMassDesign, search_of
from political_moat.experiments.protocols.prior_mass.run import calibrate, run_prior_draw, share_restricted
from political_moat.experiments.protocols.prior_mass.summary import PRIOR_MASS_COLUMNS, prior_mass_table
from political_moat.experiments.protocols.stress_test.run import friendly_term, with_dose
from political_moat.experiments.statistics.deconvolution import grid, mixing_weights, raw_shares, smoothed_shares
from political_moat.experiments.studies.prior import ASIDE, in_order, prior_factors
from political_moat.experiments.studies.reader import parse_study
from political_moat.experiments.studies.sampling import design_points
from political_moat.model.parameters.tree import Parameters, describe

pytestmark = pytest.mark.usefixtures("drawn_once")

SMALL = Parameters().with_values({"electorate.voters": 300})
FORTY = """
[study]
name = "forty"
seed = 3
[model]
protocol = "prior-mass"
voters = 300
[design]
kind = "lhs"
samples = 40
[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = 4
"""


def test_every_swept_and_every_assumed_input_with_a_range_is_drawn_and_nothing_else() -> None:
    drawn = set(prior_factors(SMALL))
    for one in describe(SMALL):
        if one.known.role == "swept":
            assert one.name in drawn
        if one.known.role in ("lever", "fitted", "target") or one.name in ASIDE:
            assert one.name not in drawn
    assert {"party.office_rent", "party.choice_precision", "opinion.salience_stake", "attitude.ideal_sd"} <= drawn


def test_draws_fill_every_stratum_of_every_range_and_are_possible_parameters() -> None:
    factors = prior_factors(SMALL)
    study = parse_study(FORTY)
    points = design_points(study)
    assert list(points.names) == list(factors)
    for place, (name, one) in enumerate(factors.items()):
        values = np.array([row[place] for row in points.values], dtype=float)
        if name.endswith(("_soonest", "_latest")):
            continue
        low, high = one.low or 0.0, one.high or 0.0
        assert low <= values.min()
        assert values.max() <= high
        if isinstance(points.values[0][place], int):
            continue
        shares = np.log(values / low) / np.log(high / low) if one.scale == "log" else (values - low) / (high - low)
        assert sorted(np.floor(shares * 40).clip(0, 39).astype(int)) == list(range(40))
    for number in range(40):
        SMALL.with_values(points.of(number))
    assert design_points(study) == points


def test_whole_numbers_are_drawn_evenly_the_ends_too() -> None:
    points = design_points(parse_study(FORTY.replace("samples = 40", "samples = 60")))
    stages = [points.of(number)["regulator.rule_stages"] for number in range(60)]
    assert {one: stages.count(one) for one in sorted(set(stages))} == {2: 20, 3: 20, 4: 20}


def test_the_ends_of_a_span_come_in_their_order() -> None:
    points = design_points(parse_study(FORTY))
    spans = [name for name in points.names if name.endswith("_soonest")]
    assert "regulator.resolution_soonest" in spans
    for number in range(40):
        values = points.of(number)
        assert values == in_order(values)
        assert all(values[one] <= values[one.replace("_soonest", "_latest")] for one in spans)


def test_a_range_of_ones_own_takes_the_place_of_the_declared_one() -> None:
    own = '[factors."party.office_rent"]\nlow = 0\nhigh = 0.1\n[replicates]'
    points = design_points(parse_study(FORTY.replace("[replicates]", own)))
    assert sorted(points.names) == sorted(prior_factors(SMALL))
    assert max(points.of(number)["party.office_rent"] for number in range(40)) <= 0.1


def test_no_effect_at_all_lies_inside_the_prior() -> None:
    factors = prior_factors(SMALL)
    for name in ("voting.asset_vote_effect", "party.office_rent", "opinion.salience_stake"):
        assert factors[name].low == 0.0
        assert factors[name].scale == "linear"


def test_parameters_of_the_second_version_are_drawn_by_their_role() -> None:
    factors = prior_factors(SMALL)
    assert {"polls.foresight", "opinion.opposed_share", "party.rival_log_sd"} <= factors.keys()
    assert (factors["opinion.opposed_share"].low, factors["polls.foresight"].low) == (0.0, 0.0)
    fitted_or_lever = {"party.rival_value", "party.agenda_cost", "party.polarisation", "institutions.reconciliation"}
    by_name = {"party.agenda", "party.agenda_scope", "opinion.threat_from", "elections.takeover", "polls.binary"}
    names = {one.name for one in describe(SMALL)}
    assert fitted_or_lever | by_name <= names
    assert not (fitted_or_lever | by_name) & factors.keys()
    assert set(ASIDE) <= names


def test_the_fitted_number_and_its_band_are_those_of_the_agenda() -> None:
    cost = SMALL.with_values({"party.agenda": "cost"})
    competition = SMALL.with_values({"party.agenda": "competition"})
    assert (search_of(cost).parameter, search_of(cost).band) == ("party.agenda_cost", (0.4, 0.7))
    assert (search_of(competition).parameter, search_of(competition).band) == ("party.rival_value", (0.5, 0.7))
    assert search_of(competition, (0.2, 0.3)).band == (0.2, 0.3)
    roles = {one.name: one.known.role for one in describe(SMALL)}
    for search in SEARCHES.values():
        assert roles[search.parameter] == "fitted"
        for end in (search.low, search.high):
            SMALL.with_values({search.parameter: end})


@pytest.mark.parametrize(("agenda", "answer"), [("cost", -0.37), ("competition", 0.017)])
def test_the_search_ends_in_the_band_wherever_the_answer_lies(
    monkeypatch: pytest.MonkeyPatch, agenda: str, answer: float
) -> None:
    tree = SMALL.with_values({"party.agenda": agenda})
    search = search_of(tree)
    width = 0.05 if search.logarithmic else 0.02

    def share(p: Parameters, pasts: object) -> float:
        value = p.values()[search.parameter]
        distance = np.log(value / answer) if search.logarithmic else value - answer
        return float(1.0 / (1.0 + np.exp(0.2 * distance / width))) + 0.1

    monkeypatch.setattr(prior_run, "share_restricted", share)
    found = calibrate(tree, [], PriorMassDesign())
    assert found.inside
    assert found.parameter == search.parameter
    assert found.share == pytest.approx(share(tree.with_values({found.parameter: found.value}), []))
    assert search.band[0] <= found.share <= search.band[1]
    # The first value tried is the tree's own; a tree inside its band keeps it.
    kept = calibrate(tree.with_values({search.parameter: answer}), [], PriorMassDesign())
    assert (kept.value, kept.tried) == (answer, 1)


@pytest.mark.parametrize("agenda", ["cost", "competition"])
def test_a_band_beyond_the_ends_is_not_reached(monkeypatch: pytest.MonkeyPatch, agenda: str) -> None:
    tree = SMALL.with_values({"party.agenda": agenda})
    search = search_of(tree)
    for share, end in ((0.05, search.low), (0.95, search.high)):
        monkeypatch.setattr(prior_run, "share_restricted", lambda p, pasts, share=share: share)
        found = calibrate(tree, [], PriorMassDesign())
        assert (found.inside, found.value, found.tried) == (False, end, 2)


@pytest.mark.parametrize(
    "values",
    [
        {"party.agenda": "cost", "party.rule_cost": 0.2, "party.guidance_cost": 0.1},
        {"party.agenda": "competition", "party.rival_value": 0.3},
        {"party.agenda": "competition", "party.rival_value": 0.9},
    ],
)
def test_the_fitted_number_alone_brings_the_baseline_into_its_band(values: dict[str, object]) -> None:
    design = PriorMassDesign(replicates=20, calibration_replicates=20)
    base = with_dose(SMALL.with_values(values), 0.0, 1.0)
    search = search_of(base)
    pasts = [friendly_term(base, 3, replicate) for replicate in range(20)]
    found = calibrate(base, pasts, design)
    assert found.inside
    assert found.tried > 1
    assert search.band[0] <= found.share <= search.band[1]
    at = base.with_values({found.parameter: found.value})
    # Policy is held in friendly terms: those of any value serve all others.
    own = [friendly_term(at, 3, replicate) for replicate in range(20)]
    assert share_restricted(at, pasts) == share_restricted(at, own) == found.share
    ends = (search.low, search.high)
    low, high = (share_restricted(base.with_values({found.parameter: end}), pasts) for end in ends)
    assert low >= found.share > high


def test_a_baseline_that_no_value_reaches_is_marked_not_forced() -> None:
    never = SMALL.with_values({"party.agenda_gate": 0.0})
    row = run_prior_draw(never, PriorMassDesign(replicates=3, calibration_replicates=3), 3, 0)[0]
    assert (row["calibrated"], row["calibration_share"]) == (0, 0.0)
    search = search_of(never)
    assert (row["fitted_parameter"], row["fitted_value"]) == (search.parameter, search.low)
    with pytest.raises(UserError, match="no draw could be calibrated"):
        prior_mass_table(pd.DataFrame([row | {"point": 0}]))


def counts(truth: np.ndarray, n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.array([[*rng.multinomial(n, [0.04, 0.04 - t, 0.92 + t])[:2], n] for t in truth], dtype=float)


def test_taking_the_noise_out_recovers_the_shares_that_estimates_overstate() -> None:
    truth = np.where(np.arange(400) < 120, -0.15, 0.0)
    found = np.array([smoothed_shares(counts(truth, 60, seed), 0.05) for seed in range(6)])
    raw = np.array([raw_shares(counts(truth, 60, seed), 0.05) for seed in range(6)])
    assert found.mean(axis=0) == pytest.approx([0.3, 0.7, 0.0], abs=0.06)
    assert np.abs(found.mean(axis=0) - [0.3, 0.7, 0.0]).sum() < np.abs(raw.mean(axis=0) - [0.3, 0.7, 0.0]).sum()


def test_with_many_replicates_both_shares_agree() -> None:
    one = counts(np.where(np.arange(300) < 90, -0.2, 0.01), 4000, 1)
    assert smoothed_shares(one, 0.05) == pytest.approx(raw_shares(one, 0.05), abs=0.01)


def test_more_iterations_never_lower_the_likelihood() -> None:
    one = counts(np.linspace(-0.3, 0.02, 60), 50, 2)
    gained, lost = grid()

    def likelihood(weights: np.ndarray) -> float:
        chances = np.array(
            [gained**g * lost**f * np.maximum(1.0 - gained - lost, 0.0) ** (n - g - f) for g, f, n in one]
        )
        return float(np.log(chances @ weights).sum())

    values = [likelihood(mixing_weights(one, steps)) for steps in (1, 5, 50, 300)]
    assert values == sorted(values)


def frame(n_draws: int = 80, seed: int = 4) -> pd.DataFrame:
    one = counts(np.where(np.arange(n_draws) < n_draws // 4, -0.2, 0.0), 60, seed)
    rows = pd.DataFrame({"point": range(n_draws), "n": 60, "calibrated": 1})
    for event in ("reversed", "restricted"):
        rows[f"{event}_gained"], rows[f"{event}_lost"] = one[:, 0], one[:, 1]
    return rows


def test_the_three_shares_add_up_and_carry_both_errors() -> None:
    table = prior_mass_table(frame())
    assert list(table.columns) == [column.name for column in PRIOR_MASS_COLUMNS]
    for _, rows in table.groupby("outcome"):
        assert rows["share"].sum() == pytest.approx(1.0)
        assert rows["raw_share"].sum() == pytest.approx(1.0)
    below = table.iloc[0]
    # A quarter of 80 draws: the binomial error of sampling them, to which noise adds.
    assert below["error"] >= 0.8 * np.sqrt(0.25 * 0.75 / 80)
    assert 0.0 < below["noise_error"] < below["raw_error"]


def test_the_error_is_that_of_repeating_the_whole_study() -> None:
    rng = np.random.default_rng(5)
    repeated = []
    for _ in range(50):
        truth = np.where(rng.random(80) < 0.25, -0.2, 0.0)
        repeated.append(smoothed_shares(counts(truth, 60, int(rng.integers(1 << 30))), 0.05)[0])
    stated = prior_mass_table(frame())["error"].iloc[0]
    assert stated == pytest.approx(float(np.std(repeated, ddof=1)), rel=0.4)


def test_a_draw_that_is_nan_is_named() -> None:
    one = frame()
    one["reversed_lost"] = one["reversed_lost"].where(one["point"] != 7)
    with pytest.raises(UserError, match=r"reversed_lost is missing .*\(point 7\)"):
        prior_mass_table(one)


def test_a_given_baseline_is_not_searched_for_and_counts_as_calibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = SMALL.with_values({"party.agenda": "competition", "party.rival_value": 0.3})
    monkeypatch.setattr(prior_run, "share_restricted", lambda p, pasts: 0.02)
    found = calibrate(tree, [], PriorMassDesign(keep_baseline=True))
    assert found == ("party.rival_value", 0.3, 0.02, 1, True)
    assert not calibrate(tree, [], PriorMassDesign()).inside, "a fitted baseline must reach its band"


def test_a_list_with_given_baselines_leaves_no_draw_out_and_keeps_its_values(tmp_path: Path) -> None:
    (tmp_path / "draws.csv").write_text("party.rival_value,party.office_rent\n0.005,1.0\n1.9,2.0\n")
    text = FORTY.replace('kind = "lhs"\nsamples = 40', 'kind = "list"\nfile = "draws.csv"')
    given = parse_study(text + '[prior-mass]\nbaseline = "given"\n', folder=tmp_path)
    frame = Study(given, tmp_path / "out").run(engine="serial", report=False).frame()
    assert frame["fitted_value"].tolist() == frame["party.rival_value"].tolist() == [0.005, 1.9]
    assert (frame[["calibrated", "values_tried"]] == 1).all(axis=None)
    assert prior_mass_table(frame)["left_out"].unique().tolist() == [0]


def test_given_baselines_change_the_key_and_fitted_ones_keep_it() -> None:
    tree, protocol = SMALL, PROTOCOLS["prior-mass"]()
    (arm,) = protocol.arms(tree, PriorMassDesign())
    assert "keep_baseline" not in protocol.identity(tree, PriorMassDesign(), arm)["design"]
    assert protocol.identity(tree, PriorMassDesign(keep_baseline=True), arm)["design"]["keep_baseline"] is True


def test_given_baselines_belong_to_a_list() -> None:
    with pytest.raises(UserError, match=r"prior-mass.baseline = 'given' is not possible with design.kind = 'lhs'"):
        parse_study(FORTY + '[prior-mass]\nbaseline = "given"\n')
