"""The methods of `Regulator` give what the functions of `decisions` and `docket` give on the regulator's state."""

from __future__ import annotations

import random
from typing import Any

import pytest

from political_moat.agents.perception import PolicyState
from political_moat.agents.regulator import decisions, docket
from political_moat.agents.regulator.parameters import RegulatorParameters
from political_moat.agents.regulator.regulator import Regulator

PARAMETERS = RegulatorParameters()
POLICY = PolicyState(51, 0.75, 0.75, 0.05, "opponent", "opponent", 0.25, 0.75, 1, 1, 0.02, 45, 0.0)
INSTRUMENTS = ("rule", "statute", "guidance", "enforcement", "resolution")


class Registry:
    """The part of a model that an agent's constructor calls."""

    def next_agent_number(self) -> int:
        return 1

    def register_agent(self, agent: Any) -> None:
        """Keep nothing."""


def make_regulators(count: int = 60) -> list[Regulator]:
    dice = random.Random(5)
    return [
        Regulator(Registry(), ("DOL", "SEC")[number % 2], dice.random(), dice.random(), dice.uniform(45.0, 57.0))
        for number in range(count)
    ]


REGULATORS = make_regulators()


def test_a_head_is_confirmed_from_the_date_on() -> None:
    regulator = Regulator(Registry(), "SEC", 0.6, 0.4, 51.0)
    assert [regulator.is_confirmed(month) for month in (50, 51, 52)] == [False, True, True]


@pytest.mark.parametrize("president", [0.1, 0.9])
def test_ideal_after_drift_is_drift_ideal_on_the_state(president: float) -> None:
    confirmed = [regulator.confirmed_at <= 51 for regulator in REGULATORS]
    assert True in confirmed
    assert False in confirmed
    for regulator, is_confirmed in zip(REGULATORS, confirmed, strict=True):
        assert regulator.ideal_after_drift(president, 51, PARAMETERS) == decisions.drift_ideal(
            regulator.ideal, president, regulator.independence, is_confirmed, PARAMETERS
        )


def test_an_agency_that_is_not_independent_drifts_to_the_president_and_an_independent_one_to_career_staff() -> None:
    swift = PARAMETERS.model_copy(update={"ideal_drift": 1.0})
    for independence, goal in ((0.0, 0.9), (1.0, swift.career_ideal), (0.5, 0.5 * (0.9 + swift.career_ideal))):
        regulator = Regulator(Registry(), "SEC", independence, 0.2, 0.0)
        assert regulator.ideal_after_drift(0.9, 1, swift) == pytest.approx(goal)
        assert decisions.drift_goal(0.9, independence, swift) == pytest.approx(goal)


def test_slow_roll_factor_is_the_function_on_the_ideal() -> None:
    for regulator in REGULATORS:
        expected = docket.slow_roll_factor(regulator.ideal, 0.25, PARAMETERS)
        assert regulator.slow_roll_factor(0.25, PARAMETERS) == expected > 1.0


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_durations_are_those_of_the_docket_at_the_own_slow_roll_factor(instrument: str) -> None:
    for regulator in REGULATORS:
        factor = docket.slow_roll_factor(regulator.ideal, 0.25, PARAMETERS)
        expected = docket.expected_months(instrument, factor, PARAMETERS)
        assert regulator.expected_months(instrument, 0.25, PARAMETERS) == expected
        stage = docket.stage_months(instrument, 0.3, factor, PARAMETERS)
        assert regulator.stage_months(instrument, 0.25, 0.3, PARAMETERS) == stage


def test_brings_case_is_the_function_on_the_state() -> None:
    results = set()
    for regulator in REGULATORS:
        for draw in (0.1, 0.6):
            expected = decisions.brings_case(draw, regulator.independence, regulator.ideal, 0.25, POLICY, PARAMETERS)
            assert regulator.brings_case(0.25, POLICY, draw, PARAMETERS) == expected
            results.add(expected)
    assert results == {True, False}


def test_methods_change_no_state() -> None:
    for regulator in REGULATORS:
        before = (regulator.name, regulator.independence, regulator.ideal, regulator.confirmed_at)
        regulator.ideal_after_drift(0.9, 51, PARAMETERS)
        regulator.brings_case(0.25, POLICY, 0.5, PARAMETERS)
        assert (regulator.name, regulator.independence, regulator.ideal, regulator.confirmed_at) == before
