"""The closed form is printed beside the model, with its error, and follows the shipped range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.protocols.contract import Finished
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.reporting.closed_form import (
    REPLICATES,
    closed_form_curve,
    closed_form_lines,
    closed_form_rows,
    departure_lines,
    formula_row,
    predicted_risk,
    vote_effect,
)
from political_moat.experiments.reporting.shipped.assumption_range import BREADTH, SEED, VOTERS, shipped
from political_moat.model.diagnostics import implied_effects
from political_moat.model.parameters.tree import Parameters

SMALL = Parameters().with_values({"electorate.voters": 300})


def table(**columns: object) -> pd.DataFrame:
    """A summary table of two visibilities and two breadths; `columns` replace its values."""
    rows = [
        {"layer": "rule", "visibility": v, "breadth": b, "p_reversed": 0.4, "rd_reversed": -v * b, "n": 100}
        for v in (1.0, 0.1)
        for b in (0.0, 0.3)
    ]
    return pd.DataFrame(rows).assign(rd_reversed_mcse=0.02, **columns)


def finished(summary: pd.DataFrame, parameters: Parameters = SMALL) -> Finished:
    return Finished(Path(), "calibrated", parameters, StressDesign(), 5, pd.DataFrame(), summary)


def test_the_vote_effect_is_the_mean_of_friendly_terms_and_grows_with_breadth() -> None:
    tree = SMALL.with_values({"exposure.breadth": 0.3, "exposure.visibility": 1.0})
    points = [implied_effects(tree, 5, replicate).national for replicate in range(4)]
    effect = vote_effect(SMALL, 0.3, 1.0, 5, replicates=4)
    assert effect.points == pytest.approx(np.mean(points))
    assert effect.mcse == pytest.approx(np.std(points, ddof=1) / 2.0)
    assert vote_effect(SMALL, 0.0, 1.0, 5) == (0.0, 0.0)
    curve = closed_form_curve(SMALL, (0.0, 0.1, 0.3, 0.6), 1.0, 0.4, 5)
    assert list(curve["breadth"]) == [0.0, 0.1, 0.3, 0.6]
    assert (curve["points"].diff().dropna() > 0.0).all()
    assert (curve["rd"].diff().dropna() < 0.0).all()
    assert curve["rd"].iloc[0] == 0.0


def test_the_curve_is_the_formula_at_the_trees_own_numbers() -> None:
    values = {"party.choice_precision": 20.0, "party.office_rent": 0.5, "elections.regime": "modern"}
    curve = closed_form_curve(SMALL.with_values(values), (0.3,), 1.0, 0.4, 5, replicates=3).iloc[0]
    assert curve["p"] == pytest.approx(predicted_risk(0.4, 20.0, 0.5, curve["points"], 2.25))
    more = predicted_risk(0.4, 20.0, 0.5, curve["points"] + 1e-4, 2.25)
    assert curve["rd_mcse"] == pytest.approx(1e4 * (curve["p"] - more) * curve["points_mcse"], rel=1e-3)


def test_the_formula_follows_the_whole_shipped_range_of_rent_and_precision() -> None:
    cells = shipped()
    tree = Parameters().with_values({"electorate.voters": VOTERS})
    points = {v: vote_effect(tree, BREADTH, v, SEED).points for v in {cell.visibility for cell in cells}}
    predicted = [
        predicted_risk(c.p_reversed, c.precision, c.rent, points[c.visibility], 3.9) - c.p_reversed for c in cells
    ]
    measured = [cell.rd_reversed for cell in cells]
    assert len(cells) >= 40
    assert np.corrcoef(predicted, measured)[0, 1] > 0.9


def test_a_line_per_visibility_holds_predicted_and_measured_with_their_errors() -> None:
    rows = closed_form_rows(finished(table()))
    assert [row.visibility for row in rows] == [1.0, 0.1]
    lines = closed_form_lines(rows, SMALL)
    assert "b = 0.3" in lines[0]
    for row, line in zip(rows, lines[2:4], strict=True):
        curve = closed_form_curve(SMALL, (0.3,), row.visibility, 0.4, 5).iloc[0]
        assert (row.points, row.predicted, row.predicted_error) == (curve["points"], curve["rd"], curve["rd_mcse"])
        assert (row.measured, row.measured_mcse) == (pytest.approx(-0.3 * row.visibility), 0.02)
        assert f"{row.predicted:+.3f} ({row.predicted_error:.3f})" in line
        assert f"{row.measured:+.3f} (0.020)" in line
        assert line.endswith(row.word)
    for cause in ("Congress", "courts", "substitution", "platforms"):
        assert any(cause in line for line in lines), cause


def test_the_largest_dose_stands_in_and_without_a_dose_a_sentence_says_so() -> None:
    other = table().assign(breadth=[0.0, 0.6, 0.0, 0.6])
    assert [row.breadth for row in closed_form_rows(finished(other))] == [0.6, 0.6]
    zero = table()[lambda frame: frame["breadth"] == 0.0]
    assert closed_form_lines(closed_form_rows(finished(zero)), SMALL) == [
        "No closed form beside the model: it needs a breadth above 0 (--breadth 0,0.3)."
    ]


@pytest.mark.parametrize(
    ("rd", "mcse", "departure", "words"),
    [
        (-0.10, 0.01, -0.02, "within twice its error"),
        (-0.11, 0.01, -0.03, "beyond twice its error"),
        (-0.05, 0.01, 0.03, "beyond twice its error"),
        (0.0, 0.05, 0.08, "within twice its error"),
        (-0.10, float("nan"), -0.02, "one replicate has no error"),
    ],
)
def test_the_departure_is_compared_with_both_errors(rd: float, mcse: float, departure: float, words: str) -> None:
    predicted = pd.Series({"breadth": 0.3, "visibility": 1.0, "points": 0.44, "rd": -0.08, "rd_mcse": 0.002})
    row = formula_row(predicted, rd, mcse)
    assert row.departure == pytest.approx(departure)
    assert row.word == words
    assert closed_form_lines([row], SMALL)[2].endswith(f"  {words}")


def test_reasons_why_it_is_a_yardstick_are_named_where_they_apply() -> None:
    assert not any("yardstick" in line for line in departure_lines(SMALL.with_values({"party.agenda": "cost"})))
    for name, value, words in (
        ("party.rule", "sticker", "rule sticker does not weigh the next election"),
        ("party.agenda", "competition", "a probit in the logarithm of the gain"),
        ("polls.foresight", 1.0, "project the poll"),
    ):
        line = departure_lines(SMALL.with_values({name: value}))[-1]
        assert "yardstick only" in line
        assert words in line


def test_the_page_names_the_number_of_replicates() -> None:
    page = Path(__file__).parents[3] / "docs" / "odd" / "closed-form.md"
    assert f"over {REPLICATES} friendly terms on replicates 0 to {REPLICATES - 1}" in page.read_text(encoding="utf-8")
