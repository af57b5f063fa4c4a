"""The back-test: outcome, probability, independence of the arms, what a key holds, and scores with their errors."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from case_files import FOUR, case_file, covariates, shipped

from political_moat.experiments.protocols.backtest.covariates import covariates_of
from political_moat.experiments.protocols.backtest.design import (
    ABLATIONS,
    MODEL,
    VARIANTS,
    BacktestDesign,
    arm_name,
    setting_of,
)
from political_moat.experiments.protocols.backtest.protocol import Backtest
from political_moat.experiments.protocols.backtest.run import measure, outcomes_of, run_backtest
from political_moat.experiments.protocols.backtest.scores import (
    REFERENCE,
    case_table,
    probability,
    probability_error,
    score_table,
    scored,
)
from political_moat.experiments.record.cases import Case, read_cases
from political_moat.experiments.studies.plan import content_digest
from political_moat.model.parameters.tree import Parameters

PRESET = Parameters().with_values({"electorate.voters": 300})
HELD = covariates(case="HELD")
EMPTY = covariates(case="EMPTY", exposed_millions=0.1, layer="guidance", age=5)
PEACE = covariates(case="PEACE", contested=False, unified=False)
SCORES = ("log_score", "brier")


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, ...]:
    """Four made-up cases, three of them scored."""
    return read_cases(case_file(tmp_path_factory.mktemp("cases") / "cases.csv", FOUR))


def frame(cases: tuple[Case, ...], replicates: int, chance: float = 0.6) -> pd.DataFrame:
    """Made-up rows of runs.csv: outcomes drawn with the same chance."""
    rng = np.random.default_rng(7)
    return pd.DataFrame(
        [
            {"replicate": r, "case": case.id, "variant": variant, "restricted": int(rng.random() < chance)}
            for r in range(replicates)
            for case in cases
            for variant in VARIANTS
        ]
    )


def by_arm(design: BacktestDesign, replicate: int = 3) -> dict[str, dict[str, Any]]:
    """Rows of one replicate by arm."""
    return {row["arm"]: row for row in run_backtest(PRESET, design, 1, replicate).runs}


def test_a_replicate_has_a_row_for_each_case_under_each_variant() -> None:
    rows = run_backtest(PRESET, BacktestDesign((HELD, EMPTY)), 1, 0).runs
    assert [(row["case"], row["variant"]) for row in rows] == [
        (case, variant) for case in ("HELD", "EMPTY") for variant in (MODEL, *ABLATIONS)
    ]
    declared = [column.name for column in Backtest().run_columns()]
    assert [{"key", "outcome_hash", *row} == set(declared) for row in rows] == [True] * 10


def test_an_arm_depends_neither_on_the_order_of_the_cases_nor_on_other_cases() -> None:
    whole = by_arm(BacktestDesign((HELD, EMPTY, PEACE)))
    assert by_arm(BacktestDesign((PEACE, EMPTY, HELD))) == whole
    for case in (HELD, EMPTY, PEACE):
        alone = by_arm(BacktestDesign((case,), (MODEL,)))
        assert alone == {arm_name(case.case, MODEL): whole[arm_name(case.case, MODEL)]}


def test_equal_settings_that_run_once_have_the_outcome_of_a_run_of_their_own() -> None:
    rows = by_arm(BacktestDesign((HELD, EMPTY)))
    for case in (HELD, EMPTY):
        for variant in VARIANTS:
            own = outcomes_of(setting_of(case, variant, PRESET), 1, 3)
            assert {name: rows[arm_name(case.case, variant)][name] for name in own} == own


def test_without_exposure_a_case_without_holders_is_the_model_bit_for_bit() -> None:
    for replicate in range(5):
        rows = by_arm(BacktestDesign((EMPTY,), (MODEL, "without exposure")), replicate)
        whole, without = (
            {name: value for name, value in row.items() if name not in ("arm", "variant")} for row in rows.values()
        )
        assert whole == without


def test_each_ablation_takes_out_its_mechanism_alone() -> None:
    whole = setting_of(PEACE, MODEL, PRESET)
    differences = {
        variant: setting_of(PEACE, variant, PRESET).parameters.difference(whole.parameters).keys()
        for variant in ABLATIONS
    }
    assert differences == {
        "without contest": {"party.author_ideal", "party.opponent_ideal"},
        "without exposure": {"exposure.breadth"},
        "without agenda competition": {"party.agenda"},
        "without courts": {"regulator.suit_probability"},
    }
    contested = setting_of(HELD, "without contest", PRESET)
    assert contested == setting_of(HELD, MODEL, PRESET)._replace(variant="without contest")


def test_without_courts_no_rule_is_vacated() -> None:
    design = BacktestDesign((covariates(case="RULE", breadth=0.0, age=36),), (MODEL, "without courts"))
    rows = [row for replicate in range(60) for row in run_backtest(PRESET, design, 1, replicate).runs]
    vacated = {variant: sum(row["vacated"] for row in rows if row["variant"] == variant) for variant in design.variants}
    assert vacated["without courts"] == 0
    assert vacated[MODEL] > 0


def test_a_case_without_contest_is_reversed_less_often() -> None:
    design = BacktestDesign((HELD._replace(case="A"), PEACE._replace(case="B", unified=True)), (MODEL,))
    rows = [row for replicate in range(60) for row in run_backtest(PRESET, design, 1, replicate).runs]
    reversals = {name: sum(row["restricted"] for row in rows if row["case"] == name) for name in ("A", "B")}
    assert reversals["B"] < reversals["A"]


@pytest.mark.parametrize(
    ("fall", "back", "restricted"), [(11, 99, 1), (11, 17, 1), (12, 99, 0), (5, 10, 0), (5, 11, 1)]
)
def test_a_reversal_counts_by_its_first_month_and_lasts_six(fall: int, back: int, restricted: int) -> None:
    """A horizon of 12 months, of which 17 are run: the six months may end after it."""
    levels = [0.75] * 3 + [0.64 if fall <= month < back else 0.75 for month in range(17)]
    record = [SimpleNamespace(month=45 + place, openness=level) for place, level in enumerate(levels)]
    world: Any = SimpleNamespace(record=record, events=[])
    outcome = measure(world, 48, 12)
    assert outcome["restricted"] == restricted
    assert outcome["months_to_restriction"] == (fall if restricted else -1)


def test_a_fall_of_less_than_a_tenth_is_no_reversal() -> None:
    record = [SimpleNamespace(month=month, openness=0.75 if month < 48 else 0.66) for month in range(66)]
    world: Any = SimpleNamespace(record=record, events=[])
    assert measure(world, 48, 12)["restricted"] == 0


def test_events_after_the_horizon_do_not_count() -> None:
    record = [SimpleNamespace(month=month, openness=0.75) for month in range(66)]
    kinds = ("docketed", "voided", "vacated", "lapsed")
    for late, count in ((59, 1), (60, 0)):
        events = [SimpleNamespace(month=late, kind=kind, restrictive=True) for kind in kinds]
        world: Any = SimpleNamespace(record=record, events=events)
        outcome = measure(world, 48, 12)
        assert [outcome[name] for name in ("attempted", "voided", "vacated", "lapsed")] == [count] * 4


def test_no_number_of_replicates_gives_certainty() -> None:
    restricted = np.array([[0, 1, 1], [0, 1, 0], [0, 1, 1]], dtype=float)
    p = probability(restricted)
    assert p.tolist() == [0.125, 0.875, 0.625]
    assert (probability_error(p, 3) > 0.0).all()


def test_outcomes_and_notes_are_no_part_of_a_key(cases: tuple[Case, ...]) -> None:
    protocol, design = Backtest(), BacktestDesign(tuple(map(covariates_of, cases)))
    recoded = tuple(case._replace(reversal_48m=1 - case.reversal_48m, source="?", severity=0.2) for case in cases)
    older = (cases[0]._replace(visibility=0.5), *cases[1:])

    def digests(coded: tuple[Case, ...]) -> dict[str, str]:
        own = BacktestDesign(tuple(map(covariates_of, coded)))
        return {arm.name: content_digest(protocol, PRESET, own, arm) for arm in protocol.arms(PRESET, own)}

    before = digests(cases)
    assert len(set(before.values())) == len(before) == len(design.cases) * len(VARIANTS)
    assert digests(recoded) == before
    assert digests(tuple(reversed(cases))) == before
    changed = {name for name, digest in digests(older).items() if digest != before[name]}
    assert changed == {arm_name("WOMBAT", variant) for variant in VARIANTS}


def test_scores_are_of_the_scored_cases_and_independent_of_their_order(cases: tuple[Case, ...]) -> None:
    runs = frame(cases, 20)
    table = score_table(runs, cases).set_index("forecast")
    assert list(table.index) == [*VARIANTS, "base rate", "layer", REFERENCE, "layer + contest + exposure"]
    judged = scored(cases)
    assert [case.id for case in judged] == ["WOMBAT", "QUOLL", "NUMBAT"]
    model = runs[runs["variant"] == MODEL].groupby("case")["restricted"].sum()
    p = {case.id: (model[case.id] + 0.5) / 21.0 for case in judged}
    losses = [-math.log(p[case.id] if case.reversal_48m else 1.0 - p[case.id]) for case in judged]
    squares = [(p[case.id] - case.reversal_48m) ** 2 for case in judged]
    assert table.loc[MODEL, "log_score"] == pytest.approx(sum(losses) / 3.0)
    assert table.loc[MODEL, "brier"] == pytest.approx(sum(squares) / 3.0)
    pd.testing.assert_frame_equal(score_table(runs, cases[::-1]).set_index("forecast"), table)


def test_differences_are_paired_and_zero_from_oneself(cases: tuple[Case, ...]) -> None:
    table = score_table(frame(cases, 20), cases).set_index("forecast")
    for name, base in (("from_model", MODEL), ("from_reference", REFERENCE)):
        assert table[name].tolist() == pytest.approx((table["log_score"] - table.loc[base, "log_score"]).tolist())
        assert (table.loc[base, name], table.loc[base, f"{name}_error"]) == (0.0, 0.0)
    assert (table.loc[REFERENCE, "log_score_mcse"], table.loc[MODEL, "from_model_mcse"]) == (0.0, 0.0)


def test_the_monte_carlo_error_is_the_spread_of_the_score_over_studies(cases: tuple[Case, ...]) -> None:
    rng = np.random.default_rng(3)
    n, chances = 60, {"WOMBAT": 0.4, "QUOLL": 0.3, "NUMBAT": 0.6, "POTOROO": 0.5}

    def study() -> pd.DataFrame:
        return pd.DataFrame(
            [
                {"replicate": r, "case": name, "variant": variant, "restricted": int(rng.random() < chance)}
                for r in range(n)
                for name, chance in chances.items()
                for variant in VARIANTS
            ]
        )

    tables = [score_table(study(), cases).set_index("forecast") for _ in range(25)]
    for score in SCORES:
        values = [table.loc[MODEL, score] for table in tables]
        errors = [table.loc[MODEL, f"{score}_mcse"] for table in tables]
        assert float(np.mean(errors)) == pytest.approx(float(np.std(values, ddof=1)), rel=0.4)


def test_one_replicate_has_no_monte_carlo_error(cases: tuple[Case, ...]) -> None:
    table = score_table(frame(cases, 1), cases).set_index("forecast")
    assert math.isnan(table.loc[MODEL, "log_score_mcse"])
    assert math.isfinite(table.loc[MODEL, "log_score"])


def test_baselines_of_the_shipped_cases_are_those_of_the_readme_of_the_data() -> None:
    table = score_table(frame(shipped(), 2), shipped()).set_index("forecast")
    names = ["base rate", "layer", REFERENCE, "layer + contest + exposure"]
    assert [round(float(table.loc[name, "log_score"]), 3) for name in names] == [0.751, 0.801, 0.676, 0.636]
    assert [round(float(table.loc[name, "brier"]), 3) for name in names] == [0.279, 0.302, 0.235, 0.221]


def test_the_table_of_cases_has_every_case_by_transition(cases: tuple[Case, ...]) -> None:
    table = case_table(frame(cases, 20), cases)
    assert table["transition"].tolist() == ["AU 2009", "US 2009", "US 2017", "US 2021"]
    assert table["case"].tolist() == ["POTOROO", "WOMBAT", "QUOLL", "NUMBAT"]
    assert table["scored"].tolist() == [0, 1, 1, 1]
    assert table["exposure"].tolist() == pytest.approx([0.045, 0.045, 0.045, 0.0])
    assert np.isnan(table.loc[0, REFERENCE])
    assert table[MODEL].between(0.02, 0.98).all()
