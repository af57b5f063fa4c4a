"""A hundred replicates of one scenario, and the probability of a return to extreme care against exposure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...experiments.protocols.stress_test.design import StressDesign
from ...experiments.protocols.stress_test.run import run_replicate
from ...experiments.statistics.intervals import wilson
from ...experiments.statistics.verdicts import MARGIN
from ..scenario import CURVE, REPLICATES, Scenario
from .paired_answer import paired_answers

BLOCK = 10
"""Replicates of one job. Small jobs keep a film from waiting for more than about a second."""
BLOCKS = REPLICATES // BLOCK
MORE = 400
"""Replicates of the command line that the page names where no number is known to decide."""
_OUTCOMES = (
    "attempted",
    "restricted",
    "neutral",
    "reversed",
    "prohibited",
    "months_to_restriction",
    "months_to_reversal",
    "severity",
)


def doses(scenario: Scenario) -> tuple[float, ...]:
    """Return the breadths of the curve, with that of the scenario."""
    return tuple(sorted({*CURVE, scenario.breadth}))


def replicates(scenario: Scenario, block: int) -> Iterator[dict[str, Any]]:
    """Yield BLOCK replicates from BLOCK * block on: outcomes by breadth, equal to those of `moat run`."""
    visibility = scenario.parameters.exposure.visibility
    design = StressDesign(doses(scenario), (visibility,), layers=(), returning=False)
    for replicate in range(BLOCK * block, BLOCK * (block + 1)):
        rows = run_replicate(scenario.parameters, design, scenario.seed, replicate, scenario.inputs).runs
        yield {
            "replicate": replicate,
            "arms": [{"breadth": row["breadth"], **{name: row[name] for name in _OUTCOMES}} for row in rows],
        }


def curve(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return P(back to extreme care) by breadth over the replicates so far, with its 95% interval (Wilson 1927)."""
    points = []
    for index, arm in enumerate(rows[0]["arms"]) if rows else ():
        reversals, n = sum(row["arms"][index]["reversed"] for row in rows), len(rows)
        low, high = wilson(reversals, n)[:2]
        points.append({"breadth": arm["breadth"], "share": reversals / n, "low": low, "high": high, "n": n})
    return points


def replicates_message(rows: Sequence[dict[str, Any]], scenario: Scenario) -> dict[str, Any]:
    """Return the message of the replicates so far: rows, curve, and the paired answer of each breadth.

    more: the command line that runs as many pairs as would decide, or MORE if that is not known.
    """
    paired = paired_answers(rows)
    needed = next((answer["needed"] for answer in paired if answer["breadth"] == scenario.breadth), None)
    return {
        "type": "replicates",
        "rows": rows,
        "curve": curve(rows),
        "paired": paired,
        "margin": MARGIN,
        "breadth": scenario.breadth,
        "total": REPLICATES,
        "more": scenario.command(needed or MORE),
    }
