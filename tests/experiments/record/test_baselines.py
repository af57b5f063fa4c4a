"""Baselines reproduce the table of the codebook, and forecast no transition from its own cases."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from political_moat.experiments.record.baselines import BASELINES, LOWEST_EXPOSURE, baselines, exposure
from political_moat.experiments.record.cases import Case, read_cases, shipped_cases_file, transition
from political_moat.experiments.statistics.forecast_scores import brier, log_score

DOCS = Path(__file__).parents[3] / "docs"
SHIPPED = read_cases(shipped_cases_file())
ALTERNATIONS = [case for case in SHIPPED if case.alternation]
OUTCOMES = [case.reversal_48m for case in ALTERNATIONS]
TABLE = {
    "base rate": (0.751, 0.279),
    "layer": (0.801, 0.302),
    "layer + contest": (0.676, 0.235),
    "layer + contest + exposure": (0.636, 0.221),
}
"""Log score and Brier score that came with the data set."""


def test_the_table_of_the_data_set_is_reproduced_to_three_decimals() -> None:
    scores = {
        name: (round(log_score(p, OUTCOMES), 3), round(brier(p, OUTCOMES), 3)) for name, p in baselines(SHIPPED).items()
    }
    assert scores == TABLE
    assert tuple(scores) == BASELINES


def test_the_documents_print_the_table() -> None:
    rows = re.findall(r"^\| ([\w +]+) \| (\.\d+) \| \.\d+ \| (\.\d+) \|$", (DOCS / "cases.md").read_text("utf-8"), re.M)
    assert {name: (float(log), float(square)) for name, log, square in rows} == TABLE


def test_the_plain_mean_of_the_other_transitions_would_score_slightly_worse() -> None:
    names, y = np.array([transition(case) for case in ALTERNATIONS]), np.array(OUTCOMES)
    means = [y[names != name].mean() for name in names]
    assert (round(log_score(means, y), 3), round(brier(means, y), 3)) == (0.753, 0.279)


def test_the_logits_are_those_of_another_library() -> None:
    names, y = np.array([transition(case) for case in ALTERNATIONS]), np.array(OUTCOMES)
    x = np.array(
        [
            [
                *(case.legal_layer == layer for layer in ("guidance", "statute", "EO")),
                case.contested_at_issue,
                math.log10(case.stake_mid * case.breadth_b * case.visibility),
            ]
            for case in ALTERNATIONS
        ],
        dtype=float,
    )
    for name, columns in (("layer", 3), ("layer + contest", 4), ("layer + contest + exposure", 5)):
        expected = np.empty(len(y))
        for own in (names == change for change in np.unique(names)):
            scaler = StandardScaler().fit(x[~own, :columns])
            fit = LogisticRegression(C=1.0, tol=1e-10, max_iter=1_000)
            fit.fit(scaler.transform(x[~own, :columns]), y[~own])
            expected[own] = fit.predict_proba(scaler.transform(x[own, :columns]))[:, 1]
        assert baselines(SHIPPED)[name] == pytest.approx(expected, abs=1e-6)


def flipped(cases: Sequence[Case], name: str) -> list[Case]:
    """The cases with every outcome of one transition turned over."""
    return [case._replace(reversal_48m=1 - case.reversal_48m) if transition(case) == name else case for case in cases]


def test_no_forecast_uses_the_outcomes_of_its_own_transition() -> None:
    before, after = baselines(ALTERNATIONS), baselines(flipped(ALTERNATIONS, "US 2025"))
    own = np.array([transition(case) == "US 2025" for case in ALTERNATIONS])
    for name in BASELINES:
        assert (before[name][own] == after[name][own]).all()
        assert (before[name][~own] != after[name][~own]).all()


def test_cases_without_alternation_are_neither_forecast_nor_learnt_from() -> None:
    only = baselines(ALTERNATIONS)
    for name, probabilities in baselines(SHIPPED).items():
        assert probabilities.shape == (49,)
        assert (probabilities == only[name]).all()


def test_a_case_without_holders_has_the_lowest_exposure() -> None:
    assert min(exposure(case) for case in SHIPPED) > math.log10(LOWEST_EXPOSURE)
    nobody = SHIPPED[0]._replace(exposed_millions=0.0, breadth_b=0.0)
    assert exposure(nobody) == -9.0
    assert exposure(SHIPPED[0]) == pytest.approx(math.log10(0.0003 * 0.25862 * 0.05))
    probabilities = baselines([nobody, *ALTERNATIONS[1:]])["layer + contest + exposure"]
    assert np.isfinite(probabilities).all()


def test_one_transition_alone_teaches_nothing_about_itself() -> None:
    alone = [case for case in ALTERNATIONS if transition(case) == "US 2009"]
    assert {name: set(p.tolist()) for name, p in baselines(alone).items()} == {name: {0.5} for name in BASELINES}
    assert {name: p.size for name, p in baselines([]).items()} == dict.fromkeys(BASELINES, 0)


def test_a_base_rate_is_the_mean_under_jeffreys_prior() -> None:
    cases = [
        ALTERNATIONS[0]._replace(opposed_took_office=f"{year}-01", reversal_48m=y)
        for year, y in ((2001, 1), (2001, 0), (2009, 1), (2017, 1))
    ]
    assert baselines(cases)["base rate"].tolist() == [2.5 / 3.0, 2.5 / 3.0, 2.5 / 4.0, 2.5 / 4.0]
