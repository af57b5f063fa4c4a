"""What a calibration is asked for: which parameters are inputs and over which ranges, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.matching.inputs import Input, values_of
from political_moat.experiments.matching.request import refuse_another, requested, write_request
from political_moat.experiments.protocols.prior_mass.design import SEARCHES
from political_moat.experiments.studies.prior import prior_factors
from political_moat.experiments.studies.reader import StudyFile, parse_study
from political_moat.model.parameters.tree import Parameters

STUDY = """
[study]
name = "mine"
seed = 9
[model]
protocol = "targets"
voters = 400
set = { "party.office_rent" = 1.5 }
[design]
kind = "lhs"
samples = 30
[factors."elections.midterm_penalty"]
low = 1
high = 3
[factors."regulator.rule_stages"]
[replicates]
min = 5
[targets]
cycles = 4
"""


def study(old: str = "", new: str = "") -> StudyFile:
    assert old in STUDY
    return parse_study(STUDY.replace(old, new) if old else STUDY)


def test_the_inputs_are_the_prior_and_the_fitted_number() -> None:
    inputs = {each.name: each for each in requested(None, None).inputs}
    prior = prior_factors(Parameters())
    search = SEARCHES["competition"]
    assert inputs.keys() == prior.keys() | {search.parameter}
    assert inputs[search.parameter] == Input(search.parameter, search.low, search.high, log=True)
    for name, factor in prior.items():
        assert (inputs[name].low, inputs[name].high, inputs[name].log) == (
            factor.low,
            factor.high,
            factor.scale == "log",
        )
    assert inputs["regulator.rule_stages"].whole


def test_a_study_sets_values_ranges_and_sizes() -> None:
    asked = requested(study(), None)
    inputs = {each.name: each for each in asked.inputs}
    assert "party.office_rent" not in inputs
    assert asked.parameters.party.office_rent == 1.5
    assert inputs["elections.midterm_penalty"] == Input("elections.midterm_penalty", 1.0, 3.0)
    assert len(inputs) == len(prior_factors(Parameters()))
    assert (asked.points, asked.replicates, asked.cycles, asked.seed) == (30, 5, 4, 9)
    assert asked.parameters.electorate.voters == 400
    other = requested(study(), None, points=7, replicates=3, voters=200, seed=1, waves=2)
    assert (other.points, other.replicates, other.seed, other.waves) == (7, 3, 1, 2)
    assert other.parameters.electorate.voters == 200


def test_without_the_prior_the_named_factors_are_the_only_inputs() -> None:
    asked = requested(study("samples = 30", "samples = 30\nprior = false"), None)
    assert [each.name for each in asked.inputs] == ["elections.midterm_penalty", "regulator.rule_stages"]
    assert asked.inputs[1].whole
    for values in values_of(asked.inputs, np.array([[0.0, 0.0], [0.999, 0.999]])):
        asked.parameters.with_values(values)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('protocol = "targets"', 'protocol = "stress"', "model.protocol = 'stress' is not possible here"),
        ("low = 1\nhigh = 3", "levels = [1, 3]", "factors.elections.midterm_penalty: levels are no range"),
        ('kind = "lhs"\nsamples = 30', 'kind = "sobol"\nsamples = 32', "design.kind = 'sobol' is not possible here"),
        ("min = 5", "min = 1", "--replicates 1 is not possible"),
    ],
)
def test_what_a_study_of_a_calibration_cannot_have_is_one_line(old: str, new: str, message: str) -> None:
    text = STUDY.replace(old, new)
    if "stress" in new:
        text = text.partition("[targets]")[0]
    with pytest.raises(UserError) as caught:
        requested(parse_study(text), None)
    assert any(line.startswith(message) for line in str(caught.value).splitlines())


def test_a_folder_is_taken_up_again_for_the_same_request_alone(tmp_path: Path) -> None:
    asked = requested(study(), None)
    refuse_another(tmp_path / "new", asked)
    (tmp_path / "new").mkdir()
    write_request(tmp_path / "new", asked)
    refuse_another(tmp_path / "new", asked._replace(waves=9))
    for other, what in (
        (asked._replace(points=31), "points 30 there, 31 here"),
        (asked._replace(seed=8), "seed 9 there, 8 here"),
        (asked._replace(inputs=asked.inputs[1:]), "inputs."),
        (asked._replace(targets=asked.targets[1:]), "targets.turnover_after_one"),
    ):
        with pytest.raises(UserError, match=what) as caught:
            refuse_another(tmp_path / "new", other)
        assert len(str(caught.value).splitlines()) == 1
    (tmp_path / "new" / "calibration.json").write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        refuse_another(tmp_path / "new", asked)
