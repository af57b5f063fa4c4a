"""Polled and realised costs: their keys, common draws, and that foresight brings them together."""

from __future__ import annotations

import pytest

from political_moat.experiments.protocols.targets import polled_and_realised as table
from political_moat.experiments.statistics.ratios import ratio
from political_moat.model.parameters.tree import Parameters

SMALL = Parameters().with_values({"electorate.voters": 400, "polls.respondents": 400})


def test_a_replicate_has_every_key_and_is_deterministic() -> None:
    costs = table.polled_and_realised(SMALL, 3, 1)
    assert list(costs) == table.keys()
    assert len(set(table.keys())) == len(table.keys()) == 2 * 2 * 4 * 3
    assert costs == table.polled_and_realised(SMALL, 3, 1)
    assert all(isinstance(cost, float) for cost in costs.values())
    assert costs[table.realised_cost("prohibit", "early")] != 0.0


def test_costs_do_not_depend_on_the_foresight_of_the_tree() -> None:
    fixed = {"party.platform_gate": 0.0}
    now, ahead = (SMALL.with_values({**fixed, "polls.foresight": foresight}) for foresight in (0.0, 1.0))
    assert table.polled_and_realised(now, 3, 2) == table.polled_and_realised(ahead, 3, 2)


@pytest.mark.statistical
def test_with_foresight_the_polled_cost_is_the_realised_one() -> None:
    """What exposure adds to the costs of prohibiting, closing and capping; within .25 of 1, or three errors."""
    p = Parameters().with_values({"electorate.voters": 2000})
    rows = [table.polled_and_realised(p, 20261130, replicate) for replicate in range(240)]

    def added(key: str, zero: str) -> list[float]:
        return [row[key] - row[zero] for row in rows]

    for phase in table.PHASES_OF_TERM:
        for move in ("prohibit", "close", "cap"):
            realised = added(table.realised_cost(move, phase), table.realised_cost(move, phase, table.ZERO))
            ahead, error = ratio(
                added(table.polled_cost(move, phase, 1), table.polled_cost(move, phase, 1, table.ZERO)), realised
            )
            assert abs(ahead - 1.0) < max(0.25, 3.0 * error), (move, phase)
    early = added(table.realised_cost("close", "early"), table.realised_cost("close", "early", table.ZERO))
    now, error = ratio(
        added(table.polled_cost("close", "early", 0), table.polled_cost("close", "early", 0, table.ZERO)), early
    )
    assert now - 3.0 * error > 1.0


def test_the_error_of_a_ratio_of_negative_sums_is_positive() -> None:
    costs, realised = [-0.3, -0.1, -0.2], [-0.2, -0.1, -0.1]
    estimate, error = ratio(costs, realised)
    assert (estimate, error) == pytest.approx(ratio([-cost for cost in costs], [-cost for cost in realised]))
    assert error > 0.0
