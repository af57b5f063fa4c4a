"""The calibration plot: every scored case once, bins of equal size with their intervals, the same bytes again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.reporting.figures.calibration_plot import (
    BINS,
    FEWEST,
    calibration_data,
    calibration_figure,
)
from political_moat.experiments.statistics.intervals import wilson


def table(cases: int = 49) -> pd.DataFrame:
    """Cases in no order, the last of which is not scored."""
    rng = np.random.default_rng(1)
    p = rng.random(cases + 1)
    return pd.DataFrame(
        {
            "case": [f"C{place}" for place in range(cases + 1)],
            "scored": [1] * cases + [0],
            "contested": rng.integers(0, 2, cases + 1),
            "outcome": (rng.random(cases + 1) < p).astype(int),
            "model": p,
            "layer + contest": p[::-1],
        }
    )


def test_every_scored_case_is_a_dot_in_each_panel() -> None:
    frame = table()
    data = calibration_data(frame, ("model", "layer + contest"))
    for name in ("model", "layer + contest"):
        dots = data[(data["forecast"] == name) & (data["case"] != "")].set_index("case")
        assert sorted(dots.index) == sorted(frame["case"][:-1])
        for row in frame[:-1].to_dict("records"):
            assert (dots.loc[row["case"], "probability"], dots.loc[row["case"], "reversed"]) == (
                row[name],
                row["outcome"],
            )


def test_bins_hold_equal_numbers_of_cases_in_the_order_of_the_probability() -> None:
    frame = table()
    binned = calibration_data(frame, ("model",)).query("case == ''")
    assert len(binned) == BINS
    assert sorted(binned["n"]) == [9, 10, 10, 10, 10]
    assert binned["probability"].is_monotonic_increasing
    ordered = frame[:-1].sort_values("model")["outcome"].to_numpy()
    first = binned.iloc[0]
    assert first["reversed"] == ordered[:10].mean()
    assert (first["low"], first["high"]) == tuple(wilson(int(ordered[:10].sum()), 10))


@pytest.mark.parametrize(("cases", "bins"), [(1, 1), (FEWEST - 1, 1), (2 * FEWEST, 2), (100, BINS)])
def test_few_cases_make_few_bins(cases: int, bins: int) -> None:
    assert len(calibration_data(table(cases), ("model",)).query("case == ''")) == bins


def test_the_figure_is_written_with_its_data_and_the_same_bytes(tmp_path: Path) -> None:
    paths = calibration_figure(table(), tmp_path / "a", ("model", "layer + contest"))
    assert [path.name for path in paths] == ["calibration.svg", "calibration.pdf", "calibration.png", "calibration.csv"]
    again = calibration_figure(table(), tmp_path / "b", ("model", "layer + contest"))
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]
    assert len(pd.read_csv(paths[-1])) == 2 * (49 + BINS)


def test_a_file_without_scored_cases_has_no_figure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a scored case"):
        calibration_figure(table().assign(scored=0), tmp_path, ("model",))
