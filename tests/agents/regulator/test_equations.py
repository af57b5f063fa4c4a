"""Refusal and vacatur against the equations R7 and R8 of the ODD, with numbers computed by hand."""

from __future__ import annotations

import pytest

from political_moat.agents.perception import PolicyState
from political_moat.agents.regulator.decisions import brings_case
from political_moat.agents.regulator.docket import vacatur_probability
from political_moat.agents.regulator.parameters import RegulatorParameters

POLICY = PolicyState(51, 0.75, 0.75, 0.05, "opponent", "opponent", 0.25, 0.75, 1, 1, 0.02, 45, 0.0)


@pytest.mark.parametrize(
    ("draw", "independence", "ideal", "openness", "brought"),
    [
        (0.31, 0.5, 0.6, 0.25, True),  # refusal has probability .6 times .5
        (0.29, 0.5, 0.6, 0.25, False),
        (0.29, 0.4, 0.6, 0.25, True),
        (0.0, 0.5, 0.25, 0.25, True),  # the commission agrees
        (0.0, 0.5, 0.6, 0.75, True),  # the case restricts nothing
    ],
)
def test_a_commission_refuses_with_the_probability_of_the_equation(
    draw: float, independence: float, ideal: float, openness: float, brought: bool
) -> None:
    parameters = RegulatorParameters(enforcement_refusal=0.6)
    assert brings_case(draw, independence, ideal, openness, POLICY, parameters) is brought


def test_vacatur_is_the_loss_given_a_suit_plus_the_weight_of_reliance() -> None:
    parameters = RegulatorParameters(prob_rule_lost_in_court=0.1, suit_probability=0.25, reliance_weight=2.0)
    assert vacatur_probability(0.0, parameters) == pytest.approx(0.4)
    assert vacatur_probability(0.1, parameters) == pytest.approx(0.6)
    assert vacatur_probability(5.0, parameters) == 1.0
