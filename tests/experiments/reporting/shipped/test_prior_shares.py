"""The range over all numbers without data: measured by the ready studies, shipped with its code hash."""

from __future__ import annotations

import pandas as pd
import pytest

from political_moat.experiments.protocols.prior_mass.summary import prior_mass_table
from political_moat.experiments.reporting.shipped.prior_shares import (
    OUTCOMES,
    STUDIES,
    PriorRow,
    prior_lines,
    prior_rows,
    shipped_prior,
)
from political_moat.experiments.storage.provenance import short_source_hash


def runs(lost: list[int], calibrated: list[int], pairs: int = 60) -> pd.DataFrame:
    """Rows of draws whose pairs are lost as given, with no pair gained."""
    rows = [
        {"point": number, "calibrated": ok, "n": pairs}
        | {f"{outcome}_{cell}": 0 for outcome in OUTCOMES for cell in ("gained", "lost")}
        | {"reversed_lost": each}
        for number, (each, ok) in enumerate(zip(lost, calibrated, strict=True))
    ]
    return pd.DataFrame(rows)


def test_a_row_holds_the_shares_of_the_prior_mass_table_and_the_range_without_noise() -> None:
    frame = runs([12, 12, 12, 0] * 10, [1] * 39 + [0])
    reversed_, restricted = prior_rows("whole prior", frame)
    table = prior_mass_table(frame).set_index(["outcome", "region"])["share"]
    assert (reversed_.draws, reversed_.left_out, reversed_.pairs) == (39, 1, 60)
    assert reversed_.below == table["reversed", "below -0.05"]
    assert reversed_.above == table["reversed", "above 0.05"] == pytest.approx(0.0, abs=1e-9)
    assert reversed_.low == pytest.approx(-0.2, abs=0.05)
    assert reversed_.high <= 0.0
    assert (restricted.low, restricted.high) == (0.0, 0.0)
    assert reversed_.code == restricted.code == short_source_hash()


def test_the_shipped_range_has_both_sets_of_draws_of_one_measurement() -> None:
    rows = shipped_prior()
    assert [(row.draws_from, row.outcome) for row in rows] == [(name, each) for name in STUDIES for each in OUTCOMES]
    assert len({row.code for row in rows}) == 1
    matched = [row for row in rows if row.draws_from == "not ruled out"]
    assert all(row.left_out == 0 for row in matched), "the record rules out every draw without a baseline"
    assert all(row.low <= row.median <= row.high for row in rows)


def test_the_printed_range_names_every_set_and_warns_of_other_code() -> None:
    rows = shipped_prior()
    lines = prior_lines(rows)
    assert len(lines) == 3 + len(rows) + (rows[0].code != short_source_hash())
    for row, line in zip(rows, lines[3:], strict=False):
        assert line.startswith(row.draws_from)
        assert f"{row.low:+.3f}" in line
        assert f"{row.high:+.3f}" in line
    assert all(len(line) <= 120 for line in lines)
    others: list[PriorRow] = [row._replace(code="0123456789abcdef") for row in rows]
    assert "other code (0123456789abcdef)" in prior_lines(others)[-1]
    assert prior_lines([]) == []
