"""The printed answer of a calibration and its files, also where little or nothing is left. No model is run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.matching.calibration import Calibrated
from political_moat.experiments.matching.inputs import Input
from political_moat.experiments.matching.measured import STATISTICS
from political_moat.experiments.matching.outputs import kept_draws, passed, write_outputs
from political_moat.experiments.matching.request import Calibration, requested
from political_moat.experiments.matching.targets_file import Target
from political_moat.experiments.matching.wave_studies import LeftOut
from political_moat.experiments.matching.waves import history_match
from political_moat.experiments.reporting.text.matching import calibration_json, calibration_text, statistics_text

INPUTS = (
    Input("party.rival_value", 0.01, 1.0, log=True),
    Input("party.office_rent", 0.0, 4.0),
    Input("polls.foresight", 0.0, 1.0),
)
LEFT_OUT = LeftOut({0: "a value is not possible"}, {1: "point 0, replicate 2: it broke"})


def asked(value: float) -> Calibration:
    targets = (Target("drop_out", value, 0.01, 0.01, "toy"), Target("swing_sd", 5.0, 1.0, 1.0, "toy"))
    return requested(None, None)._replace(inputs=INPUTS, targets=targets, points=40, waves=2)


def done(out: Path, value: float = 0.13) -> Calibrated:
    """Calibrate a toy: drop-out is a tenth of the rent, the swing is 5; the first two draws of a wave are left out."""
    request = asked(value)

    def simulate(wave: int, values: list[dict[str, float | int]]) -> tuple[np.ndarray, np.ndarray]:
        estimates = np.array([[0.1 * draw["party.office_rent"], 5.0] for draw in values])
        estimates[[0, 1]] = np.nan
        return estimates, np.full(estimates.shape, 0.005)

    matched = history_match(request.inputs, request.targets, simulate, 2, 40, 3, common_draws=True, prior_draws=4000)
    left_out = {wave.number: LEFT_OUT for wave in matched.waves}
    return Calibrated(request, matched, left_out, out, write_outputs(out, request, matched, left_out))


@pytest.fixture(scope="module")
def matched(tmp_path_factory: pytest.TempPathFactory) -> Calibrated:
    return done(tmp_path_factory.mktemp("matched") / "out")


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Calibrated:
    return done(tmp_path_factory.mktemp("nothing") / "out", value=7.0)


def test_a_draw_without_a_result_is_never_in_the_region(matched: Calibrated) -> None:
    region = pd.read_csv(matched.out / "region.csv")
    assert not set(region["draw"]) & {0, 1}
    assert len(region) == len(kept_draws(matched.matched, matched.left_out))
    assert region["estimate drop_out"].to_numpy() == pytest.approx(0.1 * region["party.office_rent"].to_numpy())
    for wave in (1, 2):
        own = matched.matched.own[matched.matched.wave == wave][2:]
        assert passed(matched.matched, matched.left_out, wave) == (own.max(axis=1) <= matched.matched.cutoff).sum()


def test_the_answer_names_the_narrowed_input_the_target_and_the_draws_left_out(matched: Calibrated) -> None:
    text = calibration_text(matched)
    first = text.partition("most narrowed inputs")[2].splitlines()[1]
    assert first.startswith("party.office_rent")
    assert "Left out, no possible parameters (2): wave 1: a value is not possible; wave 2" in text
    assert "Left out, a run failed (2): wave 1: point 0, replicate 2: it broke" in text
    assert "Every target can be met alone." in text
    answer = json.loads(calibration_json(matched))
    by_name = {row["target"]: row for row in answer["targets"]}
    assert by_name["drop_out"]["rules_out"] > 0.3
    assert by_name["drop_out"]["only_it"] == by_name["drop_out"]["rules_out"]
    assert by_name["swing_sd"]["rules_out"] == 0.0
    assert answer["inputs_by_narrowing"][0]["name"] == "party.office_rent"
    assert answer["cannot_be_met"] == []
    assert len(answer["left_out"]) == 4


def test_what_no_draw_meets_is_named_and_no_study_is_written(nothing: Calibrated) -> None:
    text = calibration_text(nothing)
    assert "No draw meets: drop_out." in text
    assert "Nothing is left: " in text
    assert "less than 1 in 4,000" in text
    assert "moat sweep" not in text
    assert not (nothing.out / "matched-prior.toml").exists()
    assert len(pd.read_csv(nothing.out / "region.csv")) == 0
    answer = json.loads(calibration_json(nothing))
    assert answer["cannot_be_met"] == ["drop_out"]
    assert answer["draws_not_ruled_out"] == 0


def test_files_of_an_earlier_region_do_not_outlive_it(matched: Calibrated, tmp_path: Path) -> None:
    done(tmp_path / "out")
    assert (tmp_path / "out" / "matched-prior.toml").is_file()
    assert (tmp_path / "out" / "pair-plot.svg").is_file()
    listed = (tmp_path / "out" / "SHA256SUMS").read_text()
    assert listed == (matched.out / "SHA256SUMS").read_text(), "the same result gives the same bytes"
    done(tmp_path / "out", value=7.0)
    left = {path.name for path in (tmp_path / "out").iterdir()}
    assert left == {"region.csv", "waves.csv", "targets-table.csv", "ranges.csv", "SHA256SUMS"}


def test_the_list_has_every_statistic_with_its_meaning() -> None:
    lines = statistics_text().splitlines()
    for statistic in STATISTICS.values():
        (line,) = [line for line in lines if line.startswith(f"{statistic.name} ")]
        assert line.endswith(statistic.meaning)
