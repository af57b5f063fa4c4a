"""Was this luck? A hundred paired futures of one scenario, and the probability of reversal against exposure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...experiments.protocols.stress_test.design import StressDesign
from ...experiments.protocols.stress_test.run import run_replicate
from ...experiments.statistics.intervals import wilson
from ..scenario import CURVE, FUTURES, Scenario

BLOCK = 10
"""Futures of one job, so that a long question never keeps a film waiting for more than a second or so."""
BLOCKS = FUTURES // BLOCK
_KEPT = ("attempted", "restricted", "reversed", "months_to_restriction", "months_to_reversal", "severity")


def doses(scenario: Scenario) -> tuple[float, ...]:
    """Breadths of the curve, the visitor's own among them."""
    return tuple(sorted({*CURVE, scenario.breadth}))


def futures(scenario: Scenario, block: int) -> Iterator[dict[str, Any]]:
    """Futures BLOCK * block onwards, one at a time: outcomes by breadth, as `moat run` has them for that replicate."""
    visibility = scenario.parameters.exposure.visibility
    design = StressDesign(doses(scenario), (visibility,), layers=(), returning=False)
    for replicate in range(BLOCK * block, BLOCK * (block + 1)):
        rows = run_replicate(scenario.parameters, design, scenario.seed, replicate).runs
        yield {
            "replicate": replicate,
            "arms": [{"breadth": row["breadth"], **{name: row[name] for name in _KEPT}} for row in rows],
        }


def curve(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """P(reversed) by breadth over the futures so far, with its 95% interval (Wilson 1927)."""
    points = []
    for number, arm in enumerate(found[0]["arms"]) if found else ():
        reversals, n = sum(one["arms"][number]["reversed"] for one in found), len(found)
        low, high = wilson(reversals, n)[:2]
        points.append({"breadth": arm["breadth"], "share": reversals / n, "low": low, "high": high, "n": n})
    return points
